"""When a session received data, and when it must be checked next. Times are the timer wheel's."""

from __future__ import annotations

from server.session.timer_wheel import TimerWheel


class Activity:
    """The times of one session, in seconds of the timer wheel's clock.

    Attributes:
        last_data: when a frame came last.
        last_message: when a message came last, or the wait for a partner began.
        opened: when the connection was opened.
        pinged_at: when a ping was sent that is not answered yet; 0 for none.
    """

    __slots__ = ("_due", "_wheel", "last_data", "last_message", "opened", "pinged_at")

    def __init__(self, wheel: TimerWheel) -> None:
        """Data came now."""
        self._wheel = wheel
        self._due = 0
        self.last_data = self.last_message = self.opened = wheel.clock
        self.pinged_at = 0

    @property
    def now(self) -> int:
        """The wheel's clock."""
        return self._wheel.clock

    def received(self, *, message: bool) -> None:
        """Data came since this was called last; a message if `message`."""
        self.last_data, self.pinged_at = self.now, 0
        if message:
            self.last_message = self.now

    def begin_wait(self) -> None:
        """The time allowed without a message begins."""
        self.last_message = self.now

    def schedule(self, session_id: int, at: int) -> None:
        """Have the session checked at this time, unless it is checked earlier anyway."""
        if not self.now < self._due <= at:
            self._due = at
            self._wheel.schedule(session_id, at)

    def reschedule(self, session_id: int) -> None:
        """Have the session checked in a second, whatever was scheduled under its earlier number."""
        self._due = 0
        self.schedule(session_id, self.now + 1)
