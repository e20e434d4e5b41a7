"""What the store says in the end: works in SQL and on their way there, counters, live rooms.

Nothing is changed. The answers fit together when nobody writes meanwhile.

Memory: about 1 KB for each work and each live room.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec
import redis.asyncio
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import schema
from server.archive.database import ArchiveError, known_options, make_engine, must_be_there
from server.check.messages import Strokes, digest
from server.store import keys
from server.store.deployment import Deployment
from server.store.room_record import STATE, ink_field, read_room
from server.store.works import FinishedWork, read_work

MOST_CHARS = 8
_BATCH = 1_000
_READ_SECONDS = 30.0

_read_strokes = msgspec.msgpack.Decoder(Strokes).decode
_read_ink = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode


class Hand(NamedTuple):
    """Somebody who wrote in a work, and the serial number got for it."""

    participant: str
    serial: int


class StoredWork(NamedTuple):
    """A finished work.

    Attributes:
        id: the room's id, too.
        hands: everybody who wrote in it.
        writers: for each character, the index of its hand.
        ink: for each character, the digest of its strokes.
        completed_at: milliseconds since 1970.
    """

    id: str
    hands: tuple[Hand, ...]
    writers: bytes
    ink: tuple[int, ...]
    completed_at: int


class LiveRoom(NamedTuple):
    """An unfinished room: who holds each seat ("" for nobody), and the ink of it."""

    id: str
    seats: tuple[str, str]
    ink: tuple[int, ...]


class Lane(NamedTuple):
    """One lane."""

    relays: int
    participants: int
    on_the_way: list[StoredWork]
    rooms: dict[str, LiveRoom]


class Archived(NamedTuple):
    """A campaign in the end: its lanes, and its works in SQL."""

    id: str
    lanes: list[Lane]
    works: list[StoredWork]


class Store:
    """The final store of some campaigns."""

    def __init__(self, campaigns: list[Archived]) -> None:
        """What was read of each."""
        self.campaigns = campaigns
        self.names = {campaign.id for campaign in campaigns}
        self.works: dict[str, StoredWork] = {}
        self.rooms: dict[str, LiveRoom] = {}
        for campaign in campaigns:
            for lane in campaign.lanes:
                self.works |= {work.id: work for work in lane.on_the_way}
                self.rooms |= lane.rooms
            self.works |= {work.id: work for work in campaign.works}
        self._several = {campaign.id for campaign in campaigns if len(campaign.lanes) > 1}

    def in_one_pool(self, campaign: str, one: str, other: str) -> bool:
        """Whether two rooms of a campaign wait for the same strangers."""
        return campaign not in self._several or one[-1:] == other[-1:]

    def has_several_lanes(self, campaign: str) -> bool:
        """Whether the campaign ever had more than one lane."""
        return campaign in self._several


async def read_store(deployment: Deployment, database_url: str, campaigns: list[str]) -> Store:
    """Read everything of these campaigns.

    Raises:
        ArchiveError: the database cannot be read.
        RedisError, OSError: Redis cannot be read.
    """
    await deployment.refresh()
    lanes = {campaign: await _lanes(deployment, campaign) for campaign in campaigns}
    works = await _archived_works(database_url, campaigns)
    return Store([Archived(name, lanes[name], works[name]) for name in campaigns])


async def _lanes(deployment: Deployment, campaign: str) -> list[Lane]:
    """Every lane that a campaign ever had."""
    found: list[Lane] = []
    known = 1
    while len(found) < known:
        base = keys.lane(campaign, len(found))
        client = deployment.client(base, seconds=_READ_SECONDS)
        try:
            if not found:
                known = int(await client.hget(keys.lanes(base), "known") or 1)
            found.append(await _lane(client, base))
        finally:
            await client.aclose()
    return found


async def _lane(client: redis.asyncio.Redis, base: str) -> Lane:
    async with client.pipeline(transaction=True) as pipe:
        pipe.hmget(keys.counters(base), ["relays", "participants"])
        pipe.xrange(keys.works(base))
        counters, entries = await pipe.execute()
    works = [_from_stream(read_work(fields[b"work"])) for _, fields in entries]
    rooms = {room.id: room async for room in _live_rooms(client, base)}
    return Lane(int(counters[0] or 0), int(counters[1] or 0), works, rooms)


async def _live_rooms(client: redis.asyncio.Redis, base: str) -> AsyncIterator[LiveRoom]:
    prefix = keys.room(base, "")
    names = [STATE, *map(ink_field, range(MOST_CHARS))]
    seen = set()
    async for key in client.scan_iter(match=f"{prefix}*", count=_BATCH):
        if key in seen:
            continue
        seen.add(key)
        values: list[Any] = await client.hmget(key, names)
        packed, *ink = values
        if packed is None:
            continue
        room = read_room(packed)
        if room.turn < room.chars:
            written = tuple(_digest(strokes) for strokes in ink[: room.turn])
            yield LiveRoom(key.decode()[len(prefix) :], (room.holder0, room.holder1), written)


async def _archived_works(url: str, campaigns: list[str]) -> dict[str, list[StoredWork]]:
    found: dict[str, list[StoredWork]] = {campaign: [] for campaign in campaigns}
    engine = make_engine(url)
    must_be_there(engine)
    try:
        with known_options():
            async with engine.connect():
                pass
        async with engine.connect() as connection:
            hands = await _hands(connection)
            works = schema.works.c
            query = select(works.id, works.campaign, works.writers, works.ink, works.completed_at)
            rows = await connection.stream(query.where(works.campaign.in_(campaigns)))
            async for work_id, campaign, writers, ink, completed_at in rows:
                digests = tuple(_digest(strokes) for strokes in _read_ink(ink))
                owners = tuple(hands.get(work_id, ()))
                work = StoredWork(work_id, owners, writers, digests, completed_at)
                found[campaign].append(work)
    except (DBAPIError, OSError) as error:
        raise ArchiveError(f"the database of works cannot be read: {error}") from error
    finally:
        await engine.dispose()
    return found


async def _hands(connection: AsyncConnection) -> dict[str, list[Hand]]:
    hands: dict[str, list[Hand]] = {}
    columns = schema.hands.c
    query = select(columns.work, columns.participant, columns.serial)
    async for work_id, participant, serial in await connection.stream(
        query.order_by(columns.work, columns.number)
    ):
        hands.setdefault(work_id, []).append(Hand(participant, serial))
    return hands


def _from_stream(work: FinishedWork) -> StoredWork:
    return StoredWork(
        work.id,
        tuple(Hand(hand.participant, hand.serial) for hand in work.hands),
        bytes(work.writers),
        tuple(_digest(strokes) for strokes in work.ink),
        work.completed_at,
    )


def _digest(packed: Any) -> int:
    """Of packed strokes; what is none gets a digest that no strokes have."""
    try:
        return digest(_read_strokes(packed))
    except (msgspec.DecodeError, TypeError):
        return -1
