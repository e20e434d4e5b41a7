"""Seats tickets: a batch in one call of `join`, so that the tickets can be matched with each other.

While a batch is under way in every open lane, the next batch collects. So batches grow with the
load, and larger batches mix strangers better.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import NamedTuple

import structlog

from server.relay.matching import Ticket
from server.relay.room import Rules
from server.relay.transition import Transition, after
from server.store.answers import (
    OutOfSerialsError,
    RefusedError,
    as_error,
    read_answer,
    rule_arguments,
)
from server.store.call import Call, Wanted
from server.store.errors import JoinLostError, StoreAwayError, StoreError, StoreRefusedError
from server.store.lanes import Lanes, letter_of
from server.store.library import function
from server.store.raw_connection import Argument
from server.store.shards import Shards

log = structlog.get_logger()

BATCH = 500
"""Tickets in one call at most; more tickets make further calls at once."""

SEED_BITS = 30
"""Seeds of the library's random generator are 1 to 2^31 - 2; these are fewer, and quickly made."""

Deliver = Callable[[str, list[Transition]], None]
"""Called with a lane's base and the transitions that happened there."""

Handled = Callable[[RefusedError | StoreError | None], None]
"""Called with the outcome of a ticket: None when it was seated."""

_JOIN, _JOIN_APART = function("join"), function("join_apart")


def _always() -> bool:
    return True


class _Entry(NamedTuple):
    """A ticket of a batch, and its caller."""

    ticket: Ticket
    wanted: Wanted
    then: Handled

    def resolve(self, error: RefusedError | StoreError | None) -> None:
        """Handle the outcome; an error in that is logged, so that the others are handled."""
        try:
            self.then(error)
        except Exception as fault:
            log.error(
                "the outcome of a ticket could not be handled",
                room=self.ticket.room,
                exc_info=fault,
            )


class _Batch(Call):
    """A `join` or `join_apart`; it collects tickets until it is sent or full."""

    __slots__ = ("_deliver", "_entries", "_head", "_on_end", "closed", "ended", "queued")

    def __init__(
        self,
        name: str,
        arguments: list[Argument],
        deliver: Deliver,
        on_end: Callable[[str], None],
    ) -> None:
        super().__init__(name, "", arguments, repeatable=False, durable=True)
        self._head = arguments
        self._deliver = deliver
        self._on_end = on_end
        self._entries: list[_Entry] = []
        self.queued = False
        self.closed = False
        self.ended = False

    @property
    def full(self) -> bool:
        return len(self._entries) >= BATCH

    def add(self, ticket: Ticket, wanted: Wanted, then: Handled) -> None:
        self._entries.append(_Entry(ticket, wanted, then))

    def started(self) -> None:
        self.closed = True
        letter = letter_of(self.base)
        entries, self._entries = self._entries, []
        self.arguments = list(self._head)  # anew: a call that was not served is sent again
        for entry in entries:
            if entry.wanted():
                self.arguments += ticket_arguments(entry.ticket, letter)
                self._entries.append(entry)
            else:
                entry.resolve(StoreAwayError())

    def resolve(self, reply: object) -> None:
        self._end()
        assert isinstance(reply, bytes)
        answer = read_answer(reply)
        self._deliver(self.base, self._as_of_now(answer.transitions))
        for entry, refusal in zip(self._take_entries(), answer.refusals, strict=True):
            error = as_error(refusal) if refusal else None
            assert not isinstance(error, OutOfSerialsError)
            entry.resolve(error)

    def _as_of_now(self, transitions: list[Transition]) -> list[Transition]:
        """The transitions with what is left of the turns, when they waited to be durable."""
        if self.answered_at is None:
            return transitions
        waited_ms = round((monotonic() - self.answered_at) * 1_000)
        return [after(transition, waited_ms) for transition in transitions]

    def fail(self, error: StoreError) -> None:
        done_perhaps = self.closed and not isinstance(error, StoreRefusedError)
        outcome = JoinLostError() if done_perhaps else error
        for entry in self._take_entries():
            entry.resolve(outcome)
        self._end()

    def _take_entries(self) -> list[_Entry]:
        """The entries, each of which is resolved once."""
        entries, self._entries = self._entries, []
        return entries

    def _end(self) -> None:
        if not self.ended:
            self.ended = self.closed = True
            self._on_end(self.base)


