"""Sends calls of the Lua library to one node: those of an event-loop pass in one write.

Calls that may be repeated wait here while Redis is away, within a bound, and are sent when it is
back; all others fail at once with `StoreAwayError`. A call that Redis did not serve (it is loading,
is no master, or has lost the library) changed nothing, so it is sent again in any case, over a new
connection; or when its lane has been compared with the archive, if the lane was BEHIND it.
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
from redis.exceptions import RedisError

from server.metrics.histogram import Histogram
from server.store import library
from server.store.call import Call, PauseExpiry
from server.store.deployment import CALL_SECONDS, Deployment
from server.store.durability import Guarantee
from server.store.durable_answers import DurableAnswers, Wait
from server.store.errors import StoreAwayError, StoreError, StoreRefusedError
from server.store.plain_client import PlainClient
from server.store.raw_connection import Argument
from server.store.reconciliation import Reconciler
from server.store.reconnect import PREPARE_SECONDS, ReconnectingConnection
from server.store.refusals import Reason, Refusals, reason_of_exception
from server.store.retry_queue import RetryQueue

log = structlog.get_logger()

IN_FLIGHT = 5_000
"""Calls sent and not answered at most; the others wait."""

LOW_PRIORITY_IN_FLIGHT = 8
"""Low-priority calls among them at most: when thousands of connections are lost at once, a commit
waits for no more than these."""

MAX_WAITING = 20_000
"""Repeatable calls kept while Redis is away; more are refused."""

WAITING_BYTES = 128 * 1024 * 1024
"""Of calls that wait to be sent, also while Redis is there and slow; more are refused."""

WAITING_SECONDS = 30.0
"""How long a call waits to be sent."""

WATCH_SECONDS = 0.5

_BEHIND = "BEHIND"

_NOT_SERVED = (
    _BEHIND,
    "MOVED",
    "ASK",
    "CLUSTERDOWN",
    "TRYAGAIN",
    "LOADING",
    "READONLY",
    "MASTERDOWN",
    "NOPERM",
    "ERR Function not found",
)
"""Beginnings of errors after which the call can be sent again: nothing was done."""


class Shard:
    """Sends calls in their order and keeps them through an outage.

    Attributes:
        away: whether Redis cannot be reached.
        on_reconnect: called when Redis is back, or writes are durable in time again.
    """

    def __init__(
        self,
        deployment: Deployment,
        base: str,
        guarantee: Guarantee,
        reconciler: Reconciler,
        latency: Histogram,
    ) -> None:
        """To the node that serves the lane `base`; `run` does the work.

        `latency` gets the time from sending each call to its answer.
        """
        self._latency = latency
        self._deployment = deployment
        self._key = base
        self._bases = [base]
        self._reconciler = reconciler
        self._reconnecting = ReconnectingConnection(deployment, base, self._on_reply, self._prepare)
        self._reconnecting.on_connect = self._connected
        self._reconnecting.on_disconnect = self._disconnected
        self._reconnecting.on_failure = self._not_connected
        self._queue: RetryQueue[Call] = RetryQueue()
        self._in_flight: deque[Call | Wait] = deque()
        self._low_priority_in_flight = 0
        self._sent_at: deque[float] = deque()
        self._durable = DurableAnswers(guarantee)
        self._refusals = Refusals()
        self._replied_at = 0.0
        self._not_served: list[Call] = []
        self._only_behind = True
        self._failed = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._plain = PlainClient(deployment, base)
        self._running: asyncio.TaskGroup | None = None
        self._flushing = False
        self.away = False
        self.on_reconnect: list[Callable[[], None]] = []

    def add(self, base: str) -> None:
        """Serve one more lane of this node."""
        self._bases.append(base)

    @property
    def client(self) -> redis.asyncio.Redis:
        """A client for the few plain commands outside the hot path."""
        return self._plain.redis

    @property
    def durable_in_time(self) -> bool:
        """Whether the last wait for durability was successful.

        There is one at least every second, since totals are read so often.
        """
        return self._durable.in_time

    @property
    def refusing(self) -> Reason | None:
        """Why Redis serves no calls, or does not let us connect; None when it does, or is gone."""
        if self.away:
            return reason_of_exception(self._reconnecting.failure)
        return self._refusals.reason

    @property
    def trouble(self) -> str | None:
        """In a few words, why calls cannot be served; None when they can."""
        reason = self.refusing
        if self.away:
            return f"redis is away: {reason.value}" if reason else "redis is away"
        return f"redis refuses calls: {reason.value}" if reason else None

    def send(self, call: Call) -> None:
        """Send a call with all others of this event-loop pass.

        Raises:
            StoreAwayError: Redis is away and the call may not wait, or too many wait already.
        """
        if self._queue.size + call.size > WAITING_BYTES:
            raise StoreAwayError
        if self.away and (not call.repeatable or len(self._queue) >= MAX_WAITING):
            self._failed += 1
            raise StoreAwayError
        self._queue.add(call)
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
        """Keep the connection to Redis open, for as long as the worker lives."""
        async with asyncio.TaskGroup() as group:
            self._running = group
            group.create_task(self._reconnecting.run())
            group.create_task(self._watch())

    async def close(self) -> None:
        """Close the client."""
        await self._plain.close()

    # Sending ----------------------------------------------------------------------------------

    def _flush_soon(self) -> None:
        if not self._flushing and self._reconnecting.connection is not None:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """Send what waits, and behind it one wait for durability if a call asks for it.

        Meanwhile nothing more is sent: Redis would not look at it, and each further wait would
        begin only after the one before.
        """
        self._flushing = False
        connection = self._reconnecting.connection
        if connection is None or self._not_served or self._durable.current is not None:
            return
        out: list[tuple[Argument, ...]] = []
        durable: list[Call] = []
        now = monotonic()
        free = IN_FLIGHT - len(self._in_flight)
        for call in self._queue.take(free, self._free_for_low_priority):
            if call.wanted is not None and not call.wanted():
                call.fail(StoreAwayError())
                continue
            call.started()
            out.append(("FCALL", call.name, 1, call.base, *call.arguments))
            self._in_flight.append(call)
            self._low_priority_in_flight += call.low_priority
            self._sent_at.append(now)
            if call.durable:
                durable.append(call)
        wait = self._durable.begin(durable)
        if wait is not None:
            out += wait.commands
            self._in_flight += [wait] * len(wait.commands)
            self._sent_at += [now] * len(wait.commands)
        if out:
            connection.write(*out)
        if not self._in_flight:  # none of the calls was wanted any more
            self._on_all_answered()

    @property
    def _free_for_low_priority(self) -> int:
        """While nothing is durable the same calls are sent again and again, and block no others."""
        if not self._durable.in_time:
            return IN_FLIGHT
        return LOW_PRIORITY_IN_FLIGHT - self._low_priority_in_flight

    # Answers ----------------------------------------------------------------------------------

    def _on_reply(self, reply: Any) -> None:
        sent = self._in_flight.popleft()
        sent_at = self._sent_at.popleft()
        self._replied_at = monotonic()
        if isinstance(sent, Wait):
            if sent.is_over(reply):
                self._end_wait(sent)
        else:
            self._latency.observe(self._replied_at - sent_at)
            self._low_priority_in_flight -= sent.low_priority
            if isinstance(reply, hiredis.ReplyError):
                self._on_error(sent, str(reply))
            else:
                if self._refusals.active:
                    self._refusals.served(sent.name)
                if not self._durable.hold(sent, reply):
                    self._resolve(sent, reply)
        if self._queue:
            self._flush_soon()
        if not self._in_flight:
            self._on_all_answered()

    def _on_error(self, call: Call, error: str) -> None:
        self._durable.forget(call)
        if error.startswith(_NOT_SERVED):
            self._not_served.append(call)
            self._only_behind &= error.startswith(_BEHIND)
            return
        reason = self._refusals.add(call.name, error)
        call.fail(StoreError(error) if reason is Reason.FAILED else StoreRefusedError())

    def _end_wait(self, wait: Wait) -> None:
        """Resolve what is durable now; send the rest again, which changes nothing."""
        before = self._durable.in_time
        ended = self._durable.end(wait, oldest=monotonic() - WAITING_SECONDS)
        if not ended.reached:
            for base in {call.base for call, _ in wait.answers}:
                self._queue.add(PauseExpiry(base))
        for call, answer in ended.answered:
            self._resolve(call, answer)
        for call in ended.expired:
            call.fail(StoreAwayError())
        self._queue.put_back(ended.again)
        if self._durable.holds:
            self._flush_soon()
        if ended.reached and not before:
            self._notify_reconnected()

    def _resolve(self, call: Call, reply: Any) -> None:
        """Handle the answer. An error in that is logged, so that the other answers are handled."""
        try:
            call.resolve(reply)
        except Exception as error:
            log.error(
                "an answer could not be handled",
                function=call.name,
                lane=call.base,
                exc_info=error,
            )
            call.fail(StoreError(f"the answer of {call.name} could not be handled"))

    def _on_all_answered(self) -> None:
        if self._not_served and self._only_behind:
            assert self._running is not None
            self._running.create_task(self._reconcile())
        elif self._not_served:
            log.warning("redis does not serve calls; connecting again", calls=len(self._not_served))
            self._reconnecting.cut()
        elif not self._queue and not self._durable.holds:
            self._idle.set()

    # Outages ----------------------------------------------------------------------------------

    async def _prepare(self, client: redis.asyncio.Redis) -> None:
        """Load the library, and see by a call of it that the node serves our lane.

        Loading alone shows nothing: a node of a Cluster that is not whole takes the library.
        """
        await library.load(client)
        await library.probe(client, self._key)
        await self._reconciler.reconcile(client, self._bases)

    async def _reconcile(self) -> None:
        """Compare lanes with the archive, and send the calls again that found them behind."""
        client = self._deployment.client(self._key)
        try:
            async with asyncio.timeout(PREPARE_SECONDS):
                await self._reconciler.reconcile(client, self._bases)
        except (RedisError, StoreError, OSError, TimeoutError) as error:
            log.warning(
                "lanes could not be compared with the archive", lane=self._key, error=str(error)
            )
            self._reconnecting.cut()
        else:
            self._send_again()
            self._flush_soon()
        finally:
            await client.aclose()

    def _send_again(self) -> None:
        """Queue the calls that were not served before all others."""
        self._queue.put_back(self._not_served)
        self._not_served = []
        self._only_behind = True

    def _connected(self) -> None:
        if self.away:
            self.away = False
            log.warning("redis is back", waiting=len(self._queue), failed=self._failed)
            self._failed = 0
            self._notify_reconnected()
        self._flush_soon()

    def _notify_reconnected(self) -> None:
        for callback in self.on_reconnect:
            callback()

    def _disconnected(self) -> None:
        """Keep what may be sent again or was not served; the outcome of the rest is unknown."""
        self.away = True
        self._plain.drop()
        log.warning("redis is away")
        unfinished = self._durable.clear()
        unfinished += [sent for sent in self._in_flight if isinstance(sent, Call)]
        self._in_flight.clear()
        self._low_priority_in_flight = 0
        self._sent_at.clear()
        self._queue.put_back(unfinished)
        self._fail_where(lambda call: not call.repeatable)
        self._send_again()

    def _not_connected(self) -> None:
        self.away = True
        self._fail_where(lambda call: not call.repeatable)

    def _fail_overdue(self) -> None:
        oldest = monotonic() - WAITING_SECONDS
        self._fail_where(lambda call: call.since < oldest)

    def _fail_where(self, condition: Callable[[Call], bool]) -> None:
        failed = self._queue.remove_where(condition)
        self._failed += len(failed)
        for call in failed:
            call.fail(StoreAwayError())
        if not (self._queue or self._in_flight or self._not_served or self._durable.holds):
            self._idle.set()

    async def _watch(self) -> None:
        """Fail what has waited too long, and cut a connection with an overdue answer."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            self._fail_overdue()
            self._refusals.log_end()
            if not self._sent_at:
                continue
            if monotonic() - max(self._sent_at[0], self._replied_at) > CALL_SECONDS:
                log.warning("redis does not answer in time", of="calls")
                self._reconnecting.cut()
