"""Measures how late the event loop of a worker runs what is due.

Whatever comes waits so long before the worker looks at it. No other figure contains this wait: the
latencies begin when the worker has read a message.
"""

from __future__ import annotations

import asyncio
import random
from time import monotonic

from server.metrics.histogram import Histogram

LEAST_SECONDS, MOST_SECONDS = 0.1, 0.4
"""Between two looks. It is drawn anew each time, or the looks would always meet, or always miss,
what others do every 0.2 s."""


class LoopLag:
    """The lag of one event loop. To look costs 20 us, four times a second.

    Attributes:
        observed: how late each look was, in seconds. The clock of the loop is exact to 1 ms.
    """

    def __init__(self) -> None:
        """Nothing was observed yet."""
        self.observed = Histogram()

    async def run(self) -> None:
        """Look, for as long as the worker lives."""
        while True:
            pause = random.uniform(LEAST_SECONDS, MOST_SECONDS)
            due = monotonic() + pause
            await asyncio.sleep(pause)
            self.observed.observe(max(0.0, monotonic() - due))
