"""The writer's messages, except live ink that is in time; and reactions."""

from __future__ import annotations

from functools import partial

from server.relay.from_client import Commit, Ink, React, Undo
from server.relay.ink import POINT, BadInkError, check_strokes
from server.session.notifications import happened
from server.session.session import Session
from server.store.answers import RefusedError
from server.store.errors import StoreError
from server.store.rooms import Outcome
from server.transport.codec import pack


def late_ink(session: Session, message: Ink) -> None:
    """Live ink without a room, which `Session.ink` leaves to us: checked, and dropped."""
    if len(message.p) % POINT:
        session.refuse("bad_ink", "p is a list of x, y, dt, w for each of its points", message)


def undo(session: Session, message: Undo) -> None:
    """Pass on what only the writer may send; what comes too late is dropped without a word."""
    place = session.place
    if place is not None and message.c == place.writes and message.room == place.room:
        place.take_back(message.s)
        if place.partner is not None:
            session.hub.pass_on(place, pack(message))


def react(session: Session, message: React) -> None:
    """Show the partner a reaction."""
    place = session.place
    if place is None or place.room != message.room:
        session.refuse("no_such_room", "you have no seat in this room", message)
    elif place.partner is not None:
        session.hub.pass_on(place, pack(message))


def commit(session: Session, message: Commit) -> None:
    """Finish a character with its authoritative ink."""
    try:
        check_strokes(message.strokes)
    except BadInkError as error:
        session.refuse("bad_ink", str(error), message)
        return
    campaign = session.campaign
    base = campaign.lanes.base_of(message.room)
    asked_again = message.room in session.finished_rooms
    session.hub.rooms.commit(
        base,
        campaign.rules,
        session.participant,
        session.address,
        message.room,
        message.c,
        pack(message.strokes),
        partial(_finish, session, message, base, asked_again),
    )


def _finish(
    session: Session, message: Commit, base: str, asked_again: bool, outcome: Outcome
) -> None:
    if isinstance(outcome, RefusedError):
        session.refused(outcome, message)
    elif isinstance(outcome, StoreError):
        session.busy(outcome, message)
    else:
        told_meanwhile = message.room in session.finished_rooms and not asked_again
        if outcome.kind == "repeated" and not told_meanwhile:
            happened(session, outcome, outcome.seat)
        session.hub.deliver(base, [outcome])
