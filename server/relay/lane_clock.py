"""A lane's time, which never goes back though the wall clock may be set back."""

from __future__ import annotations


class LaneClock:
    """The wall clock, and ahead of it by as much as it was set back.

    Times are milliseconds. As in the Lua library, only heartbeats store the time: a clock that is
    set back by less than what has passed since the last one is not noticed.
    """

    def __init__(self) -> None:
        """A clock that was never set back."""
        self._last: int | None = None
        self._ahead = 0

    def read(self, wall: int) -> int:
        """The lane's time when the wall clock says `wall`."""
        now = wall + self._ahead
        if self._last is not None and now < self._last:
            self._ahead += self._last - now
            now = self._last
        return now

    def keep(self, wall: int) -> None:
        """Store the time, as a heartbeat does."""
        self._last = self.read(wall)
