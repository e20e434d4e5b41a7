"""Python participant for the Jielong relay-writing service.

Start with `Participant.connect`; the modules beneath it serve alone as well:

* `participant`: a participant that joins, writes and knows how its room stands.
* `connection`: one connection that carries typed messages.
* `messages`: every message, by direction.
* `relay`: the room's state as a pure fold over messages.
* `strokes`, `pen`: the wire format of ink, and a seeded hand that writes.
* `exceptions`: what can go wrong, in one tree.
"""

from __future__ import annotations

from .connection import Connection
from .exceptions import CannotConnect, Closed, JielongError, Malformed, Refused, TimedOut
from .participant import Participant
from .pen import Pen

__all__ = [
    "CannotConnect",
    "Closed",
    "Connection",
    "JielongError",
    "Malformed",
    "Participant",
    "Pen",
    "Refused",
    "TimedOut",
]
