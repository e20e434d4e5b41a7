"""From `hello` to `welcome`: a new participant, or one that returns with a token."""

from __future__ import annotations

from time import monotonic
from typing import Protocol

from picows import WSCloseCode

from server.relay.from_client import FromClient, Hello
from server.relay.to_client import CampaignInfo, FinishedWork, Welcome
from server.relay.transition import Transition
from server.session.background import BackgroundTasks
from server.session.campaigns import OpenCampaign
from server.session.dispatch import Dispatcher
from server.session.funnel import COMMITTED, FINISHED, HELLO, MATCHED, SEATED
from server.session.identity import Identity
from server.session.limits import LOCALE_CHARS, PENDING_MESSAGES, RETRY_MS
from server.session.notifications import Notifier
from server.session.resume import Resume
from server.session.session import Resuming, Session, Stage
from server.session.store_errors import StoreErrors
from server.store.answers import RefusedError, UnacknowledgedWork
from server.store.counters import Counters
from server.store.errors import StoreError
from server.store.pool import Deliver
from server.transport.peer import ANYBODY


class Participants(Protocol):
    """What a worker knows of its participants and campaigns."""

    @property
    def full(self) -> bool:
        """Whether no more participants can be greeted."""

    def campaign(self, campaign_id: str | None) -> OpenCampaign | None:
        """The campaign of this id, or the default one; None if there is none."""

    def greeted(self, session: Session) -> None:
        """A session has a new participant; the store knows nothing of it before it joins."""


