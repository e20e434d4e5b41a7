"""A discrete-event engine: clocks, machines with a few cores, and processes that do one thing at a
time.

A process serves its tasks in their order. The processes of a machine share its cores equally while
more of them are busy than there are cores (processor sharing, as the kernel's fair scheduler does).
Times are seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

Action = Callable[[], None]


class Clock:
    """What is to happen, and when.

    Attributes:
        now: simulated seconds.
    """

    def __init__(self) -> None:
        """At 0."""
        self.now = 0.0
        self._events: list[tuple[float, int, Action]] = []
        self._numbers = count()

    def at(self, moment: float, action: Action) -> None:
        """Have something happen."""
        heappush(self._events, (moment, next(self._numbers), action))

    def after(self, seconds: float, action: Action) -> None:
        """Have something happen later."""
        self.at(self.now + seconds, action)

    def run(self, until: float) -> None:
        """Let time pass."""
        events = self._events
        while events and events[0][0] <= until:
            self.now, _, action = heappop(events)
            action()
        self.now = until


class Machine:
    """Cores that its processes share."""

    def __init__(self, clock: Clock, cores: int) -> None:
        """All idle."""
        self.clock = clock
        self._cores = cores
        self._busy: list[Process] = []
        self._since = 0.0
        self._version = 0

    def begin(self, process: Process) -> None:
        """A process has something to do."""
        self._advance()
        self._busy.append(process)
        self._plan()

    def _speed(self) -> float:
        return min(1.0, self._cores / len(self._busy)) if self._busy else 1.0

    def _advance(self) -> None:
        done = (self.clock.now - self._since) * self._speed()
        self._since = self.clock.now
        for process in self._busy:
            process.left -= done
            process.used += done

    def _plan(self) -> None:
        """The next process to end its task, unless something changes before."""
        self._version += 1
        if not self._busy:
            return
        first = min(self._busy, key=lambda process: process.left)
        version = self._version
        self.clock.after(max(first.left, 0.0) / self._speed(), lambda: self._ended(first, version))

    def _ended(self, process: Process, version: int) -> None:
        if version != self._version:
            return
        self._advance()
        self._busy.remove(process)
        process.next_task()
        self._plan()

    def go_on(self, process: Process) -> None:
        """A process has another task; the caller plans anew."""
        self._busy.append(process)


class Process:
    """Serves tasks one after another.

    Attributes:
        left: seconds of CPU that the present task still needs.
        used: seconds of CPU so far.
    """

    def __init__(self, machine: Machine) -> None:
        """With nothing to do."""
        self._machine = machine
        self._tasks: deque[tuple[float, Action]] = deque()
        self._present: Action | None = None
        self.left = self.used = 0.0

    def do(self, seconds: float, then: Action) -> None:
        """Queue a task; `then` is called at its end."""
        self._tasks.append((seconds, then))
        if self._present is None:
            self.left, self._present = self._tasks.popleft()
            self._machine.begin(self)

    def next_task(self) -> None:
        """The present task is over."""
        then, self._present = self._present, None
        if self._tasks:
            self.left, self._present = self._tasks.popleft()
            self._machine.go_on(self)
        assert then is not None
        then()
