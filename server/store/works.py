"""A lane's stream of finished works: the archive reads it and acknowledges what it has stored."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog

from server.relay.phrase import Phrase
from server.relay.transition import Hand
from server.store import keys
from server.store.deployment import Deployment
from server.store.durability import Guarantee
from server.store.entry_stream import EntryStream

log = structlog.get_logger()


class FinishedWork(msgspec.Struct, array_like=True, frozen=True):
    """A finished work as the library puts it into the stream.

    Attributes:
        id: the room's id.
        phrase: what was written.
        hands: everyone who wrote a character, with serial numbers.
        writers: for each character, the index of its writer in `hands`.
        ink: for each character, its packed strokes.
        completed_at: milliseconds since 1970.
        held: not 0 when it was reported and waits for review.
        traceparent: its place in the trace of the last commit; empty when that is not traced. It
            stands beside the work in the stream.
    """

    id: str
    phrase: Phrase
    hands: list[Hand]
    writers: list[int]
    ink: list[msgspec.Raw]
    completed_at: int
    held: int
    traceparent: str = ""


read_work = msgspec.msgpack.Decoder(FinishedWork).decode

Entry = tuple[bytes, FinishedWork]


class WorksStream(EntryStream[FinishedWork]):
    """The stream of finished works of one lane."""

    def __init__(
        self, deployment: Deployment, guarantee: Guarantee, base: str, consumer: str
    ) -> None:
        """The stream of the lane `base`, for the reader `consumer`; see `EntryStream`."""
        super().__init__(deployment, guarantee, base, consumer, keys.works(base), read_entries)

    async def acknowledge(self, entries: list[Entry], relays: int) -> None:
        """These works are stored: delete them from the stream.

        `relays` works of the lane were ever stored. If Redis has counted fewer, it has lost some,
        and the lane is not used before it is compared with the archive.
        """
        async with self.client.pipeline(transaction=False) as pipe:
            self._delete(pipe, entries)
            pipe.hget(keys.counters(self._base), "relays")
            *_, counted = await pipe.execute()
        if int(counted or 0) < relays:
            log.error("redis has counted fewer works than are stored", lane=self._base)
            await self.client.delete(keys.generation(self._base))


def read_entries(reply: list[tuple[bytes, dict[bytes, Any] | None]]) -> list[Entry]:
    """The entries of a stream that this version can read.

    The others stay in the stream, not acknowledged. A worker of a newer version may be able to read
    them and takes them over; until then every attempt is an error in the log.
    """
    entries = []
    for entry_id, fields in reply:
        try:
            if fields:
                work = read_work(fields[b"work"])
                if b"traceparent" in fields:
                    traceparent = fields[b"traceparent"].decode("ascii", "replace")
                    work = msgspec.structs.replace(work, traceparent=traceparent)
                entries.append((entry_id, work))
        except (KeyError, msgspec.DecodeError) as error:
            log.error("a work cannot be read", entry=entry_id.decode(), error=repr(error))
    return entries
