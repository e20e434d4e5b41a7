"""A rush at the door."""

from __future__ import annotations

import asyncio
import time

from server.gateway.porter import SLICE_SECONDS, Porter

LIMIT = 20.0


def work(seconds: float) -> None:
    """Keep the processor busy, as a handshake does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


async def test_everybody_gets_in_in_the_order_of_arrival() -> None:
    porter, inside, done = Porter(), [], asyncio.Event()
    for number in range(1_000):
        porter.admit(lambda number=number: inside.append(number))  # type: ignore[misc]
    porter.admit(done.set)
    await asyncio.wait_for(done.wait(), LIMIT)
    assert inside == list(range(1_000))
    later = asyncio.Event()
    porter.admit(later.set)
    await asyncio.wait_for(later.wait(), LIMIT)


async def test_those_inside_have_their_turn_during_a_rush() -> None:
    porter, turns, done = Porter(), 0, asyncio.Event()
    for _ in range(200):
        porter.admit(lambda: work(SLICE_SECONDS / 4))
    porter.admit(done.set)
    async with asyncio.timeout(LIMIT):
        while not done.is_set():
            await asyncio.sleep(0)
            turns += 1
    assert turns >= 200 / 4