class HelloHandler:
    """Greets participants."""

    def __init__(
        self,
        participants: Participants,
        identity: Identity,
        counters: Counters,
        resume: Resume,
        notifier: Notifier,
        errors: StoreErrors,
        tasks: BackgroundTasks,
        deliver: Deliver,
    ) -> None:
        """Every part is that of this worker; `deliver` notifies everybody of a transition."""
        self._participants = participants
        self._identity = identity
        self._counters = counters
        self._resume = resume
        self._notifier = notifier
        self._errors = errors
        self._tasks = tasks
        self._deliver = deliver

    def register(self, dispatcher: Dispatcher) -> None:
        """Handle a second `hello`; the first one comes before `welcome`."""
        dispatcher.register(Hello, self._hello_again)

    def before_welcome(self, session: Session, message: FromClient) -> None:
        """Handle a message that came before `welcome` was sent."""
        if session.resuming is not None:
            _keep(session, session.resuming, message)
        elif isinstance(message, Hello):
            self._hello(session, message)
        else:
            session.refuse("hello_first", "the first message is hello", message)

    def _hello_again(self, session: Session, message: Hello) -> None:
        session.refuse("bad_message", "hello is said once", message)

    def _hello(self, session: Session, message: Hello) -> None:
        began = monotonic()
        campaign = self._participants.campaign(message.campaign)
        rehearses = message.token is not None and self._identity.is_rehearsal(message.token)
        if campaign is None or campaign.campaign.rehearsal != rehearses:
            session.refuse("no_such_campaign", "there is no campaign of this id", message)
            return
        if rehearses:
            session.connection.peer = ANYBODY  # whoever holds the service's secret is not limited
        token = message.token
        known = token is not None and self._identity.is_good_in(token, campaign.campaign)
        if self._participants.full and not known:
            _turn_away(session, message)
            return
        session.enter(campaign)
        session.hello_at = campaign.lanes.clock.now()
        session.locale = (message.locale or campaign.campaign.locale)[:LOCALE_CHARS]
        if token is not None and known:
            session.token = self._identity.renewed(token)
        else:
            session.token = self._identity.new_token(campaign.campaign)
        session.participant = self._identity.participant(session.token, campaign.campaign.id)
        if known:
            session.stage, session.resuming = Stage.RESUMING, Resuming()
            self._tasks.spawn(self._resume_session(session, message, began), session)
        else:
            self._participants.greeted(session)
            self._welcome(session, [], [], began)

    async def _resume_session(self, session: Session, message: Hello, began: float) -> None:
        try:
            found = await self._resume.find_room(session)
        except RefusedError as refusal:
            self._resume.abandon_unknown(session)
            self._errors.answer(session, refusal, message)
            return
        except StoreError as error:
            if session.is_open:
                self._hello_failed(session, error, message)
            else:
                self._resume.abandon_unknown(session)
            return
        self._resume.replace(found, session)
        if not session.is_open:
            self._resume.abandon(session, found.transitions)
            return
        if self._participants.full and not found.transitions:
            _turn_away(session, message)
            return
        session.seating.recent_partners = found.recent_partners
        session.joining.seated_before(monotonic(), (session.hello_at - found.seated_at) / 1_000)
        for transition in found.transitions:
            base = session.campaign.lanes.base_of(transition.view.room)
            self._deliver(base, [transition])
        resuming, session.resuming = session.resuming, None
        self._welcome(session, found.transitions, found.unacknowledged, began)
        if resuming is not None:
            self._catch_up(session, resuming)

    def _hello_failed(self, session: Session, error: StoreError, message: Hello) -> None:
        """The client may say `hello` again; what it sent behind this one is answered."""
        resuming, session.resuming = session.resuming, None
        session.stage = Stage.NEW
        self._errors.answer(session, error, message)
        for waiting in resuming.messages if resuming is not None else ():
            self.before_welcome(session, waiting)

    def _catch_up(self, session: Session, resuming: Resuming) -> None:
        if resuming.missed:
            self._tasks.spawn(self._notifier.resync(session), session)
        for message in resuming.messages:
            session.received(message)

    def _welcome(
        self,
        session: Session,
        transitions: list[Transition],
        works: list[UnacknowledgedWork],
        began: float,
    ) -> None:
        campaign, room = session.campaign, None
        _count_visit(session, transitions, works)
        if transitions:
            room = self._notifier.take_seat(session, transitions[0], transitions[0].seat)
        session.stage = Stage.READY
        info = campaign.campaign
        welcome = Welcome(
            token=session.token,
            participant=session.participant,
            campaign=CampaignInfo(info.id, campaign.title(session.locale), campaign.is_open),
            phrases=campaign.packed_phrases,
            counters=self._counters.last(info.id),
            limits=campaign.limits,
            finished=[self._finished(campaign, work) for work in works],
            resume=room,
        )
        if works:
            session.connection.send_with_ping(session.works.tell(works), welcome)
        else:
            session.connection.send(welcome)
        self._notifier.latencies.welcome.observe(monotonic() - began)
        if transitions:
            self._notifier.send_partner_away(session, transitions[0])

    def _finished(self, campaign: OpenCampaign, work: UnacknowledgedWork) -> FinishedWork:
        url = campaign.work_url(work.work, self._identity.work_key(work.work))
        return FinishedWork(work.work, url, work.serial)


def _count_visit(
    session: Session, transitions: list[Transition], works: list[UnacknowledgedWork]
) -> None:
    """Count a new visit, unless this connection continues one: in its room, or after its work."""
    if works:
        session.goes_on_from(COMMITTED)
        session.reached(FINISHED)
    elif transitions:
        view, seat = transitions[0].view, transitions[0].seat
        if view.turn > seat:
            session.goes_on_from(COMMITTED)
        else:
            session.goes_on_from(MATCHED if view.seats[1 - seat].last else SEATED)
    else:
        session.reached(HELLO)


def _keep(session: Session, resuming: Resuming, message: FromClient) -> None:
    """Clients need not wait for `welcome`; what they send before it is handled after it."""
    if len(resuming.messages) < PENDING_MESSAGES:
        resuming.messages += (message,)
    else:
        session.refuse("slow_down", "wait for welcome", message, RETRY_MS)


def _turn_away(session: Session, message: Hello) -> None:
    """The worker is full; only participants who have a seat are let in."""
    session.refuse("busy", "the server is full", message, RETRY_MS)
    session.connection.close(WSCloseCode.TRY_AGAIN_LATER, "the server is full")
