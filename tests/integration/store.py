"""The store's classes on a Valkey, as a worker has them."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress

import msgspec
import redis

from server.relay.matching import Ticket
from server.relay.phrase import make_phrase
from server.relay.room import Rules
from server.relay.transition import Transition
from server.store import keys
from server.store.acknowledgements import Acknowledgements
from server.store.deployment import deployment
from server.store.durability import Guarantee
from server.store.lanes import Lanes
from server.store.pool import Pool
from server.store.rooms import Outcome, Rooms
from server.store.shards import Shards
from tests.integration.valkey import Valkey

CAMPAIGN = "test"
LANE = keys.lane(CAMPAIGN)
RULES = Rules()
INK = msgspec.msgpack.encode([[100, 100, 0, 90, 5, 5, 16, 0]])
IN_MEMORY = Guarantee()
PHRASE = msgspec.msgpack.encode(make_phrase("jiayou", "加油", "zh-Hans"))


def plain(valkey: Valkey) -> redis.Redis:
    """A client of one's own, beside the store's."""
    return redis.Redis.from_url(valkey.url, socket_timeout=10)


def end_pause(valkey: Valkey) -> None:
    """The time after an outage, in which nobody is given up and nothing runs out, is over."""
    with plain(valkey) as client:
        client.delete(f"{LANE}:expiry_pause")


class Store:
    """A worker's way to the store. What the pool delivers is in `delivered`."""

    def __init__(self, url: str, guarantee: Guarantee = IN_MEMORY) -> None:
        self.shards = Shards(deployment(url), guarantee)
        self.lanes = Lanes(CAMPAIGN)
        self.lanes.on_new(self.shards.add)
        self.delivered: list[Transition] = []
        self.pool = Pool(self.shards, lambda _, happened: self.delivered.extend(happened))
        self.rooms = Rooms(self.shards)
        self.acknowledgements = Acknowledgements(self.shards)
        self.returns = 0
        self.shards.on_reconnect(self._returned)
        self._numbers = itertools.count(1)
        self._running = asyncio.create_task(self.shards.run())

    def ticket(self, name: str, *, invite: str = "") -> Ticket:
        return Ticket(name, f"w/{name}", f"room{next(self._numbers)}", PHRASE, 2, invite=invite)

    async def join(self, *names: str) -> Transition:
        """Have participants seated in one call; the last thing that happened."""
        await asyncio.gather(*(self.seat(self.ticket(name)) for name in names))
        return self.delivered[-1]

    def seat(
        self,
        ticket: Ticket,
        *,
        rules: Rules = RULES,
        lanes: Lanes | None = None,
        worker: str = "w",
        base: str = "",
    ) -> asyncio.Future[None]:
        """Hand a ticket in; done when it is seated, or refused."""
        seated: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def resolve(error: Exception | None) -> None:
            if error is None:
                seated.set_result(None)
            else:
                seated.set_exception(error)

        self.pool.join(lanes or self.lanes, rules, ticket, worker, resolve, base=base)
        return seated

    async def commit(self, name: str, room: str, c: int) -> Transition:
        return await self.commit_from(self.lanes.base_of(room), name, f"w/{name}", room, c, INK)

    async def commit_from(
        self, base: str, name: str, address: str, room: str, c: int, ink: bytes
    ) -> Transition:
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.rooms.commit(base, RULES, name, address, room, c, ink, outcome.set_result)
        found = await outcome
        if isinstance(found, Exception):
            raise found
        return found

    async def close(self) -> None:
        """Stop running; a failure inside shows here."""
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running
        await self.shards.close()

    def _returned(self) -> None:
        self.returns += 1
