"""Leads every message of a client to the one call that handles it.

A handler registers the types of its family; `worker/parts.py` has the list of all handlers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast, get_args

from server.relay.from_client import FromClient
from server.session.session import Session, Stage
from server.store.acknowledgements import Acknowledgements

_Message = TypeVar("_Message", bound=FromClient)

Handle = Callable[[Session, FromClient], None]

_READY = Stage.READY
"""Python 3.11 looks a member of an enumeration up in three times what a module's name takes."""


class Dispatcher:
    """Dispatches the messages of one worker's sessions."""

    def __init__(self, before_welcome: Handle, acknowledgements: Acknowledgements) -> None:
        """`before_welcome` handles every message that comes before `welcome` was sent."""
        self._before_welcome = before_welcome
        self._acknowledgements = acknowledgements
        self._handles: dict[type, Handle] = {}

    def register(self, kind: type[_Message], handle: Callable[[Session, _Message], None]) -> None:
        """Have `handle` called for messages of this type after `welcome`."""
        self._handles[kind] = cast(Handle, handle)

    def require_all(self) -> None:
        """Check that every message type has a handler.

        Raises:
            NotImplementedError: one has none.
        """
        missing = [kind.__name__ for kind in get_args(FromClient) if kind not in self._handles]
        if missing:
            raise NotImplementedError(f"no handler for {', '.join(missing)}")

    def received(self, session: Session, message: FromClient) -> None:
        """Handle a message; live ink that is in time has been passed on already."""
        if session.stage is _READY:
            self._handles[type(message)](session, message)
        elif session.is_open:
            self._before_welcome(session, message)

    def ponged(self, session: Session, payload: bytes) -> None:
        """Acknowledge to the store the works that the participant received."""
        for work in session.works.acknowledged_by(payload):
            base = session.campaign.lanes.base_of(work.work)
            self._acknowledgements.add(base, session.participant, work)
