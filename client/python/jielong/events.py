"""What a participant tells its own program between the server's messages.

They come from `next` and iteration as messages do. None of them is ever on the wire.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from .messages import Message

ConnectionState: TypeAlias = Literal["online", "reconnecting", "closed"]
"""Whether messages pass.

online: they do. reconnecting: a lost connection is being replaced; what is committed meanwhile is
sent then. closed: there will be no other one by itself.
"""


class Reconnecting(Message, frozen=True):
    """The connection was lost, for this reason, and is being replaced; then comes a `Welcome`."""

    reason: str


class RoomOver(Message, frozen=True):
    """Over the new connection the server no longer has this room: it was away for too long."""

    room: str
