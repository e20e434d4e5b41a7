"""`ping`: for clients that cannot see WebSocket pings."""

from __future__ import annotations

from server.relay.from_client import Ping
from server.relay.to_client import Pong
from server.session.dispatch import Dispatcher
from server.session.session import Session


class PingHandler:
    """Answers pings."""

    def register(self, dispatcher: Dispatcher) -> None:
        """Handle `ping`."""
        dispatcher.register(Ping, self.ping)

    def ping(self, session: Session, message: Ping) -> None:
        """Answer with the same number."""
        session.connection.send(Pong(message.n))
