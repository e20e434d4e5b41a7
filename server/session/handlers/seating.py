"""Taking part and stopping to: `join`, `invite`, `leave`, `report`."""

from __future__ import annotations

from functools import partial

import msgspec

from server.relay.from_client import Invite, Join, Leave, Report
from server.relay.matching import Ticket
from server.relay.to_client import Invited
from server.session.campaigns import OpenCampaign, PackedPhrase
from server.session.identity import new_id
from server.session.notifications import sit_again
from server.session.resume import settle
from server.session.seat import Seat
from server.session.session import Session
from server.store.answers import RefusedError
from server.store.errors import JoinLostError, StoreError
from server.store.lanes import letter_of


def join(session: Session, message: Join) -> None:
    """Hand in a ticket; being seated comes back as a transition."""
    if not session.campaign.is_open:
        session.refuse("closed", "the campaign is not open", message)
        return
    if message.invite is not None and not _may_lead(session, message.invite):
        session.refuse("no_such_room", "this invitation leads to no room for you", message)
        return
    locales = () if message.invite is not None else message.locales or ()
    phrase = session.campaign.choose(message.phrase, session.locale, locales)
    if phrase is None:
        text = "the campaign has no phrase of this id, or in these languages"
        session.refuse("no_such_phrase", text, message)
        return
    session.locales = _willing(session.campaign, locales, phrase)
    ticket = Ticket(
        participant=session.participant,
        address=session.address,
        room=new_id(),
        phrase=phrase.packed,
        chars=phrase.chars,
        chosen=message.phrase is not None,
        invite=message.invite or "",
        recent=" ".join(session.recent),
        hello=session.hello,
        locale=phrase.locale,
        locales=session.locales,
    )
    session.run(partial(_hand_in, session, message, ticket))


def _willing(campaign: OpenCampaign, locales: tuple[str, ...], phrase: PackedPhrase) -> str:
    """The locales that may be written, as words; that of the phrase always is one of them."""
    if not locales:
        return ""
    return " ".join(dict.fromkeys((phrase.locale, *campaign.fitting(locales))))


def _may_lead(session: Session, code: str) -> bool:
    """Whether the code is one, and not of another lane than the room in which one sits."""
    lanes, place = session.campaign.lanes, session.place
    return code != "" and (place is None or lanes.base_of(place.room) == lanes.base_of(code))


def _hand_in(session: Session, message: Join, ticket: Ticket) -> None:
    """An errand."""
    if session.astray:
        session.hub.spawn(_settle_first(session, message, ticket))
        return
    if ticket.address != session.address:
        ticket = msgspec.structs.replace(ticket, address=session.address)
    campaign, hub = session.campaign, session.hub
    hub.pool.join(
        campaign.lanes,
        campaign.rules,
        ticket,
        hub.worker,
        partial(_handled, session, message),
        base=_fixed_lane(session, ticket),
        wanted=session.is_there,
    )


async def _settle_first(session: Session, message: Join, ticket: Ticket) -> None:
    """Nobody knows whether an earlier ticket was seated, so that is found out before."""
    begun = False
    try:
        if not await settle(session):
            begun = True
            _hand_in(session, message, ticket)
    except (RefusedError, StoreError) as error:
        _explain(session, message, error)
    finally:
        if not begun:
            session.errand_done()


def _handled(session: Session, message: Join, error: RefusedError | StoreError | None) -> None:
    try:
        if error is None:
            session.hub.registered(session)
        else:
            _explain(session, message, error)
    finally:
        session.errand_done()


def _explain(session: Session, message: Join, error: RefusedError | StoreError) -> None:
    if isinstance(error, RefusedError):
        session.refused(error, message)
        return
    if isinstance(error, JoinLostError):
        session.astray |= len(session.campaign.lanes.bases) > 1
    session.busy(error, message)


def _fixed_lane(session: Session, ticket: Ticket) -> str:
    """The lane of one's seat, or of the friend's room; "" for any."""
    if session.place is not None:
        return session.campaign.lanes.base_of(session.place.room)
    return session.campaign.lanes.base_of(ticket.invite) if ticket.invite else ""


def invite(session: Session, message: Invite) -> None:
    """Wait for a friend instead of a stranger."""
    session.hub.spawn(_invite(session, message))


async def _invite(session: Session, message: Invite) -> None:
    campaign = session.campaign
    base = campaign.lanes.base_of(message.room)
    code = new_id() + letter_of(base)
    try:
        code = await session.hub.rooms.invite(
            base, session.participant, session.address, message.room, code
        )
    except RefusedError as refusal:
        session.refused(refusal, message)
    except StoreError as error:
        session.busy(error, message)
    else:
        url = f"/?campaign={campaign.campaign.id}&invite={code}"
        session.socket.send(Invited(message.room, code, url))


def leave(session: Session, message: Leave) -> None:
    """Give the seat up, or stop waiting."""
    _give_up(session, message, keep=bool(message.keep))


def report(session: Session, message: Report) -> None:
    """Leave a stranger's room and hold its work back; or hold a finished work back."""
    place = session.place
    if place is not None and place.room == message.room:
        _give_up(session, message, report=True)
    else:
        session.hub.spawn(_report_work(session, message))


async def _report_work(session: Session, message: Report) -> None:
    try:
        if not await session.hub.hold(message.room, session.participant, message.why):
            session.refuse("no_such_room", "you had no hand in this work", message)
    except StoreError as error:
        session.busy(error, message)


def _give_up(
    session: Session, message: Leave | Report, *, keep: bool = False, report: bool = False
) -> None:
    place = session.place
    if place is None or place.room != message.room:
        session.refuse("no_such_room", "you have no seat in this room", message)
        return
    session.stand_up()
    session.run(lambda: session.hub.spawn(_free(session, message, place, keep=keep, report=report)))


async def _free(
    session: Session, message: Leave | Report, place: Seat, *, keep: bool, report: bool
) -> None:
    """An errand."""
    campaign = session.campaign
    base = campaign.lanes.base_of(message.room)
    try:
        try:
            transition = await session.hub.rooms.leave(
                base,
                campaign.rules,
                session.participant,
                session.address,
                message.room,
                keep=keep,
                report=report,
            )
        finally:
            session.errand_done()
    except RefusedError as refusal:
        if isinstance(message, Report) and refusal.code == "no_such_room":
            await _report_work(session, message)  # it was finished in that moment
        else:
            session.refused(refusal, message)
    except StoreError as error:
        sit_again(session, place)
        session.busy(error, message)
    else:
        session.hub.deliver(base, [transition])
