"""How seldom clients send live ink: less often while the event loop of their worker is busy.

Ink is most of what a busy worker does, and a partner sees the same strokes in fewer, longer parts.
"""

from __future__ import annotations

import asyncio
from time import monotonic, thread_time

from server.transport import limits

OBSERVE_SECONDS = 1.0

STEPS_MS = (limits.INK_MS, 2 * limits.INK_MS, 4 * limits.INK_MS)
"""The least times between two parts of live ink; each halves what ink costs."""

RISE_SECONDS, FALL_SECONDS = 3, 15
"""So many seconds in a row a worker is busy before ink becomes rarer, or calm before it is not."""

CALM = 0.4
"""The share of the load below which a worker is calm; to halve the ink is not enough for that."""


class Pacing:
    """The time between parts of live ink that one worker asks for.

    Attributes:
        ink_ms: that time, in milliseconds.
        told: how often a client was told another one.
    """

    def __init__(self, load: float) -> None:
        """`load` is the share of a core from which on the loop is busy; 0: it never is."""
        self.ink_ms = STEPS_MS[0]
        self.told = 0
        self._load = load
        self._step = self._busy = self._calm = 0

    async def run(self) -> None:
        """Observe the event loop every second, for as long as the worker lives."""
        then, used_then = monotonic(), thread_time()
        while True:
            await asyncio.sleep(OBSERVE_SECONDS)
            now, used = monotonic(), thread_time()
            self.observe((used - used_then) / (now - then))
            then, used_then = now, used

    def observe(self, used: float) -> None:
        """The event loop took this share of a core in the last second."""
        is_busy = 0 < self._load <= used
        self._busy = self._busy + 1 if is_busy else 0
        self._calm = self._calm + 1 if used < self._load * CALM else 0
        if self._busy >= RISE_SECONDS and self._step + 1 < len(STEPS_MS):
            self._go_to(self._step + 1)
        elif self._calm >= FALL_SECONDS and self._step:
            self._go_to(self._step - 1)

    def _go_to(self, step: int) -> None:
        self._step, self._busy, self._calm = step, 0, 0
        self.ink_ms = STEPS_MS[step]
