"""What happens to a room, as its participants are told of it; their places are kept in step."""

from __future__ import annotations

from server.relay.matching import LAST_PARTNERS
from server.relay.phrase import seat_of
from server.relay.to_client import Matched, PartnerChanged, TurnChanged, Waiting
from server.relay.transition import RoomView, Transition
from server.session import room_messages as translation
from server.session.seat import Seat
from server.session.session import Session, Stage
from server.store.answers import RefusedError, UnacknowledgedWork
from server.store.errors import StoreError


def happened(session: Session, transition: Transition, seat: int) -> None:
    """Something happened to the room in which this session has (or just lost) `seat`."""
    if session.socket.closing:
        return  # nothing can be said any more; it is found out on return
    if session.stage is Stage.GREETING:
        session.missed = True  # nothing is said before `welcome`; it is looked up after it
        return
    view, place = transition.view, session.place
    kind = transition.kind
    if kind in {"waiting", "matched", "seated"}:
        if view.room in session.former_rooms:
            return  # told late or twice, after an outage; nobody is seated in a room again
        if place is None or place.room != view.room or place.version <= view.version:
            seated(session, transition, seat)
        return
    if kind == "repeated":
        _repeated(session, transition, seat)
        return
    if place is None or place.room != view.room or view.version <= place.version:
        return
    missed = view.version > place.version + 1 and kind != "completed"
    if missed and not (kind == "idle" and transition.seat == seat):
        session.hub.spawn(look(session))
        return
    place.update(view)
    if kind in {"committed", "completed"}:
        _finished_character(session, transition)
    elif kind == "away":
        change = PartnerChanged(view.room, "away", transition.ms)
        session.socket.send(change, *_turn_of(session, transition, view))
    elif kind == "back":
        change = PartnerChanged(view.room, "back")
        session.socket.send(change, *_turn_of(session, transition, view))
    elif kind == "idle" and transition.seat == seat:
        session.stand_up()
        session.say_goodbye("idle")
    elif kind in {"left", "idle"}:
        change = PartnerChanged(view.room, "left")
        session.socket.send(change, translation.turn_changed(view, place.chars))
        if place.waiting:
            _begin_to_wait(session)


def _turn_of(session: Session, transition: Transition, view: RoomView) -> list[TurnChanged]:
    """The turn of a writer who is away stands still, so its time left changes twice."""
    if session.place is None or seat_of(view.turn) != transition.seat:
        return []
    return [translation.turn_changed(view, session.place.chars)]


def _repeated(session: Session, transition: Transition, seat: int) -> None:
    """A commit was answered again: to its sender, and to a partner who missed it."""
    view, place = transition.view, session.place
    if place is not None and place.room == view.room and view.version > place.version:
        missed = view.version > place.version + 1 and view.turn < view.chars
        place.update(view)
        if missed:
            session.hub.spawn(look(session, anew=True))
    elif seat != transition.seat:
        return
    _finished_character(session, transition)


def seated(session: Session, transition: Transition, seat: int) -> None:
    """Take a seat over as it is, and tell the participant.

    Who waits for the answer to a commit hears it as such, though it is in the room, too.
    """
    view, before = transition.view, session.place
    missed = []
    if before is not None and before.room == view.room:
        missed = translation.committed_since(view, before.turn)
    session.socket.send(*missed, sit_down(session, transition, seat))
    tell_if_alone(session, transition)


def sit_down(session: Session, transition: Transition, seat: int) -> Waiting | Matched:
    """Take a seat over as it is; the message that says so."""
    view, before = transition.view, session.place
    place = Seat(view, seat)
    session.take(place)
    if before is not None and before.room == view.room and before.turn == view.turn:
        place.begun = before.begun
    elif transition.kind not in {"waiting", "matched"}:
        place.begun = None  # written on another connection so far
    if place.waiting:
        _begin_to_wait(session)
    partner = view.seats[1 - seat].last
    if partner:
        others = [other for other in session.recent if other != partner]
        session.recent = (partner, *others)[:LAST_PARTNERS]
    return translation.whole_room(view, seat, place.chars, session.hub.identity, session.locale)


def tell_if_alone(session: Session, transition: Transition) -> None:
    """A room is told as it is, except that the partner's connection is lost at the moment."""
    place = session.place
    if place is not None and place.partner_is_away:
        ms = transition.ms if transition.seat == place.seat else None
        session.socket.send(PartnerChanged(place.room, "away", ms))


def _begin_to_wait(session: Session) -> None:
    """Five minutes without a message are allowed from now on."""
    session.last_message = session.hub.vigil.clock


def _finished_character(session: Session, transition: Transition) -> None:
    view, campaign, place = transition.view, session.campaign, session.place
    if place is not None and place.room != view.room:
        place = None
    committed = translation.committed(transition)
    if view.turn < view.chars:
        if place is not None:
            session.socket.send(committed, translation.turn_changed(view, place.chars))
        else:
            session.socket.send(committed)
        return
    if transition.c < view.chars - 1 and view.room in session.finished_rooms:
        session.socket.send(committed)  # an earlier commit came again after the end
        return
    counters = session.hub.counters.advance(
        campaign.lanes.base_of(view.room), transition.relays, transition.participants
    )
    completed = translation.completed(transition, session.participant, counters)
    mark = session.mark_of([UnacknowledgedWork(completed.work, completed.serial)])
    session.socket.send_asking(mark, committed, completed)
    session.remember_finished(view.room)
    if place is not None:
        session.stand_up()


async def look(session: Session, *, anew: bool = False) -> None:
    """Find out what became of the room after transitions were missed.

    It is told if it has changed, or even if it has not but is to be told `anew`.
    """
    place, campaign = session.place, session.campaign
    if place is None:
        return
    try:
        base = campaign.lanes.base_of(place.room)
        transition = await session.hub.rooms.read(
            base, campaign.rules, session.participant, place.room
        )
    except RefusedError as refusal:
        if refusal.code == "no_such_room" and session.place is place:
            session.stand_up()
            session.say_goodbye("over")  # what became of it is told on return
    except StoreError:
        return  # the hub looks again when the store is back
    else:
        now, version = session.place, transition.view.version
        if now is not None and now.room == place.room and (anew or version > now.version):
            happened(session, transition, now.seat)


def sit_again(session: Session, place: Seat) -> None:
    """The place could not be given up after all, unless the store did it unseen."""
    if session.place is None and session.stage is Stage.READY:
        session.former_rooms = tuple(room for room in session.former_rooms if room != place.room)
        session.take(place)
        session.hub.spawn(look(session))
