"""Garbage collection often and a little at a time, so that no turn waits long for it.

By itself CPython collects once so many more objects have been made than freed. While as many
participants leave as come it does not collect at all, and then everything new at once: 20 to 55 ms
in which a worker does nothing else, after 10,000 were cut off and came back (`bench/storm.py`).
"""

from __future__ import annotations

import asyncio
import gc
from time import thread_time

COLLECT_SECONDS = 0.04
"""Between two collections of new objects."""

QUIET_SECONDS = 0.64
"""The longest that it grows to while the worker does nothing, which costs fewer wake-ups."""

QUIET_SHARE = 0.04
"""Largest share of a core with which a worker does nothing."""

FULL_COLLECTION_SECONDS = 86_400
"""Shortest time between two full collections, which take a third of a second with 15,000
connections. After 16,000 participants who came and went one found nothing."""

_YOUNG = 1
"""The oldest generation that is collected often; what survives one collection is old."""


def freeze() -> None:
    """Never collect what exists now, and seldom what is old.

    Few new objects are cyclic. Measured with `bench/relays.py`: a tenth of a worker's CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 10, round(FULL_COLLECTION_SECONDS / COLLECT_SECONDS))


async def run() -> None:
    """Collect new objects, for as long as the worker lives."""
    pause = COLLECT_SECONDS
    while True:
        used = thread_time()
        await asyncio.sleep(pause)
        gc.collect(_YOUNG)
        is_quiet = thread_time() - used < QUIET_SHARE * pause
        pause = min(2 * pause, QUIET_SECONDS) if is_quiet else COLLECT_SECONDS
