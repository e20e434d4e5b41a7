"""Compares lanes with the archive before they are used, whenever Redis may have lost something.

Redis may be emptied, restored from an older copy, or fail before its last writes are on disk or on
the replica that takes over. Its counters are lower than the archive's then, and it may have rooms
that were finished. So every lane has the generation of its data: the run of Redis in which it was
compared last. A new connection compares lanes of another generation, and the Lua library answers
BEHIND for lanes without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import redis.asyncio
import structlog

from server.relay.transition import Hand
from server.store import keys
from server.store.deployment import Deployment
from server.store.lanes import lane_bases
from server.store.library import function
from server.store.pledge_reconciliation import NoPledges, PledgeArchive, PledgeReconciler
from server.store.works import read_entries

log = structlog.get_logger()

BATCH = 500
"""Rooms or works in one call."""

SKIPPED_SERIALS = 10_000
"""Serials that are not given after a loss: some may have been told of works that were lost, or be
on their way to another lane."""

_RETIRE, _RECONCILE = function("retire"), function("reconcile")


@dataclass(frozen=True)
class Archived:
    """What the archive has of a lane, at one moment.

    Attributes:
        relays: works that it ever stored.
        participants: hands in them.
        serial: the highest serial of the campaign; 0 for none.
        lanes: how many lanes of the campaign have works.
        works: those of the works asked for that it has.
        finished: those of the rooms asked for that it has as works, with their hands.
    """

    relays: int
    participants: int
    serial: int
    lanes: int
    works: frozenset[str]
    finished: Mapping[str, Sequence[Hand]]


class Archive(Protocol):
    """What stores finished works for good."""

    async def compare(
        self, campaign: str, lane: int, works: Sequence[str], rooms: Sequence[str]
    ) -> Archived:
        """What it has of a lane, and of these works and rooms.

        Raises:
            ArchiveUnreachableError: it cannot be asked now.
        """


class NoArchive:
    """An archive that never has anything, for a store without one."""

    async def compare(
        self, campaign: str, lane: int, works: Sequence[str], rooms: Sequence[str]
    ) -> Archived:
        """Nothing."""
        return Archived(0, 0, 0, 0, frozenset(), {})


class Reconciler:
    """Compares lanes with one archive, and with the serials that this worker has seen.

    Attributes:
        pledges: compares the pledges of each lane 0.
    """

    def __init__(
        self, deployment: Deployment, archive: Archive, pledges: PledgeArchive | None = None
    ) -> None:
        """With this archive; `pledges` is the one of pledges, if there is one."""
        self._deployment = deployment
        self._archive = archive
        self.pledges = PledgeReconciler(pledges or NoPledges())
        self._seen: dict[str, int] = {}

    def saw(self, base: str, hands: Sequence[Hand]) -> None:
        """A work of the lane was finished: its serials are told, though it is not archived yet."""
        first_lane = keys.first_lane_of(base)
        highest = max(hand.serial for hand in hands)
        self._seen[first_lane] = max(self._seen.get(first_lane, 0), highest)

    async def reconcile(self, client: redis.asyncio.Redis, bases: Sequence[str]) -> None:
        """Compare those of these lanes, all on one node, that may have lost something.

        Their data are of another generation, or have not counted a serial that this worker saw.

        Raises:
            ArchiveUnreachableError: the archive cannot be asked now.
            RedisError: Redis cannot.
        """
        generation = await _generation(client)
        bases = list(bases)  # a lane may be added meanwhile
        async with client.pipeline(transaction=False) as pipe:
            for base in bases:
                pipe.get(keys.generation(base))
                pipe.hget(keys.counters(base), "serial")
                pipe.hgetall(keys.pledges(base))
            found = await pipe.execute()
        for base, stored, serial, pledges in zip(
            bases, found[::3], found[1::3], found[2::3], strict=True
        ):
            same = stored == generation.encode() and not self.pledges.misses(base, pledges)
            if not same or int(serial or 0) < self._seen.get(base, 0):
                await self._reconcile(client, base, generation)

    async def _reconcile(self, client: redis.asyncio.Redis, base: str, generation: str) -> None:
        """The stream is read first: a work that is archived meanwhile is then in both, not in
        neither.
        """
        waiting = await _waiting_works(client, base)
        archived = await self._archive.compare(
            keys.campaign_of(base),
            keys.lane_number(base),
            list(waiting),
            await _unfinished_rooms(client, base),
        )
        await _retire(client, base, archived.finished)
        only_here = [hands for work, hands in waiting.items() if work not in archived.works]
        if not keys.lane_number(base):
            await self.pledges.reconcile(client, base)
        serials = [hand.serial for hands in only_here for hand in hands]
        serials += await self._added_serials(base, archived.lanes)
        serial = max(archived.serial, self._seen.get(base, 0), *serials)
        relays = archived.relays + len(only_here)
        participants = archived.participants + sum(map(len, only_here))
        arguments = (relays, participants, serial, archived.lanes, SKIPPED_SERIALS)
        if await client.fcall(_RECONCILE, 1, base, generation, *arguments):
            log.error(
                "redis had lost what the archive has; counters and serials are raised",
                lane=base,
                relays=relays,
                participants=participants,
                serial=serial,
            )

    async def _added_serials(self, base: str, lanes: int) -> list[int]:
        """The last serials that lane 0 has granted to the other lanes."""
        if keys.lane_number(base) or lanes <= 1:
            return []
        added = []
        for other in lane_bases(keys.campaign_of(base), lanes)[1:]:
            client = self._deployment.client(other)
            try:
                added.append(int(await client.hget(keys.counters(other), "added") or 0))
            finally:
                await client.aclose()
        return added


async def _generation(client: redis.asyncio.Redis) -> str:
    """The run of the server, and its time as a master."""
    info: Any = await client.info("server", "replication")
    return f"{info['run_id']}/{info['master_replid']}"


async def _waiting_works(client: redis.asyncio.Redis, base: str) -> dict[str, list[Hand]]:
    """Works in the stream, with their hands."""
    works: dict[str, list[Hand]] = {}
    start = "-"
    while True:
        entries: Any = await client.xrange(keys.works(base), start, count=BATCH)
        if not entries:
            return works
        works |= {work.id: work.hands for _, work in read_entries(entries)}
        start = f"({entries[-1][0].decode()}"


async def _unfinished_rooms(client: redis.asyncio.Redis, base: str) -> list[str]:
    async with client.pipeline(transaction=False) as pipe:
        for name in keys.unfinished_rooms(base):
            pipe.zrange(name, 0, -1)
        indexes = await pipe.execute()
    return list(dict.fromkeys(room.decode() for index in indexes for room in index))


async def _retire(
    client: redis.asyncio.Redis, base: str, finished: Mapping[str, Sequence[Hand]]
) -> None:
    rooms = list(finished.items())
    for at in range(0, len(rooms), BATCH):
        arguments: list[str | int] = []
        for room, hands in rooms[at : at + BATCH]:
            arguments += [room, len(hands)]
            for hand in hands:
                arguments += [hand.participant, hand.serial]
        await client.fcall(_RETIRE, 1, base, *arguments)
