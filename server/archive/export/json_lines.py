"""Works as JSON lines, each in the form of `/api/works/{id}`."""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from server.archive.publishing import PublicWork

_encode = msgspec.json.Encoder().encode


class JsonLines:
    """Writes one line a work."""

    def __init__(self, file: BinaryIO) -> None:
        """Write to `file`."""
        self._file = file

    def write(self, work: PublicWork) -> None:
        """Write one work."""
        self._file.write(_encode(work) + b"\n")

    def close(self) -> None:
        """Nothing is left to write."""
