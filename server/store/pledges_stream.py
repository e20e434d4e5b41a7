"""The stream of a campaign's pledges: the archive reads it and acknowledges what it has stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog

from server.relay.pledges import MadePledge, PledgeTotals
from server.store import keys
from server.store.deployment import Deployment
from server.store.durability import Guarantee
from server.store.entry_stream import EntryStream

log = structlog.get_logger()

REMEMBERED_MS = 24 * 3_600_000
"""How long Redis remembers a pledge that the archive has: much longer than a look into the archive
and the call after it take."""

Entry = tuple[bytes, MadePledge]

_read = msgspec.msgpack.Decoder(MadePledge).decode


class PledgesStream(EntryStream[MadePledge]):
    """The stream in lane 0 of one campaign."""

    def __init__(
        self, deployment: Deployment, guarantee: Guarantee, base: str, consumer: str
    ) -> None:
        """The stream of the lane `base`, for the reader `consumer`; see `EntryStream`."""
        super().__init__(deployment, guarantee, base, consumer, keys.pledged(base), read_pledges)

    async def acknowledge(self, entries: list[Entry], stored: Mapping[str, PledgeTotals]) -> None:
        """These pledges are stored: delete them from the stream, and forget them after a day.

        `stored` are the totals of the archive. If Redis has counted fewer, it has lost some, and
        the lane is not used before it is compared with the archive.
        """
        async with self.client.pipeline(transaction=False) as pipe:
            for _, made in entries:
                key = keys.pledge(self._base, made.pledge, made.participant)
                pipe.pexpire(key, REMEMBERED_MS)
            self._delete(pipe, entries)
            pipe.hgetall(keys.pledges(self._base))
            *_, counted = await pipe.execute()
        for pledge, totals in stored.items():
            if int(counted.get(f"count:{pledge}".encode(), 0)) < totals.count:
                log.error("redis has counted fewer pledges than are stored", lane=self._base)
                await self.client.delete(keys.generation(self._base))
                return


def read_pledges(reply: list[tuple[bytes, dict[bytes, Any] | None]]) -> list[Entry]:
    """The entries of a stream that this version can read; the others stay in it."""
    entries = []
    for entry_id, fields in reply:
        try:
            if fields:
                entries.append((entry_id, _read(fields[b"pledge"])))
        except (KeyError, msgspec.DecodeError) as error:
            log.error("a pledge cannot be read", entry=entry_id.decode(), error=repr(error))
    return entries
