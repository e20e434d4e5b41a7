"""A message that a client received, with its context."""

from __future__ import annotations

import math
from typing import NamedTuple

from server.check.observed import Connection
from server.check.to_client import RoomView, ToClient, Welcome, room_view_in


class Received(NamedTuple):
    """A message that a connection received.

    Attributes:
        at: when it was received, in seconds.
        ref: the event's reference.
        connection: the receiver, in the state before this message.
        message: the message.
    """

    at: float
    ref: int
    connection: Connection
    message: ToClient

    @property
    def view(self) -> RoomView | None:
        """The room that the message shows; None if it shows none or is out of date.

        A message other than `welcome` is out of date on a connection that is not the participant's
        last one, or when the participant has left the room on this connection.
        """
        view, connection = room_view_in(self.message), self.connection
        if isinstance(self.message, Welcome):
            return view
        left = view is not None and view.room == connection.left_room
        return view if connection.current and not left else None

    @property
    def view_requested_at(self) -> float:
        """When the request for the view was sent: the server made the view later.

        Minus infinity if the request is not known.
        """
        if isinstance(self.message, Welcome):
            return self.connection.hello_sent_at
        joined = self.connection.join_sent_at
        return -math.inf if joined is None else joined
