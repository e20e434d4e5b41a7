"""What a WebSocket hands its messages to."""

from __future__ import annotations

from typing import Protocol

from server.relay.from_client import ExactInk, FromClient


class Receiver(Protocol):
    """The other side of a connection: one participant's session."""

    def connected(self) -> None:
        """Messages can be sent from now on."""

    def disconnected(self) -> None:
        """The connection is gone; nothing can be sent any more."""

    def active(self) -> None:
        """Data came, for the first time since `got_frame` and `got_message` were reset."""

    def received(self, message: FromClient) -> None:
        """A message came, within the limits."""

    def ink(self, message: ExactInk, packed: bytes) -> None:
        """Live ink came, within the limits; `packed` is the same in MessagePack.

        Other live ink, such as that of JSON, is a message like any other.
        """

    def ponged(self, payload: bytes) -> None:
        """A pong came; `payload` is that of a ping, or anything if nobody asked."""


class _NoReceiver:
    """The receiver of a connection that is gone: it ignores everything."""

    def connected(self) -> None: ...

    def disconnected(self) -> None: ...

    def active(self) -> None: ...

    def received(self, message: FromClient) -> None: ...

    def ink(self, message: ExactInk, packed: bytes) -> None: ...

    def ponged(self, payload: bytes) -> None: ...


NO_RECEIVER: Receiver = _NoReceiver()
