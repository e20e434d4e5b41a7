"""The finished works that a session told its participant of, and which of them arrived."""

from __future__ import annotations

from server.session.limits import MOST_FINISHED, REMEMBERED_ROOMS
from server.store.answers import UnacknowledgedWork


class FinishedWorks:
    """Works are told with a ping behind them; its pong acknowledges them.

    Nothing else shows that they arrived: a connection may be dead for a while before that is
    noticed, and what the participant sends meanwhile was sent before.
    """

    __slots__ = ("_rooms", "_times_told", "_unacknowledged")

    def __init__(self) -> None:
        """None yet."""
        self._rooms: tuple[str, ...] = ()
        self._times_told = 0
        self._unacknowledged: tuple[UnacknowledgedWork, ...] = ()

    def tell(self, works: list[UnacknowledgedWork]) -> bytes:
        """The participant is being told of these works: the payload of the ping behind them."""
        self._unacknowledged = (*self._unacknowledged, *works)[-MOST_FINISHED:]
        self._times_told += 1
        return b"%d" % self._times_told

    def acknowledged_by(self, pong: bytes) -> tuple[UnacknowledgedWork, ...]:
        """The works that a pong acknowledges: all, when it answers the last ping; else none."""
        if not self._unacknowledged or pong != b"%d" % self._times_told:
            return ()
        works, self._unacknowledged = self._unacknowledged, ()
        return works

    def remember(self, room: str) -> None:
        """The participant was told of the work of this room on this connection."""
        self._rooms = (*self._rooms, room)[-REMEMBERED_ROOMS:]

    def told(self, room: str) -> bool:
        """Whether the participant was told of the work of this room on this connection."""
        return room in self._rooms
