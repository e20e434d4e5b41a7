"""Cyclic garbage: looked for often and a little at a time, so that no turn waits long for it.

By itself CPython looks once so many more objects have been made than freed. While as many people
leave as come it does not look at all, and then at everything that is new: 20 to 55 ms in which a
worker does nothing else, after 10,000 were cut off and came back (`bench/storm.py`).
"""

from __future__ import annotations

import asyncio
import gc

SWEEP_SECONDS = 0.04
"""Between two looks at what is new."""

SECONDS_BETWEEN_ALL = 86_400
"""Least time between two looks at everything, a third of a second with 15,000 connections; 16,000
participants who came and went left nothing for it to find."""

_NEW = 1
"""The generation below which everything is new; what is looked at once is old."""


def calm() -> None:
    """What is there now stays, and is never looked at; what is old is looked at seldom.

    Little of what comes is cyclic. Measured with `bench/relays.py`: a tenth of a worker's CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 10, round(SECONDS_BETWEEN_ALL / SWEEP_SECONDS))


async def sweep() -> None:
    """Look at what is new, for as long as the worker lives."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        gc.collect(_NEW)
