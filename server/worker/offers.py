"""Tells those who wait alone of a room in another language; they may go there, or wait on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from server.relay.to_client import Offer
from server.session.campaigns import OpenCampaign
from server.session.seat import parse_address
from server.session.session import Session
from server.store.errors import StoreError
from server.store.offers import LonelyRoom, OpenRoom, waiting_rooms
from server.store.shards import Shards
from server.worker.hub import Hub

ALONE_MS = 10_000
"""Whoever has waited so long is told of a room in another language."""

AGAIN_SECONDS = 10.0
"""From one offer in a room to the next one."""

READ_SECONDS = 1.0
"""How often it is read who waits in a lane, while somebody waits for long."""


class Offers:
    """Those that this worker makes to its own sessions."""

    def __init__(self, hub: Hub, connections: Shards) -> None:
        """For the sessions of this hub."""
        self._hub = hub
        self._connections = connections
        self._offered_at: dict[str, float] = {}
        self._read_at: dict[str, float] = {}

    async def make(self, campaign: OpenCampaign, base: str, alone_ms: int) -> None:
        """Make them in a lane in which somebody has waited for `alone_ms` (-1: nobody)."""
        now = asyncio.get_running_loop().time()
        if alone_ms < ALONE_MS or len(campaign.locales) == 1 or not campaign.seated:
            return
        if now - self._read_at.get(base, -READ_SECONDS) < READ_SECONDS:
            return
        self._read_at[base] = now
        try:
            waiting = await waiting_rooms(self._connections, base, ALONE_MS, campaign.locales)
        except StoreError:
            return  # it is read again when the store is back
        fresh = {room: at for room, at in self._offered_at.items() if now - at < AGAIN_SECONDS}
        self._offered_at = fresh
        for lonely in waiting.lonely:
            session = self._who_waits_in(lonely)
            if session is not None and lonely.room not in fresh:
                suitable = _suitable(session, lonely, waiting.open)
                if suitable:
                    fresh[lonely.room] = now
                    session.socket.send(Offer(lonely.room, random.choice(suitable).phrase))

    def _who_waits_in(self, lonely: LonelyRoom) -> Session | None:
        """The session of this worker that waits in a room, if it has named its languages."""
        for worker, session_id in filter(None, map(parse_address, lonely.addresses)):
            session = self._hub.session(session_id) if worker == self._hub.worker else None
            if session is not None and session.locales and _waits_in(session, lonely.room):
                return session
        return None


def _waits_in(session: Session, room: str) -> bool:
    place = session.place
    return place is not None and place.room == room and place.waiting


def _suitable(session: Session, lonely: LonelyRoom, rooms: Sequence[OpenRoom]) -> list[OpenRoom]:
    """Rooms in other languages in which the participant has never been."""
    return [
        room
        for room in rooms
        if room.locale != lonely.locale and session.participant not in room.people.split()
    ]