class _Queue:
    """Batches for the same lanes: those under way, and the newest one, which collects."""

    __slots__ = ("_base", "_lanes", "apart", "newest", "under_way")

    def __init__(self, lanes: Lanes, base: str, apart: bool) -> None:
        """For the lane `base`; for any open lane with ""."""
        self.apart = apart
        self._lanes = lanes
        self._base = base
        self.newest: _Batch | None = None
        self.under_way: Counter[str] = Counter()

    def free_lane(self) -> str | None:
        """Where the next batch may go now; None for nowhere."""
        if self._base:
            return None if self.under_way else self._base
        return self._lanes.choose(self.under_way)

    def any_lane(self) -> str:
        """Where a full batch goes."""
        return self._base or self._lanes.choose(()) or self._lanes.first


class Pool:
    """Collects the tickets of each campaign into batches and sends them."""

    def __init__(self, shards: Shards, deliver: Deliver) -> None:
        """`deliver` gets every transition."""
        self._shards = shards
        self._deliver = deliver
        self._queues: dict[tuple[str, str, bool], _Queue] = {}

    def join(
        self,
        lanes: Lanes,
        rules: Rules,
        ticket: Ticket,
        worker: str,
        then: Handled,
        *,
        base: str = "",
        apart: bool = False,
        wanted: Wanted = _always,
    ) -> None:
        """Have a ticket of a session on `worker` seated; the transitions are delivered.

        `base` is the lane that the ticket must go to: that of a friend's room, or of its own room.
        Participants who are kept `apart` meet only each other, in the first lane.
        A ticket that is not `wanted` any more when its batch is sent is left out.

        `then` is called, perhaps at once, with None or one of these errors:
            RefusedError: `elsewhere`, `fenced`, or `no_such_room` for a wrong invite.
            JoinLostError: it is not known whether the ticket was seated. With several lanes it may
                be sent again only from another address.
            StoreAwayError: Redis is away; the ticket may be sent again.
        """
        lanes.joins += 1
        lane = base or (lanes.first if apart else lanes.lane_for(ticket))
        name = lanes.campaign, lane if len(lanes.bases) > 1 else "", apart
        queue = self._queues.get(name)
        if queue is None:
            queue = self._queues[name] = _Queue(lanes, name[1], apart)
        batch = queue.newest
        if batch is not None and batch.full and not batch.queued:
            self._send(queue, batch, queue.any_lane())
        if batch is None or batch.closed or batch.full:
            batch = queue.newest = self._new_batch(queue, rules, worker)
        batch.add(ticket, wanted, then)
        self._send_if_free(queue)

    def _new_batch(self, queue: _Queue, rules: Rules, worker: str) -> _Batch:
        seed = 1 + random.getrandbits(SEED_BITS)
        arguments: list[Argument] = [*rule_arguments(rules), seed, worker]
        name = _JOIN_APART if queue.apart else _JOIN
        return _Batch(name, arguments, self._deliver, partial(self._ended, queue))

    def _send_if_free(self, queue: _Queue) -> None:
        batch = queue.newest
        if batch is not None and not batch.queued:
            base = queue.free_lane()
            if base is not None:
                self._send(queue, batch, base)

    def _send(self, queue: _Queue, batch: _Batch, base: str) -> None:
        batch.base = base
        queue.under_way[base] += 1
        batch.queued = True
        self._shards.submit(batch)

    def _ended(self, queue: _Queue, base: str) -> None:
        """A batch was answered: send what has collected meanwhile."""
        queue.under_way[base] -= 1
        if not queue.under_way[base]:
            del queue.under_way[base]
        self._send_if_free(queue)


def ticket_arguments(ticket: Ticket, letter: str = "") -> list[Argument]:
    """A ticket as arguments of `join`; `letter` is the last character of its lane's room ids."""
    return [
        ticket.participant,
        ticket.address,
        ticket.room + letter,
        ticket.phrase,
        ticket.chars,
        "1" if ticket.chosen else "0",
        ticket.invite,
        ticket.recent,
        ticket.hello,
        ticket.locale,
        ticket.locales,
    ]
