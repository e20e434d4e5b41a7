"""Calls of the library: sent with everything else of their event-loop pass, kept in an outage.

Calls that may safely be repeated wait here while Redis is away, within a bound, and are sent when
it is back; all others fail at once with `StoreAwayError`. A call that Redis refused to serve (it is
loading, is no master, or has lost the library) was not done and is sent again in any case, once a
new link is there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

import hiredis
import redis.asyncio
import structlog

from server.store import library
from server.store.call import Call, Hush
from server.store.deployment import CALL_SECONDS, Deployment
from server.store.durability import Guarantee
from server.store.errors import StoreAwayError, StoreError
from server.store.raw_connection import Argument
from server.store.reconnect import ReconnectingConnection
from server.store.retry_queue import RetryQueue

log = structlog.get_logger()

IN_FLIGHT = 5_000
"""Calls sent and not answered at most; more wait their turn."""

PATIENT_IN_FLIGHT = 8
"""Patient calls among them at most: thousands of connections that are lost at once must not hold up
a character for longer than so many take."""

WAITING = 20_000
"""Repeatable calls kept while Redis is away; more are refused."""

WAITING_BYTES = 128 * 1024 * 1024
"""Of calls that wait to be sent, also while Redis is there and slow; more are refused."""

PATIENCE_SECONDS = 30.0
"""How long a call waits to be sent."""

FRESH_SECONDS = 0.25
"""How long an answer may wait for durability and still say how a room is."""

WATCH_SECONDS = 0.5

_IN_MEMORY = Guarantee()

_NOT_SERVED = (
    "MOVED",
    "ASK",
    "CLUSTERDOWN",
    "TRYAGAIN",
    "LOADING",
    "READONLY",
    "MASTERDOWN",
    "ERR Function not found",
)
"""Beginnings of errors that say that nothing was done, and will be elsewhere or later."""


class _Wait:
    """A wait for durability behind the durable calls of one pass, with their answers so far."""

    __slots__ = ("answers", "began", "commands", "replies")

    def __init__(self, commands: int, answers: list[tuple[Call, Any]]) -> None:
        self.began = 0.0
        self.answers = answers
        self.commands = commands
        self.replies: list[Any] = []

    def add(self, call: Call, reply: Any) -> None:
        if not self.began:
            self.began = monotonic()
        self.answers.append((call, reply))


class Shard:
    """Sends calls in their order and keeps them through an outage.

    Attributes:
        away: whether Redis cannot be reached.
        durable_in_time: whether the last wait for durability was not in vain. There is one at
            least every second, since totals are read so often.
        on_reconnect: called when Redis is back, or writes are durable in time again.
    """

    def __init__(self, deployment: Deployment, key: str, guarantee: Guarantee = _IN_MEMORY) -> None:
        """To the node that serves `key`; `run` does the work."""
        self._deployment = deployment
        self._key = key
        self._guarantee = guarantee
        self._tether = ReconnectingConnection(deployment, key, self._on_reply, self._prepare)
        self._tether.on_up = self._up
        self._tether.on_down = self._down
        self._tether.on_failure = self._still_away
        self._backlog: RetryQueue[Call] = RetryQueue()
        self._in_flight: deque[Call | _Wait] = deque()
        self._patient_in_flight = 0
        self._sent_at: deque[float] = deque()
        self._waits: dict[Call, _Wait] = {}
        self._waiting: _Wait | None = None
        self._kept: list[tuple[Call, Any]] = []
        self.durable_in_time = True
        self._replied_at = 0.0
        self._unserved: list[Call] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._client: redis.asyncio.Redis | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._flushing = False
        self.away = False
        self.on_reconnect: list[Callable[[], None]] = []

    @property
    def client(self) -> redis.asyncio.Redis:
        """A client for the few plain commands outside the hot path."""
        if self._client is None:
            self._client = self._deployment.client(self._key)
        return self._client

    def send(self, call: Call) -> None:
        """Send a call with all others of this pass of the event loop.

        Raises:
            StoreAwayError: Redis is away and the call may not wait, or too many wait already.
        """
        if self._backlog.size + call.size > WAITING_BYTES:
            raise StoreAwayError
        if self.away and (not call.repeatable or len(self._backlog) >= WAITING):
            raise StoreAwayError
        self._backlog.add(call)
        self._idle.clear()
        self._flush_soon()

    @property
    def idle(self) -> bool:
        """Whether everything has been answered."""
        return self._idle.is_set()

    async def drained(self) -> None:
        """Wait until everything has been answered."""
        await self._idle.wait()

    async def run(self) -> None:
        """Keep the way to Redis open, for as long as the worker lives."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tether.run())
            group.create_task(self._watch())

    async def close(self) -> None:
        """Give the client back."""
        self._forget_client()
        if self._closing:
            await asyncio.wait(self._closing)

    def _forget_client(self) -> None:
        """The node may no longer be the right one; the next client is for whichever is."""
        if self._client is not None:
            client, self._client = self._client, None
            task = asyncio.get_running_loop().create_task(client.aclose())
            self._closing.add(task)
            task.add_done_callback(self._forgotten)

    def _forgotten(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("a client of redis was not closed in order", error=repr(error))

    # Sending ----------------------------------------------------------------------------------

    def _flush_soon(self) -> None:
        if not self._flushing and self._tether.link is not None:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """Send what waits, with one wait for durability behind it if any call asks for it.

        Meanwhile nothing more is sent: Redis would not look at it, and each further wait would
        begin only when the one before is over.
        """
        self._flushing = False
        link = self._tether.link
        if link is None or self._unserved or self._waiting is not None:
            return
        out: list[tuple[Argument, ...]] = []
        durable: list[Call] = []
        now = monotonic()
        room = IN_FLIGHT - len(self._in_flight)
        for call in self._backlog.take(room, self._room_for_patient_ones):
            if call.wanted is not None and not call.wanted():
                call.fail(StoreAwayError())
                continue
            call.started()
            out.append(("FCALL", call.name, 1, call.base, *call.arguments))
            self._in_flight.append(call)
            self._patient_in_flight += call.patient
            self._sent_at.append(now)
            if call.durable:
                durable.append(call)
        kept, self._kept = self._kept, []
        waiters = [*(call for call, _ in kept), *durable]
        commands = self._guarantee.commands(waiters[-1].base) if waiters else ()
        if commands:
            wait = self._waiting = _Wait(len(commands), kept)
            self._waits.update(dict.fromkeys(waiters, wait))
            for command in commands:
                out.append(command)
                self._in_flight.append(wait)
                self._sent_at.append(now)
        if out:
            link.write(*out)
        if not self._in_flight:  # nobody wanted any of them any more
            self._on_all_answered()

    @property
    def _room_for_patient_ones(self) -> int:
        """While nothing is durable the same calls are sent again and again, and block no others."""
        return PATIENT_IN_FLIGHT - self._patient_in_flight if self.durable_in_time else IN_FLIGHT

    # Answers ----------------------------------------------------------------------------------

    def _on_reply(self, reply: Any) -> None:
        sent = self._in_flight.popleft()
        self._sent_at.popleft()
        self._replied_at = monotonic()
        if isinstance(sent, Call):
            self._patient_in_flight -= sent.patient
        if isinstance(sent, _Wait):
            sent.replies.append(reply)
            if len(sent.replies) == sent.commands:
                self._end_wait(sent)
        elif isinstance(reply, hiredis.ReplyError):
            self._on_error(sent, str(reply))
        elif sent in self._waits:
            self._waits[sent].add(sent, reply)
        else:
            self._resolve(sent, reply)
        if self._backlog:
            self._flush_soon()
        if not self._in_flight:
            self._on_all_answered()

    def _on_error(self, call: Call, error: str) -> None:
        self._waits.pop(call, None)
        if error.startswith(_NOT_SERVED):
            self._unserved.append(call)
            return
        log.error("a store function failed", function=call.name, error=error)
        call.fail(StoreError(error))

    def _end_wait(self, wait: _Wait) -> None:
        """Answer what is durable now; ask again for the rest, which was done and is not done twice.

        An answer that waited for long is old, and is asked for again, too. What cannot be asked
        for again is kept until it is durable.
        """
        self._waiting = None
        now = monotonic()
        before, reached = self.durable_in_time, self._guarantee.reached(wait.replies)
        self.durable_in_time = reached
        if not reached:
            log.warning("writes are not durable in time", durability=self._guarantee.level.value)
            for base in {call.base for call, _ in wait.answers}:
                self._backlog.add(Hush(base))
        fresh = reached and now - wait.began < FRESH_SECONDS
        since = now - PATIENCE_SECONDS
        again: list[Call] = []
        for call, answer in wait.answers:
            del self._waits[call]
            if fresh or (reached and not call.repeatable):
                self._resolve(call, answer)
            elif call.since < since:
                call.fail(StoreAwayError())
            elif call.repeatable:
                again.append(call)
            else:
                self._kept.append((call, answer))
        self._backlog.put_back(again)
        if self._kept:
            self._flush_soon()
        if reached and not before:
            self._tell_of_return()

    def _resolve(self, call: Call, reply: Any) -> None:
        """A fault in what is done with one answer must not keep the others from theirs."""
        try:
            call.resolve(reply)
        except Exception as error:
            log.error("an answer could not be handled", function=call.name, exc_info=error)
            call.fail(StoreError(f"the answer of {call.name} could not be handled"))

    def _on_all_answered(self) -> None:
        if self._unserved:
            log.warning("redis does not serve us; looking again", calls=len(self._unserved))
            self._tether.cut()
        elif not self._backlog and not self._kept:
            self._idle.set()

    # Outages ----------------------------------------------------------------------------------

    async def _prepare(self, client: redis.asyncio.Redis) -> None:
        """Load the library, and see by a call of it that the node serves our lane.

        Loading alone shows nothing: a node of a Cluster that is not whole takes the library.
        """
        await library.load(client)
        await client.fcall(library.function("totals"), 1, self._key)

    def _up(self) -> None:
        if self.away:
            self.away = False
            log.warning("redis is back", waiting=len(self._backlog))
            self._tell_of_return()
        self._flush_soon()

    def _tell_of_return(self) -> None:
        for told in self.on_reconnect:
            told()

    def _down(self) -> None:
        """Keep what may be sent again or was refused; the outcome of the rest is unknown."""
        self.away = True
        self._forget_client()
        log.warning("redis is away")
        unfinished = [call for wait in set(self._waits.values()) for call, _ in wait.answers]
        unfinished += [call for call, _ in self._kept]
        unfinished += [sent for sent in self._in_flight if isinstance(sent, Call)]
        self._kept = []
        self._in_flight.clear()
        self._patient_in_flight = 0
        self._sent_at.clear()
        self._waits.clear()
        self._waiting = None
        self._backlog.put_back(unfinished)
        self._fail_those_who(lambda call: not call.repeatable)
        self._backlog.put_back(self._unserved)
        self._unserved = []

    def _still_away(self) -> None:
        self.away = True
        self._fail_those_who(lambda call: not call.repeatable)

    def _end_patience(self) -> None:
        since = monotonic() - PATIENCE_SECONDS
        self._fail_those_who(lambda call: call.since < since)

    def _fail_those_who(self, cannot_wait: Callable[[Call], bool]) -> None:
        for call in self._backlog.take_those_who(cannot_wait):
            call.fail(StoreAwayError())
        if not (self._backlog or self._in_flight or self._unserved or self._kept):
            self._idle.set()

    async def _watch(self) -> None:
        """End what has waited too long, and cut a link on which the next answer is overdue."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            self._end_patience()
            if not self._sent_at:
                continue
            if monotonic() - max(self._sent_at[0], self._replied_at) > CALL_SECONDS:
                log.warning("redis does not answer in time")
                self._tether.cut()
