"""Limits how often participants of one network say `hello`."""

from __future__ import annotations

from picows import WSCloseCode

from server.guard.guard import Guard
from server.relay.from_client import FromClient, Hello
from server.session.handlers.hello import HelloHandler
from server.session.session import Session, Stage

_NEW = Stage.NEW
"""Python 3.11 looks a member of an enumeration up in three times what a module's name takes."""


class HelloLimit:
    """Stands in front of the handler of `hello`."""

    def __init__(self, guard: Guard, hello: HelloHandler) -> None:
        """Messages within the limit go on to `hello`."""
        self._guard = guard
        self._hello = hello

    def before_welcome(self, session: Session, message: FromClient) -> None:
        """Handle a message that came before `welcome` was sent."""
        if isinstance(message, Hello) and session.stage is _NEW:
            wait = self._guard.hello(session.connection.peer)
            if wait:
                session.refuse("slow_down", "many come from your network", message, wait)
                session.connection.close(WSCloseCode.TRY_AGAIN_LATER, "too many from a network")
                return
        self._hello.before_welcome(session, message)
