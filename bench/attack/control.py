"""A control for what honest clients wait for: the same frames through a server that does nothing.

The machine, the kernel and the clients' own event loop delay these as much as turns. What turns
take beyond that is the service's.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from time import perf_counter

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.processes import Program

PAIRS = 8
PAUSE_SECONDS = 0.4
"""Between two frames of a pair: together as many as there are turns."""

FRAME_BYTES = 500
"""A commit's, roughly."""


class Control:
    """Pairs who send frames to each other through bare picows.

    Attributes:
        ways: of each frame when it was sent, by `perf_counter`, and the seconds until it came.
    """

    def __init__(self, program: Program) -> None:
        """Through `program`, a `bare_picows` that relays."""
        self.ways: list[tuple[float, float]] = []
        self._program = program

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number in range(PAIRS):
                group.create_task(self._pair(number))

    async def _pair(self, number: int) -> None:
        async with AsyncExitStack() as stack:
            one, two = [await stack.enter_async_context(self._connect(number)) for _ in range(2)]
            await asyncio.sleep(number * PAUSE_SECONDS / PAIRS)
            while True:
                await self._send(one, two)
                await asyncio.sleep(PAUSE_SECONDS)

    def _connect(self, number: int) -> connect:
        return connect(
            f"ws://127.0.0.1:{self._program.port}/{number}",
            subprotocols=[Subprotocol("jielong.v1.msgpack")],
            proxy=None,
            ping_interval=None,
            compression=None,
        )

    async def _send(self, one: ClientConnection, two: ClientConnection) -> None:
        sent_at = perf_counter()
        await one.send(bytes(FRAME_BYTES))
        await two.recv()
        self.ways.append((sent_at, perf_counter() - sent_at))
