"""Records histories of some users for `jielong check`."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from bench.load.frames import BINARY_OPCODE, MASK

_decode = msgspec.msgpack.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Recording:
    """The history file of one load process."""

    def __init__(self, path: Path, process: str) -> None:
        """Create the file at `path`; the names of clients begin with `process`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._out = path.open("wb", buffering=1 << 20)
        self._process = process

    def write(
        self, number: int, event: str, payload: bytes | None = None, code: int | None = None
    ) -> None:
        """Record an event of user `number`, now."""
        line: dict[str, object] = {
            "at": round(time.monotonic(), 6),
            "client": f"{self._process}-{number}",
            "connection": 1,
            "event": event,
        }
        if payload is not None:
            line["message"] = _decode(payload)
        if code is not None:
            line["code"] = code
        self._out.write(_encode(line) + b"\n")

    def sent(self, number: int, data: bytes) -> None:
        """Record the messages in these sent frames; skip the upgrade request and close frames."""
        at = 0
        while at < len(data) and data[at] == 0x80 | BINARY_OPCODE:
            length, start = data[at + 1] & 0x7F, at + 2
            if length == 126:
                length, start = int.from_bytes(data[at + 2 : at + 4]), at + 4
            end = start + 4 + length
            body = data[start + 4 : end]
            self.write(number, "sent", bytes(b ^ MASK[i % 4] for i, b in enumerate(body)))
            at = end

    def close(self) -> None:
        """Flush and close the file."""
        self._out.close()
