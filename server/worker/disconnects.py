"""Tells the store of seats whose connections were lost, a few at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

from server.session.background import BackgroundTasks
from server.session.campaigns import OpenCampaign
from server.store.answers import RefusedError
from server.store.pool import Deliver
from server.store.rooms import Rooms

AT_ONCE, PAUSE_SECONDS = 20, 0.002
"""Seats in one event-loop pass, and the pause before the next ones. Thousands of connections may be
lost at once: with pauses the 99th percentile of the others' turns halves (`bench/storm.py`)."""


class LostSeat(NamedTuple):
    """A seat that the store is to hold for the grace.

    Attributes:
        campaign: of the room.
        participant: the holder.
        address: of the connection that was lost.
        room: "" for whatever room the lanes know.
    """

    campaign: OpenCampaign
    participant: str
    address: str
    room: str


class Disconnects:
    """The lost seats of one worker.

    Attributes:
        deliver: notifies everybody of a transition; set before the first connection opens.
    """

    deliver: Deliver

    def __init__(self, rooms: Rooms, tasks: BackgroundTasks) -> None:
        """The store is told through `rooms`."""
        self._rooms = rooms
        self._tasks = tasks
        self._waiting: deque[LostSeat] = deque()

    def __len__(self) -> int:
        """Seats of which the store is not told yet."""
        return len(self._waiting)

    def add(self, seat: LostSeat) -> None:
        """The connection of this seat is lost; the store is told soon."""
        self._waiting.append(seat)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._tell_some)

    def add_now(self, seat: LostSeat) -> None:
        """The same, in this pass of the event loop."""
        campaign, _, _, room = seat
        bases = [campaign.lanes.base_of(room)] if room else campaign.lanes.bases
        for base in bases:
            self._tasks.spawn(self._disconnect(base, seat))

    def _tell_some(self) -> None:
        for _ in range(min(AT_ONCE, len(self._waiting))):
            self.add_now(self._waiting.popleft())
        if self._waiting:
            asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._tell_some)

    async def _disconnect(self, base: str, seat: LostSeat) -> None:
        try:
            transition = await self._rooms.disconnect(
                base, seat.campaign.rules, seat.participant, seat.address, seat.room
            )
        except RefusedError:
            return  # the seat was given up, or is held from elsewhere
        self.deliver(base, [transition])
