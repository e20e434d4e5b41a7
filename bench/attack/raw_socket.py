"""A WebSocket whose client sends whatever it likes, in whatever form."""

from __future__ import annotations

import asyncio
import os
from types import TracebackType

import msgspec

HEAD = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Forwarded-For: {address}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: jielong.v1.msgpack\r\n\r\n"
)
BINARY, CONTINUATION = 2, 0
ANSWER_SECONDS = 10.0

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode


class RawSocket:
    """A connection; nothing is read of it that is not asked for."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Over an open connection."""
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port: int) -> RawSocket:
        """A plain connection."""
        async with asyncio.timeout(ANSWER_SECONDS):
            return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 17))

    @classmethod
    async def upgraded(cls, port: int, address: str) -> RawSocket:
        """A WebSocket from an address."""
        made = await cls.connect(port)
        made.writer.write(HEAD.format(port=port, address=address).encode())
        async with asyncio.timeout(ANSWER_SECONDS):
            head = await made.reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head:
            made.writer.close()
            raise ConnectionError(head.split(b"\r\n")[0].decode())
        return made

    async def say(self, t: str, **keys: object) -> None:
        """Send a message."""
        await self.frame(BINARY, _pack({"t": t, **keys}))

    async def frame(self, opcode: int, payload: bytes, *, last: bool = True) -> None:
        """Send one frame."""
        self.writer.write(framed(opcode, payload, last=last))
        await self.writer.drain()

    async def hear(self, *kinds: str) -> dict[str, object]:
        """The next message of one of these types."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                first, size = await self.reader.readexactly(2)
                if size == 126:
                    size = int.from_bytes(await self.reader.readexactly(2))
                elif size == 127:
                    size = int.from_bytes(await self.reader.readexactly(8))
                payload = await self.reader.readexactly(size)
                if first & 15 == BINARY:
                    message: dict[str, object] = _unpack(payload)
                    if message["t"] in kinds:
                        return message

    async def __aenter__(self) -> RawSocket:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.writer.transport.abort()


def framed(opcode: int, payload: bytes, *, last: bool = True) -> bytes:
    """A masked frame."""
    size, mask = len(payload), os.urandom(4)
    head = bytes([opcode | (128 if last else 0)])
    head += bytes([128 | size]) if size < 126 else bytes([254]) + size.to_bytes(2)
    repeated = (mask * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload) ^ int.from_bytes(repeated)
    return head + mask + masked.to_bytes(size)
