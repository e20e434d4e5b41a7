"""Python participant for the Jielong relay-writing service.

Start with `Participant.connect`. The modules below it can be used alone:

* `participant`: a participant that joins, writes and knows the state of its room.
* `api`: what needs no socket: pledges, works, and the deletion of one's own data.
* `connection`: one connection that carries typed messages.
* `messages`: every message of the server; `messages.outgoing` makes those of the client.
* `events`: what a participant tells between them: a lost connection, a room that is over.
* `relay`: the room's state as a pure fold over messages.
* `strokes`, `pen`: the wire format of ink, and a generator of handwriting.
* `exceptions`: all exceptions, in one tree.
"""

from __future__ import annotations

from .api import Api
from .connection import Connection
from .events import Reconnecting, RoomOver
from .exceptions import CannotConnect, Closed, JielongError, Malformed, Refused, TimedOut
from .participant import Participant
from .pen import Pen

__version__ = "0.3.0"

__all__ = [
    "Api",
    "CannotConnect",
    "Closed",
    "Connection",
    "JielongError",
    "Malformed",
    "Participant",
    "Pen",
    "Reconnecting",
    "Refused",
    "RoomOver",
    "TimedOut",
]
