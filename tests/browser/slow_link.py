"""A slow line between the browser and the service.

Chromium's own emulation of one sometimes delivers nothing at all when it is switched on.
"""

from __future__ import annotations

import asyncio
import contextlib
from asyncio import StreamReader, StreamWriter
from types import TracebackType

PACKET_BYTES = 1460
"""The connections take turns on the line by as much."""
ON_THE_WAY = 256
"""Packets of one connection and direction; what sends more has to wait."""


class SlowLink:
    """All connections to `port` share one line to `target`, both of 127.0.0.1; a context."""

    def __init__(self, target: int, *, down: float, up: float, there_and_back: float) -> None:
        """Towards the browser and back in bytes a second; how long a byte and its answer take."""
        self._target = target
        self._latency = there_and_back
        self._down = Direction(down, there_and_back / 2)
        self._up = Direction(up, there_and_back / 2)
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> SlowLink:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()

    async def _connect(self, reader: StreamReader, writer: StreamWriter) -> None:
        await asyncio.sleep(self._latency)  # the handshake, which is over already on this machine
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        await asyncio.gather(
            self._up.carry(reader, far_writer), self._down.carry(far_reader, writer)
        )


class Direction:
    """One way along the line."""

    def __init__(self, rate: float, latency: float) -> None:
        """Bytes a second; seconds."""
        self._rate = rate
        self._latency = latency
        self._free_at = 0.0

    async def carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Until one end is gone."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(ON_THE_WAY)
        arrivals = asyncio.ensure_future(self._arrive(under_way, writer))
        with contextlib.suppress(ConnectionError):
            while packet := await reader.read(PACKET_BYTES):
                await under_way.put((self._due(len(packet)), packet))
        await under_way.put((self._due(0), b""))
        await arrivals

    async def _arrive(
        self, under_way: asyncio.Queue[tuple[float, bytes]], writer: StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, packet = await under_way.get()
            await asyncio.sleep(due - loop.time())
            if not packet:
                break
            writer.write(packet)
        writer.close()

    def _due(self, size: int) -> float:
        now = asyncio.get_running_loop().time()
        self._free_at = max(now, self._free_at) + size / self._rate
        return self._free_at + self._latency
