"""Which sessions are to be looked at in a second: those that stirred, and those that are due.

Most of many thousands are silent at any time, and to look at each of them every second would cost a
worker more than what they do.
"""

from __future__ import annotations


class TimerWheel:
    """The clock of a worker's sessions, and an appointment with each of them.

    Attributes:
        clock: seconds, as far as they have been looked at.
    """

    def __init__(self) -> None:
        """Nobody is expected yet."""
        self.clock = 0
        self._stirred: list[int] = []
        self._due: dict[int, list[int]] = {}

    def stirred(self, session_id: int) -> None:
        """Something came of this session, for the first time since it was looked at."""
        self._stirred.append(session_id)

    def expect(self, session_id: int, at: int) -> None:
        """Look at this session when the clock is `at`, later than now; earlier if it stirs."""
        self._due.setdefault(at, []).append(session_id)

    def next_second(self) -> list[int]:
        """The clock goes on: the sessions to look at, each once. Some may have gone."""
        self.clock += 1
        stirred, self._stirred = self._stirred, []
        return list(dict.fromkeys(stirred + self._due.pop(self.clock, [])))
