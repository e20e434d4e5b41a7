"""`commit`: finish a character with its authoritative ink."""

from __future__ import annotations

from functools import partial
from time import monotonic

from server.guard.guard import Guard
from server.relay.from_client import Commit
from server.relay.ink import BadInkError, check_strokes
from server.relay.phrase import seat_of
from server.session.dispatch import Dispatcher
from server.session.funnel import COMMITTED
from server.session.notifications import Notifier
from server.session.session import Session
from server.session.store_errors import StoreErrors
from server.store.answers import RefusedError
from server.store.errors import StoreError
from server.store.pool import Deliver
from server.store.rooms import Outcome, Rooms
from server.tracing.span import Span, Tracer
from server.transport.codec import pack


class CommitHandler:
    """Commits characters."""

    def __init__(
        self,
        rooms: Rooms,
        notifier: Notifier,
        guard: Guard,
        errors: StoreErrors,
        deliver: Deliver,
        tracer: Tracer | None = None,
    ) -> None:
        """Every part is that of this worker; `deliver` notifies everybody of a transition.

        With a `tracer`, each commit is traced, in the trace of the join if that one is.
        """
        self._tracer = tracer
        self._guard = guard
        self._rooms = rooms
        self._notifier = notifier
        self._errors = errors
        self._deliver = deliver

    def register(self, dispatcher: Dispatcher) -> None:
        """Handle `commit`."""
        dispatcher.register(Commit, self.commit)

    def commit(self, session: Session, message: Commit) -> None:
        """Have the store commit the strokes; the same commit again is answered again."""
        try:
            check_strokes(message.strokes)
        except BadInkError as error:
            session.refuse("bad_ink", str(error), message)
            return
        if session.participant in self._guard.barred:
            session.refuse("barred", "you cannot take part any more", message)
            return
        if self._guard.hand_time.on and self._is_early(session, message):
            return
        campaign = session.campaign
        base = campaign.lanes.base_of(message.room)
        ink = pack(message.strokes)
        told_before = session.works.told(message.room)
        span = None
        if self._tracer is not None:
            joined = session.trace.traceparent if session.trace is not None else ""
            span = self._tracer.start(
                "commit", joined, campaign=campaign.campaign.id, room=message.room, c=message.c
            )
        self._rooms.commit(
            base,
            campaign.rules,
            session.participant,
            session.address,
            message.room,
            message.c,
            ink,
            partial(self._committed, session, message, base, told_before, ink, monotonic(), span),
            span,
        )

    def _is_early(self, session: Session, message: Commit) -> bool:
        """Refuse a character that comes earlier than a hand can have written it.

        One that was committed before is answered by the store, whenever it comes. So is one that
        the other seat has to write.
        """
        seat = session.seat
        if seat is None or seat.room != message.room:
            return False
        if message.c != seat.writes:
            is_to_come = message.c > seat.turn and seat_of(message.c) == seat.index
            if is_to_come:
                session.refuse("not_your_turn", "this character's turn has not come", message)
            return is_to_come
        wait = self._guard.hand_time.wait_ms(message.strokes, seat.turn_began, monotonic())
        if wait:
            text = "this is faster than its ink was written, or than a hand writes; send it again"
            session.refuse("too_fast", text, message, wait)
        return wait > 0

    def _committed(
        self,
        session: Session,
        message: Commit,
        base: str,
        told_before: bool,
        ink: bytes,
        began: float,
        span: Span | None,
        outcome: Outcome,
    ) -> None:
        if isinstance(outcome, RefusedError | StoreError):
            self._errors.answer(session, outcome, message)
            if span is not None:
                span.end(str(outcome))
            return
        self._guard.committed(ink, session.participant, message.room)
        told_meanwhile = session.works.told(message.room) and not told_before
        if outcome.kind == "repeated" and not told_meanwhile:
            self._notifier.notify(session, outcome, outcome.seat)
        self._deliver(base, [outcome])
        self._notifier.latencies.commit.observe(monotonic() - began)
        session.reached(COMMITTED)
        if span is not None:
            span.end()
