"""How late an event loop is."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from server.metrics.histogram import BOUNDS
from server.worker.loop_lag import MOST_SECONDS, LoopLag
from tests.polling import eventually

HELD_SECONDS = MOST_SECONDS + 0.11
LATE = BOUNDS.index(0.1)


async def test_a_loop_that_was_held_is_seen_to_be_late() -> None:
    lag = LoopLag()
    looking = asyncio.create_task(lag.run())
    await asyncio.sleep(0)
    time.sleep(HELD_SECONDS)  # noqa: ASYNC251

    async def is_seen() -> bool:
        return sum(lag.observed.counts[LATE + 1 :]) == 1

    await eventually(is_seen)
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
