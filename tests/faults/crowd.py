"""All participants of a run: how many there are, who is in which state, and what they say of it."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter, deque
from collections.abc import Callable
from random import Random

from tests.faults.history import History
from tests.faults.kinds import State
from tests.faults.person import Person, Room
from tests.faults.recovery import Recovery

ARRIVAL_SECONDS = 2.0
"""The crowd comes spread over so long a time."""

Act = Callable[[Person], None]


class Crowd:
    """`size` persons; one that is gone for good is replaced by a new one."""

    def __init__(
        self, urls: list[str], size: int, seed: int, history: History, recovery: Recovery
    ) -> None:
        """They reach the service by `urls` in turn."""
        self.history = history
        self.leaving = False
        self.notes: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.stuck_ones: list[str] = []
        self._urls = itertools.cycle(urls)
        self._size = size
        self._random = Random(f"{seed} crowd")
        self._recovery = recovery
        self._people: dict[Person, asyncio.Task[None]] = {}
        self._in_state: dict[State, dict[Person, None]] = {state: {} for state in State}
        self._armed: dict[State, deque[Act]] = {state: deque() for state in State}
        self._numbers = itertools.count(1)
        self._ink = itertools.count()
        self._failures: list[BaseException] = []

    async def arrive(self) -> None:
        """Have everybody come, within a short time."""
        for _ in range(self._size):
            self._add()
            await asyncio.sleep(ARRIVAL_SECONDS / self._size)

    async def go_home(self, seconds: float) -> list[Person]:
        """Have everybody finish; those who could not in this time are answered and cut off."""
        self.leaving = True
        for person in list(self._people):
            person.go_home()
        tasks = list(self._people.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        late = list(self._people)
        await self.disperse()
        if self._failures:
            raise self._failures[0]
        return late

    async def disperse(self) -> None:
        """Everybody is gone, at once."""
        self.leaving = True
        tasks = list(self._people.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def hit(self, state: State, where: float, act: Act) -> None:
        """Do something to somebody in this state; if nobody is, to the next who comes into it."""
        people = list(self._in_state[state])
        if people:
            act(people[int(where * len(people))])
        else:
            self._armed[state].append(act)

    @property
    def size(self) -> int:
        """How many there are at this moment."""
        return len(self._people)

    # What persons say ---------------------------------------------------------------------------

    def entered(self, person: Person, before: State | None, state: State | None) -> None:
        """A person came into another state."""
        if before is not None:
            self._in_state[before].pop(person, None)
        if state is None:
            return
        self._in_state[state][person] = None
        if self._armed[state]:
            act = self._armed[state].popleft()
            asyncio.get_running_loop().call_soon(act, person)

    def began(self, room: str) -> None:
        """A room without a character is open."""
        self._recovery.began(room)

    def completed(self, room: str) -> None:
        """A work was completed."""
        self._recovery.completed(room)

    def returned(self, cause: str, lost_at: float) -> None:
        """Somebody is back."""
        self._recovery.returned(cause, lost_at)

    def suspect(self) -> str:
        """What may have cut a connection just now."""
        return self._recovery.suspect()

    def stuck(self, person: Person, room: Room, since: float) -> None:
        """Somebody was told nothing for longer than any clock of the room allows."""
        if self._recovery.lacks_replica_since(since):
            self.notes["told nothing while a replica was away"] += 1
        else:
            self.stuck_ones.append(f"{person.name} in {room}")

    def refused(self, code: str, re: str | None) -> None:
        """The service said no."""
        self.refusals[f"{code} ({re})"] += 1

    def note(self, what: str) -> None:
        """Something worth counting."""
        self.notes[what] += 1

    def strokes(self, random: Random) -> list[list[int]]:
        """A little ink, different for every character ever written here."""
        number = next(self._ink)
        x, y = number % 4096, number // 4096 % 4096
        dx = -5 if x > 2_000 else 5
        return [[x, y, 10, 60, dx, 0, 8, 1], [random.randrange(4_096), 7, 30, 50]]

    def _add(self) -> None:
        name = f"p{next(self._numbers)}"
        person = Person(name, next(self._urls), Random(self._random.random()), self)
        task = asyncio.create_task(person.live())
        self._people[person] = task
        task.add_done_callback(lambda ended: self._gone(person, ended))

    def _gone(self, person: Person, task: asyncio.Task[None]) -> None:
        del self._people[person]
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failures.append(failure)
        elif not self.leaving:
            self._add()
