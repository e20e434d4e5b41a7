"""The metrics of all workers of one `jielong serve`, in a file without a name that they inherit.

Each worker writes its own into its place once a second, and reads those of the others when it is
asked. So one scrape shows all workers, whichever of them answers. A place is emptied when its
worker has ended. Nobody waits for anybody: a reader notices by a checksum that a writer is at work,
and reads again.
"""

from __future__ import annotations

import os
import struct
import tempfile
import zlib
from contextlib import suppress
from typing import BinaryIO, Final, NamedTuple, cast

import msgspec

from server.metrics.exposition import Block

PLACE_BYTES: Final = 256 * 1024
"""For one worker; so much is never used, and what is not used takes no room."""

READ_TRIES = 4

_HEAD = struct.Struct("<II")
_EMPTY = bytes(_HEAD.size)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Block]).decode


class MetricsFile:
    """The file, in the supervisor and in each worker."""

    def __init__(self, descriptor: int, places: int) -> None:
        """The file that is open as `descriptor`, with so many places."""
        self.descriptor = descriptor
        self.places = places

    def write(self, place: int, blocks: list[Block]) -> None:
        """Put a worker's metrics into its place.

        Raises:
            ValueError: they are too long.
        """
        body = _encode(blocks)
        if len(body) > PLACE_BYTES - _HEAD.size:
            raise ValueError(f"{len(body)} bytes of metrics are more than a place takes")
        head = _HEAD.pack(len(body), zlib.crc32(body))
        os.pwrite(self.descriptor, head + body, place * PLACE_BYTES)

    def empty(self, place: int) -> None:
        """The worker of this place has ended."""
        os.pwrite(self.descriptor, _EMPTY, place * PLACE_BYTES)

    def read(self) -> dict[int, list[Block]]:
        """The metrics in all places that are not empty."""
        found = {}
        for place in range(self.places):
            if body := self._body(place):
                # What a worker of another version tells in another form is left out.
                with suppress(msgspec.DecodeError):
                    found[place] = _decode(body)
        return found

    def _body(self, place: int) -> bytes:
        for _ in range(READ_TRIES):
            length, checksum = _HEAD.unpack(
                os.pread(self.descriptor, _HEAD.size, place * PLACE_BYTES) or _EMPTY
            )
            body = os.pread(self.descriptor, length, place * PLACE_BYTES + _HEAD.size)
            if zlib.crc32(body) == checksum:
                return body
        return b""


class OwnMetricsFile(MetricsFile):
    """The file in the process that makes it, and that the workers inherit it from."""

    def __init__(self, places: int) -> None:
        """Make the file; it is gone with the last process that has it open."""
        self._file = cast(BinaryIO, tempfile.TemporaryFile(prefix="jielong-"))  # noqa: SIM115
        self._file.truncate(places * PLACE_BYTES)
        super().__init__(self._file.fileno(), places)


class Place(NamedTuple):
    """Where a worker is among those of its service.

    Attributes:
        number: of the worker, from 0.
        file: what they share; None for a worker that has no supervisor.
    """

    number: int = 0
    file: MetricsFile | None = None
