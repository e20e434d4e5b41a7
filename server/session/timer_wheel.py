"""A timer wheel: yields the sessions that received data or reached a deadline in this second.

Most of many thousands of sessions are silent at any time. To check each of them every second would
cost a worker more than everything that they do.
"""

from __future__ import annotations


class TimerWheel:
    """The deadlines of a worker's sessions, in slots of one second.

    Attributes:
        clock: seconds since the worker started, as far as they have been handled.
    """

    def __init__(self) -> None:
        """No deadlines yet."""
        self.clock = 0
        self._active: list[int] = []
        self._slots: dict[int, list[int]] = {}

    def mark_active(self, session_id: int) -> None:
        """A session received data, for the first time since it was yielded."""
        self._active.append(session_id)

    def schedule(self, session_id: int, at: int) -> None:
        """Yield a session when the clock is `at`, later than now."""
        self._slots.setdefault(at, []).append(session_id)

    def advance(self) -> list[int]:
        """Advance the clock by a second; the sessions to check, each once. Some may be gone."""
        self.clock += 1
        active, self._active = self._active, []
        return list(dict.fromkeys(active + self._slots.pop(self.clock, [])))
