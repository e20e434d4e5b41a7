"""The rooms and partners that a participant had, and the requests that may change the seat."""

from __future__ import annotations

from collections.abc import Callable

from server.relay.matching import LAST_PARTNERS
from server.session.limits import REMEMBERED_ROOMS

Request = Callable[[], None]
"""Starts a request to the store; `Seating.request_done` is called at its end."""


class Seating:
    """What a session knows of its seats before, and its requests for a seat, one after another.

    Attributes:
        recent_partners: the last partners, latest first.
        locales: the locales that the last join was willing to write, as words; "" for any.
        uncertain: whether the answer to a join was lost, so that a seat in some lane is possible.
    """

    __slots__ = ("_former_rooms", "_requests", "locales", "recent_partners", "uncertain")

    def __init__(self) -> None:
        """Nothing yet."""
        self.recent_partners: tuple[str, ...] = ()
        self.locales = ""
        self.uncertain = False
        self._former_rooms: tuple[str, ...] = ()
        self._requests: tuple[Request, ...] | None = None

    def met(self, partner: str) -> None:
        """The participant has a partner."""
        others = [other for other in self.recent_partners if other != partner]
        self.recent_partners = (partner, *others)[:LAST_PARTNERS]

    def left(self, room: str) -> None:
        """The participant has left a room; notices of it that come later are outdated."""
        self._former_rooms = (*self._former_rooms, room)[-REMEMBERED_ROOMS:]

    def not_left(self, room: str) -> None:
        """Leaving the room failed."""
        self._former_rooms = tuple(former for former in self._former_rooms if former != room)

    def has_left(self, room: str) -> bool:
        """Whether the participant had a seat in this room and left it."""
        return room in self._former_rooms

    def run(self, request: Request) -> None:
        """Start a request when those before it are done.

        Otherwise two joins, or a join behind a leave, could end in two lanes.
        """
        if self._requests is None:
            self._requests = ()
            request()
        else:
            self._requests += (request,)

    def request_done(self) -> None:
        """Start the next request."""
        if self._requests:
            following, *later = self._requests
            self._requests = tuple(later)
            following()
        else:
            self._requests = None
