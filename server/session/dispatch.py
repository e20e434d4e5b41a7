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
from server.session.handlers.commit import CommitHandler
from server.session.handlers.hello import HelloHandler
from server.session.handlers.invite import InviteHandler
from server.session.handlers.join import JoinHandler
from server.session.handlers.leave import LeaveHandler
from server.session.handlers.live import LiveHandler
from server.session.session import Session, Stage
from server.store.acknowledgements import Acknowledgements


class Dispatcher:
    """Leads messages to their handlers."""

    def __init__(
        self,
        hello: HelloHandler,
        join: JoinHandler,
        invite: InviteHandler,
        leave: LeaveHandler,
        commit: CommitHandler,
        live: LiveHandler,
        acknowledgements: Acknowledgements,
    ) -> None:
        """The handlers of one worker."""
        self._hello = hello
        self._join = join
        self._invite = invite
        self._leave = leave
        self._commit = commit
        self._live = live
        self._acknowledgements = acknowledgements

    def received(self, session: Session, message: FromClient) -> None:
        """Handle a message; live ink that is in time has been passed on already."""
        if session.stage is not Stage.READY:
            if session.is_open:
                self._hello.before_welcome(session, message)
            return
        match message:
            case Ink():
                self._live.late_ink(session, message)
            case Undo():
                self._live.undo(session, message)
            case Commit():
                self._commit.commit(session, message)
            case React():
                self._live.react(session, message)
            case Join():
                self._join.join(session, message)
            case Invite():
                self._invite.invite(session, message)
            case Leave():
                self._leave.leave(session, message)
            case Report():
                self._leave.report(session, message)
            case Ping():
                session.connection.send(Pong(message.n))
            case Hello():
                session.refuse("bad_message", "hello is said once", message)
            case _:
                assert_never(message)

    def ponged(self, session: Session, payload: bytes) -> None:
        """Acknowledge to the store the works that the participant received."""
        works = session.works.acknowledged_by(payload)
        lanes = session.campaign.lanes
        for base in {lanes.base_of(entry.work) for entry in works}:
            here = [entry for entry in works if lanes.base_of(entry.work) == base]
            self._acknowledgements.add(base, session.participant, here)
