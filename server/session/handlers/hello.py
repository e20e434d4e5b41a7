"""From `hello` to `welcome`: a new participant, or one that returns with a token."""

from __future__ import annotations

from picows import WSCloseCode

from server.relay import ink
from server.relay.from_client import FromClient, Hello, Ink
from server.relay.to_client import CampaignInfo, FinishedWork, Limits, Welcome
from server.relay.transition import Transition
from server.session import room_messages as translation
from server.session.campaigns import OpenCampaign
from server.session.notifications import look, sit_down, tell_if_alone
from server.session.resume import find_room
from server.session.session import RETRY_MS, Session, Stage
from server.store.answers import RefusedError, UnacknowledgedWork
from server.store.errors import StoreError
from server.transport import limits
from server.transport.codec import pack


def before_welcome(session: Session, message: FromClient) -> None:
    """A message came before `welcome` was sent."""
    if session.stage is Stage.GREETING:
        _keep(session, message)
    elif isinstance(message, Hello):
        _hello(session, message)
    else:
        session.refuse("hello_first", "the first message is hello", message)


def _keep(session: Session, message: FromClient) -> None:
    """Clients need not wait for `welcome`; what they send meanwhile is handled after it."""
    if len(session.pending) < limits.PENDING_MESSAGES:
        session.pending += (message,)
    else:
        session.refuse("slow_down", "wait for welcome", message, RETRY_MS)


def _hello(session: Session, message: Hello) -> None:
    hub = session.hub
    campaign = hub.campaign(message.campaign)
    if campaign is None:
        session.refuse("no_such_campaign", "there is no campaign of this id", message)
        return
    known = message.token is not None and hub.identity.is_ours(message.token)
    if hub.full and not known:
        _turn_away(session, message)
        return
    session.move_to(campaign)
    session.hello = campaign.lanes.clock.now()
    session.locale = (message.locale or campaign.campaign.locale)[: limits.LOCALE_CHARS]
    session.token = message.token if message.token and known else hub.identity.new_token()
    session.participant = hub.identity.participant(session.token, campaign.campaign.id)
    if known:
        session.stage = Stage.GREETING
        hub.spawn(_resume(session, message))
    else:
        hub.greeted(session)
        _welcome(session, [], [])


def _turn_away(session: Session, message: Hello) -> None:
    """There are too many; but who has a seat is given it back, however many there are."""
    session.refuse("busy", "the server is full", message, RETRY_MS)
    session.socket.close(WSCloseCode.TRY_AGAIN_LATER, "the server is full")


async def _resume(session: Session, message: Hello) -> None:
    hub, campaign = session.hub, session.campaign
    try:
        returned = await find_room(session)
    except RefusedError as refusal:
        hub.abandon_unseen(session)
        session.refused(refusal, message)
        return
    except StoreError as error:
        if session.stage is Stage.GONE:
            hub.abandon_unseen(session)
        else:
            session.stage = Stage.NEW
            session.busy(error, message)
            pending, session.pending = session.pending, ()
            for waiting in pending:
                before_welcome(session, waiting)
        return
    for previous in returned.previous or {""}:
        hub.take_over(previous, session)
    if session.stage is Stage.GONE:
        hub.abandon(session, returned.transitions)
        return
    if hub.full and not returned.transitions:
        _turn_away(session, message)
        return
    session.registered = True
    session.recent = returned.recent
    for transition in returned.transitions:
        hub.deliver(campaign.lanes.base_of(transition.view.room), [transition])
    _welcome(session, returned.transitions, returned.untold)
    if session.missed:
        session.missed = False
        hub.spawn(look(session))
    pending, session.pending = session.pending, ()
    for waiting in pending:
        if isinstance(waiting, Ink):
            session.ink(waiting, pack(waiting))
        else:
            session.received(waiting)


def _welcome(
    session: Session, transitions: list[Transition], untold: list[UnacknowledgedWork]
) -> None:
    hub, campaign = session.hub, session.campaign
    room = None
    if transitions:
        room = sit_down(session, transitions[0], transitions[0].seat)
    session.stage = Stage.READY
    info = campaign.campaign
    welcome = Welcome(
        token=session.token,
        participant=session.participant,
        campaign=CampaignInfo(info.id, info.title, campaign.is_open),
        phrases=campaign.packed_phrases,
        counters=hub.counters.last(info.id),
        limits=_limits(campaign),
        finished=[
            FinishedWork(entry.work, translation.work_url(entry.work), entry.serial)
            for entry in untold
        ],
        resume=room,
    )
    if untold:
        session.socket.send_asking(session.mark_of(untold), welcome)
    else:
        session.socket.send(welcome)
    if transitions:
        tell_if_alone(session, transitions[0])


def _limits(campaign: OpenCampaign) -> Limits:
    return Limits(
        frame=limits.FRAME_BYTES,
        strokes=ink.MAX_STROKES,
        points=ink.MAX_POINTS,
        ink_rate=limits.INK_RATE,
        ink_burst=limits.INK_BURST,
        message_rate=limits.MESSAGE_RATE,
        message_burst=limits.MESSAGE_BURST,
        turn_ms=campaign.rules.turn_ms,
        grace_ms=campaign.rules.grace_ms,
    )
