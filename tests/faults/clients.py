"""All clients of a run, by state, and what they report."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from random import Random

from tests.faults.client import Client
from tests.faults.fault_types import State
from tests.faults.history import History
from tests.faults.participant import Room
from tests.faults.recovery import Recovery
from tests.faults.results import Results

START_SECONDS = 2.0
"""Time over which the clients start."""

Action = Callable[[Client], None]


class Clients:
    """`size` clients; a client that is gone for good is replaced by a new one."""

    def __init__(
        self, urls: list[str], size: int, seed: int, history: History, recovery: Recovery
    ) -> None:
        """The clients connect to `urls` in turn."""
        self.history = history
        self.draining = False
        self.notes: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.stuck_clients: list[str] = []
        self._urls = itertools.cycle(urls)
        self._size = size
        self._random = Random(f"{seed} clients")
        self._recovery = recovery
        self._tasks: dict[Client, asyncio.Task[None]] = {}
        self._other_tasks: set[asyncio.Task[None]] = set()
        self._in_state: dict[State, dict[Client, None]] = {state: {} for state in State}
        self._pending: dict[State, deque[Action]] = {state: deque() for state in State}
        self._numbers = itertools.count(1)
        self._ink = itertools.count()
        self._failures: list[BaseException] = []

    async def start(self) -> None:
        """Start all clients within a short time."""
        for _ in range(self._size):
            self._add()
            await asyncio.sleep(START_SECONDS / self._size)

    async def drain(self, seconds: float) -> list[Client]:
        """Let all clients finish; stop those who have not in this time, and return them."""
        self.draining = True
        for client in list(self._tasks):
            client.drain()
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        late = list(self._tasks)
        await self.stop()
        if self._failures:
            raise self._failures[0]
        return late

    def report(self, late: list[Client], results: Results) -> None:
        """Report clients without a message for too long, and those that did not finish in time."""
        results.violations += [f"no message for too long: {who}" for who in self.stuck_clients]
        results.violations += [f"not finished in time: {it.name}, {it.room}" for it in late]

    async def stop(self) -> None:
        """Stop all clients at once."""
        self.draining = True
        tasks = [*self._tasks.values(), *self._other_tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def act_on(self, state: State, where: float, act: Action) -> None:
        """Act on a client in this state, or on the next one that enters it."""
        clients = list(self._in_state[state])
        if clients:
            act(clients[int(where * len(clients))])
        else:
            self._pending[state].append(act)

    def start_task(self, work: Coroutine[None, None, None]) -> None:
        """Run `work` beside the clients; it ends with them, and `drain` raises its failure."""
        task = asyncio.get_running_loop().create_task(work)
        self._other_tasks.add(task)
        task.add_done_callback(self._other_task_ended)

    @property
    def size(self) -> int:
        """The number of clients at this moment."""
        return len(self._tasks)

    # Reports of clients -------------------------------------------------------------------------

    def state_changed(self, client: Client, before: State | None, state: State | None) -> None:
        """A client entered another state."""
        if before is not None:
            self._in_state[before].pop(client, None)
        if state is None:
            return
        self._in_state[state][client] = None
        if self._pending[state]:
            act = self._pending[state].popleft()
            asyncio.get_running_loop().call_soon(act, client)

    def room_opened(self, room: str) -> None:
        """A client is in a room without a character."""
        self._recovery.room_opened(room)

    def completed(self, room: str) -> None:
        """A work was completed."""
        self._recovery.completed(room)

    def reconnected(self, cause: str, lost_at: float) -> None:
        """A client got `welcome` after a lost connection."""
        self._recovery.reconnected(cause, lost_at)

    def probable_cause(self) -> str:
        """The fault that probably cut a connection just now."""
        return self._recovery.probable_cause()

    def report_stuck(self, client: Client, room: Room, since: float) -> None:
        """A client got no message for longer than the limits of the room allow."""
        if self._recovery.lacks_replica_since(since):
            self.notes["no message while a replica was away"] += 1
        else:
            self.stuck_clients.append(f"{client.name} in {room}")

    def refused(self, code: str, re: str | None) -> None:
        """The service answered with an error."""
        self.refusals[f"{code} ({re})"] += 1

    def note(self, what: str) -> None:
        """Count an event by name."""
        self.notes[what] += 1

    def strokes(self, random: Random) -> list[list[int]]:
        """A little ink, different for every character of the run."""
        number = next(self._ink)
        x, y = number % 4096, number // 4096 % 4096
        dx = -5 if x > 2_000 else 5
        return [[x, y, 10, 60, dx, 0, 8, 1], [random.randrange(4_096), 7, 30, 50]]

    def _add(self) -> None:
        name = f"p{next(self._numbers)}"
        client = Client(name, next(self._urls), Random(self._random.random()), self)
        task = asyncio.create_task(client.run())
        self._tasks[client] = task
        task.add_done_callback(lambda ended: self._gone(client, ended))

    def _gone(self, client: Client, task: asyncio.Task[None]) -> None:
        del self._tasks[client]
        if not self._has_failed(task) and not self.draining:
            self._add()

    def _other_task_ended(self, task: asyncio.Task[None]) -> None:
        self._other_tasks.discard(task)
        self._has_failed(task)

    def _has_failed(self, task: asyncio.Task[None]) -> bool:
        """Whether an ended task has failed; its failure is kept."""
        if task.cancelled() or (failure := task.exception()) is None:
            return False
        self._failures.append(failure)
        return True
