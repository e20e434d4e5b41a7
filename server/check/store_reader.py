"""Reads the final store: works from SQL; streams, counters and live rooms from Redis.

It changes nothing. Redis and SQL are read one after the other, so their values agree only if no
participant writes meanwhile.

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
from server.check.store import (
    Hand,
    Lane,
    LiveRoom,
    Store,
    StoredCampaign,
    StoredPledge,
    StoredWork,
)
from server.check.strokes import Strokes, digest
from server.store import keys
from server.store.deployment import Deployment
from server.store.pledges_stream import read_pledges
from server.store.room_record import STATE, ink_field, read_room
from server.store.works import FinishedWork, read_work

_MAX_CHARS = 8
_BATCH = 1_000
_READ_SECONDS = 30.0

_decode_strokes = msgspec.msgpack.Decoder(Strokes).decode
_decode_ink = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode


async def read_store(deployment: Deployment, database_url: str, campaigns: list[str]) -> Store:
    """Read the final store of these campaigns.

    Raises:
        ArchiveError: the database cannot be read.
        RedisError, OSError: Redis cannot be read.
    """
    await deployment.refresh()
    lanes = {campaign: await _read_lanes(deployment, campaign) for campaign in campaigns}
    pledged = {campaign: await _read_pledged(deployment, campaign) for campaign in campaigns}
    archive = await _read_archive(database_url, campaigns)
    return Store(
        [
            StoredCampaign(
                name,
                lanes[name],
                archive.works[name],
                list(dict.fromkeys([*archive.pledges[name], *pledged[name].waiting])),
                pledged[name].counts,
            )
            for name in campaigns
        ]
    )


class _Pledged(NamedTuple):
    """What Redis has of a campaign's pledges."""

    counts: dict[str, int]
    waiting: list[StoredPledge]


class _Archive(NamedTuple):
    """What SQL has, by campaign."""

    works: dict[str, list[StoredWork]]
    pledges: dict[str, list[StoredPledge]]


async def _read_pledged(deployment: Deployment, campaign: str) -> _Pledged:
    base = keys.lane(campaign)
    client = deployment.client(base, seconds=_READ_SECONDS)
    try:
        async with client.pipeline(transaction=True) as pipe:
            pipe.hgetall(keys.pledges(base))
            pipe.xrange(keys.pledged(base))
            totals, entries = await pipe.execute()
    finally:
        await client.aclose()
    counts = {
        name.decode().partition(":")[2]: int(value)
        for name, value in totals.items()
        if name.startswith(b"count:")
    }
    waiting = [
        StoredPledge(made.pledge, made.participant, made.number, made.certificate)
        for _, made in read_pledges(entries)
    ]
    return _Pledged(counts, waiting)


async def _read_lanes(deployment: Deployment, campaign: str) -> list[Lane]:
    """Read every lane that the campaign has or had."""
    found: list[Lane] = []
    known = 1
    while len(found) < known:
        base = keys.lane(campaign, len(found))
        client = deployment.client(base, seconds=_READ_SECONDS)
        try:
            if not found:
                known = int(await client.hget(keys.lanes(base), "known") or 1)
            found.append(await _read_lane(client, base))
        finally:
            await client.aclose()
    return found


async def _read_lane(client: redis.asyncio.Redis, base: str) -> Lane:
    async with client.pipeline(transaction=True) as pipe:
        pipe.hmget(keys.counters(base), ["relays", "participants"])
        pipe.xrange(keys.works(base))
        counters, entries = await pipe.execute()
    works = [_from_stream(read_work(fields[b"work"])) for _, fields in entries]
    rooms = {room.id: room async for room in _read_live_rooms(client, base)}
    return Lane(int(counters[0] or 0), int(counters[1] or 0), works, rooms)


async def _read_live_rooms(client: redis.asyncio.Redis, base: str) -> AsyncIterator[LiveRoom]:
    prefix = keys.room(base, "")
    names = [STATE, *map(ink_field, range(_MAX_CHARS))]
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


async def _read_archive(url: str, campaigns: list[str]) -> _Archive:
    found: dict[str, list[StoredWork]] = {campaign: [] for campaign in campaigns}
    engine = make_engine(url)
    must_be_there(engine)
    try:
        with known_options():
            async with engine.connect():
                pass
        async with engine.connect() as connection:
            hands = await _read_hands(connection)
            pledges = await _read_pledges(connection, campaigns)
            works = schema.works.c
            query = select(works.id, works.campaign, works.writers, works.ink, works.completed_at)
            rows = await connection.stream(query.where(works.campaign.in_(campaigns)))
            async for work_id, campaign, writers, ink, completed_at in rows:
                digests = tuple(_digest(strokes) for strokes in _decode_ink(ink))
                found[campaign].append(
                    StoredWork(
                        work_id, tuple(hands.get(work_id, ())), writers, digests, completed_at
                    )
                )
    except (DBAPIError, OSError) as error:
        raise ArchiveError(f"the database of works cannot be read: {error}") from error
    finally:
        await engine.dispose()
    return _Archive(found, pledges)


async def _read_pledges(
    connection: AsyncConnection, campaigns: list[str]
) -> dict[str, list[StoredPledge]]:
    found: dict[str, list[StoredPledge]] = {campaign: [] for campaign in campaigns}
    it = schema.pledges.c
    query = select(it.campaign, it.pledge, it.participant, it.number, it.certificate)
    async for campaign, *made in await connection.stream(query.where(it.campaign.in_(campaigns))):
        found[campaign].append(StoredPledge(*made))
    return found


async def _read_hands(connection: AsyncConnection) -> dict[str, list[Hand]]:
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
    """The digest of packed strokes; -1, which is no digest, if they cannot be decoded."""
    try:
        return digest(_decode_strokes(packed))
    except (msgspec.DecodeError, TypeError):
        return -1
