"""Every message of a client, and the one call that it leads to."""

from __future__ import annotations

from typing import assert_never

from server.relay.from_client import (
    Commit,
    FromClient,
    Hello,
    Ink,
    Invite,
    Join,
    Leave,
    Ping,
    React,
    Report,
    Undo,
)
from server.relay.to_client import Pong
from server.session.handlers import hello as greeting
from server.session.handlers import seating, writing
from server.session.session import Session, Stage


def dispatch(session: Session, message: FromClient) -> None:
    """Handle a message; live ink that is in time has been passed on already."""
    if session.stage is not Stage.READY:
        if session.stage is not Stage.GONE:
            greeting.before_welcome(session, message)
        return
    match message:
        case Ink():
            writing.late_ink(session, message)
        case Undo():
            writing.undo(session, message)
        case Commit():
            writing.commit(session, message)
        case React():
            writing.react(session, message)
        case Join():
            seating.join(session, message)
        case Invite():
            seating.invite(session, message)
        case Leave():
            seating.leave(session, message)
        case Report():
            seating.report(session, message)
        case Ping():
            session.socket.send(Pong(message.n))
        case Hello():
            session.refuse("bad_message", "hello is said once", message)
        case _:
            assert_never(message)
