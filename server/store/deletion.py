"""Deletes what the lanes know of a participant."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from redis.exceptions import RedisError

from server.relay.room import Rules
from server.store import keys
from server.store.answers import Deleted, read_deleted, rule_arguments
from server.store.call import AwaitedCall
from server.store.errors import StoreAwayError
from server.store.library import function
from server.store.raw_connection import Argument
from server.store.shards import Shards

BATCH = 200
"""Rooms that one call looks into: less than a millisecond of Redis."""

_DELETE = function("delete_participant")


class ParticipantDeletion:
    """Deletes participants from lanes. Its methods raise StoreError when Redis does not do it."""

    def __init__(self, shards: Shards, new_id: Callable[[], str]) -> None:
        """Calls go out over `shards`; `new_id` makes an id that nobody has."""
        self._shards = shards
        self._new_id = new_id

    async def from_lane(self, base: str, rules: Rules, participant: str) -> Deleted:
        """Give up the seat, and leave no trace in any unfinished room."""
        deleted = await self._delete(base, rules, participant, [])
        for rooms in _batches(await self._unfinished_rooms(base)):
            more = await self._delete(base, rules, participant, rooms)
            deleted = Deleted(
                deleted.address or more.address, [*deleted.transitions, *more.transitions]
            )
        return deleted

    async def forget_pledges(self, base: str, participant: str, pledges: list[str]) -> None:
        """Delete the records of pledges that the archive has; `base` is that of lane 0."""
        names = [keys.pledge(base, pledge, participant) for pledge in pledges]
        client = self._shards.client(base)
        try:
            if names:
                await client.delete(*names)
        except (RedisError, OSError) as error:
            raise StoreAwayError from error

    async def _delete(self, base: str, rules: Rules, participant: str, rooms: list[str]) -> Deleted:
        arguments: list[Argument] = [*rule_arguments(rules), participant, self._new_id()]
        for room in rooms:
            arguments += [room, self._new_id()]
        call = AwaitedCall(_DELETE, base, arguments, repeatable=True, durable=True)
        self._shards.send(call)
        return read_deleted(await call.future)

    async def _unfinished_rooms(self, base: str) -> list[str]:
        """Those of one moment: a room that moves between the sets is in one of them."""
        client = self._shards.client(base)
        try:
            async with client.pipeline(transaction=True) as pipe:
                for name in keys.unfinished_rooms(base):
                    pipe.zrange(name, 0, -1)
                indexes = await pipe.execute()
        except (RedisError, OSError) as error:
            raise StoreAwayError from error
        return list(dict.fromkeys(room.decode() for index in indexes for room in index))


def _batches(rooms: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(rooms), BATCH):
        yield rooms[start : start + BATCH]
