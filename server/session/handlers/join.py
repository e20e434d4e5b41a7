"""`join`: hand in a ticket; the seat comes back as a transition."""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import Protocol

import msgspec

from server.relay.from_client import Join
from server.relay.matching import Ticket
from server.session.background import BackgroundTasks
from server.session.campaigns import OpenCampaign
from server.session.dispatch import Dispatcher
from server.session.funnel import JOIN
from server.session.handlers.join_limit import JoinLimit
from server.session.phrase_choice import PackedPhrase
from server.session.random_ids import new_room_id
from server.session.relay_trace import begin_relay
from server.session.resume import Resume
from server.session.session import Session
from server.session.store_errors import StoreErrors
from server.store.answers import RefusedError
from server.store.errors import JoinLostError, StoreError
from server.store.pool import Pool
from server.tracing.span import Tracer


class Membership(Protocol):
    """Which participants of a worker the store knows of."""

    @property
    def worker(self) -> str:
        """This worker's id."""

    def registered(self, session: Session) -> None:
        """The store knows where the participant is."""


class JoinHandler:
    """Takes tickets of sessions to the pool."""

    def __init__(
        self,
        membership: Membership,
        pool: Pool,
        resume: Resume,
        limit: JoinLimit,
        errors: StoreErrors,
        tasks: BackgroundTasks,
        tracer: Tracer | None = None,
    ) -> None:
        """Every part is that of this worker. With a `tracer`, each join begins a trace."""
        self._tracer = tracer
        self._membership = membership
        self._pool = pool
        self._resume = resume
        self._limit = limit
        self._errors = errors
        self._tasks = tasks

    def register(self, dispatcher: Dispatcher) -> None:
        """Handle `join`."""
        dispatcher.register(Join, self.join)

    def join(self, session: Session, message: Join) -> None:
        """Hand in a ticket, when the requests before it are done."""
        if not session.campaign.lets_write:
            session.refuse("closed", "the campaign is not open for writing", message)
            return
        if message.invite is not None and not _leads_somewhere(session, message.invite):
            session.refuse("no_such_room", "this invitation leads to no room for you", message)
            return
        locales = () if message.invite is not None else message.locales or ()
        phrase = session.campaign.choose(message.phrase, session.locale, locales)
        if phrase is None:
            text = "the campaign has no phrase of this id, or in these languages"
            session.refuse("no_such_phrase", text, message)
            return
        session.reached(JOIN)
        session.joined_at = monotonic()
        admitted = partial(self._admitted, session, message, locales, phrase)
        self._limit.admit(session, message, admitted)

    def _admitted(
        self, session: Session, message: Join, locales: tuple[str, ...], phrase: PackedPhrase
    ) -> None:
        session.seating.locales = _willing(session.campaign, locales, phrase)
        ticket = Ticket(
            participant=session.participant,
            address=session.address,
            room=new_room_id(),
            phrase=phrase.packed,
            chars=phrase.chars,
            chosen=message.phrase is not None,
            invite=message.invite or "",
            recent=" ".join(session.seating.recent_partners),
            hello=session.hello_at,
            locale=phrase.locale,
            locales=session.seating.locales,
        )
        session.seating.run(partial(self._hand_in, session, message, ticket))

    def _hand_in(self, session: Session, message: Join, ticket: Ticket) -> None:
        if session.seating.uncertain:
            self._tasks.spawn(self._settle_first(session, message, ticket), session)
            return
        if ticket.address != session.address:
            ticket = msgspec.structs.replace(ticket, address=session.address)
        campaign = session.campaign
        session.trace = begin_relay(self._tracer, campaign.campaign.id)
        self._pool.join(
            campaign.lanes,
            campaign.rules,
            ticket,
            self._membership.worker,
            partial(self._handled, session, message),
            base=_fixed_lane(session, ticket),
            apart=self._limit.keeps_apart(session),
            wanted=lambda: session.is_open,
        )

    async def _settle_first(self, session: Session, message: Join, ticket: Ticket) -> None:
        """Find out whether an earlier ticket gave a seat before this one is handed in."""
        handed_in = False
        try:
            if not await self._resume.settle(session):
                handed_in = True
                self._hand_in(session, message, ticket)
        except (RefusedError, StoreError) as error:
            self._failed(session, message, error)
        finally:
            if not handed_in:
                session.seating.request_done()

    def _handled(
        self, session: Session, message: Join, error: RefusedError | StoreError | None
    ) -> None:
        try:
            if error is None:
                self._membership.registered(session)
                if session.trace is not None:
                    session.trace.seated(session.seat)
            else:
                self._failed(session, message, error)
        finally:
            session.seating.request_done()

    def _failed(self, session: Session, message: Join, error: RefusedError | StoreError) -> None:
        session.joined_at = 0.0
        if session.trace is not None:
            session.trace.refused(str(error))
            session.trace = None
        if isinstance(error, JoinLostError):
            session.seating.uncertain |= len(session.campaign.lanes.bases) > 1
        self._errors.answer(session, error, message)


def _willing(campaign: OpenCampaign, locales: tuple[str, ...], phrase: PackedPhrase) -> str:
    """The campaign's locales that fit `locales`, as words. They include that of the phrase."""
    if not locales:
        return ""
    return " ".join(dict.fromkeys((phrase.locale, *campaign.fitting(locales))))


def _leads_somewhere(session: Session, code: str) -> bool:
    """Whether this may be a friend's code: not empty, and of the lane of one's seat, if any."""
    lanes, seat = session.campaign.lanes, session.seat
    return code != "" and (seat is None or lanes.base_of(seat.room) == lanes.base_of(code))


def _fixed_lane(session: Session, ticket: Ticket) -> str:
    """The lane for the ticket: that of one's seat or of the friend's room; "" for any."""
    lanes = session.campaign.lanes
    if session.seat is not None:
        return lanes.base_of(session.seat.room)
    return lanes.base_of(ticket.invite) if ticket.invite else ""
