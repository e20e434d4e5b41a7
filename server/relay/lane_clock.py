"""A lane's time, which never goes back though the wall clock may be set back."""

from __future__ import annotations

SLEW = 20
"""While it is ahead of the wall clock, it stands still for one ms of so many."""


class LaneClock:
    """The wall clock, and ahead of it by as much as it was set back; then it runs slower.

    Times are milliseconds. As in the Lua library, only heartbeats store the time: a clock that is
    set back by less than what has passed since is not noticed.
    """

    def __init__(self) -> None:
        """A clock that was never set back."""
        self._last: int | None = None
        self._ahead = 0

    def read(self, wall: int) -> int:
        """The lane's time when the wall clock says `wall`."""
        return self._read(wall)[0]

    def keep(self, wall: int) -> None:
        """Store the time, as a heartbeat does."""
        self._last, self._ahead = self._read(wall)

    def _read(self, wall: int) -> tuple[int, int]:
        """The time, and how far it is ahead of the wall clock."""
        if self._last is None:
            return wall, 0
        elapsed = wall + self._ahead - self._last
        if elapsed < 0:
            self._ahead -= elapsed
            return self._last, self._ahead
        slewed = min(self._ahead, elapsed // SLEW)
        return self._last + elapsed - slewed, self._ahead - slewed
