"""Offers participants who wait alone a room in another language; they may go there, or wait on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from server.relay.to_client import Offer
from server.session.address import parse_address
from server.session.campaigns import OpenCampaign
from server.session.session import Session
from server.store.errors import StoreError
from server.store.offers import AloneRoom, OpenRoom, waiting_rooms
from server.store.shards import Shards
from server.worker.registry import Registry

ALONE_MS = 10_000
"""A participant who has waited alone for so long gets an offer."""

AGAIN_SECONDS = 10.0
"""Shortest time between two offers in a room."""

READ_SECONDS = 1.0
"""How often a lane is read while a room in it has waited for long."""


class Offers:
    """The offers of one worker to its own sessions."""

    def __init__(self, registry: Registry, shards: Shards) -> None:
        """To the sessions of `registry`; the rooms are read through `shards`."""
        self._registry = registry
        self._shards = shards
        self._offered_at: dict[str, float] = {}
        self._read_at: dict[str, float] = {}

    async def send(self, campaign: OpenCampaign, base: str, alone_ms: int) -> None:
        """Send offers in a lane whose oldest room has waited for `alone_ms` (-1: none waits)."""
        now = asyncio.get_running_loop().time()
        if alone_ms < ALONE_MS or len(campaign.locales) == 1 or not campaign.seated:
            return
        if not campaign.lets_write:
            return  # nobody may join another room
        if now - self._read_at.get(base, -READ_SECONDS) < READ_SECONDS:
            return
        self._read_at[base] = now
        try:
            waiting = await waiting_rooms(self._shards, base, ALONE_MS, campaign.locales)
        except StoreError:
            return  # it is read again when the store is back
        recent = {room: at for room, at in self._offered_at.items() if now - at < AGAIN_SECONDS}
        self._offered_at = recent
        for alone in waiting.alone:
            session = self._session_in(alone)
            if session is not None and alone.room not in recent:
                suitable = _suitable(session, alone, waiting.open)
                if suitable:
                    recent[alone.room] = now
                    session.connection.send(Offer(alone.room, random.choice(suitable).phrase))

    def _session_in(self, alone: AloneRoom) -> Session | None:
        """The session of this worker that waits in a room, if its join named languages."""
        for worker, number in filter(None, map(parse_address, alone.addresses)):
            if worker == self._registry.worker:
                session = self._registry.session(number)
                if session is not None and session.seating.locales and _waits(session, alone.room):
                    return session
        return None


def _waits(session: Session, room: str) -> bool:
    seat = session.seat
    return seat is not None and seat.room == room and seat.waiting


def _suitable(session: Session, alone: AloneRoom, rooms: Sequence[OpenRoom]) -> list[OpenRoom]:
    """Rooms in other languages in which the participant never sat."""
    return [
        room
        for room in rooms
        if room.locale != alone.locale and session.participant not in room.people.split()
    ]
