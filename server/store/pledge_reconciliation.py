"""Compares the pledges of a campaign with the archive, when Redis may have lost something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Protocol

import redis.asyncio
import structlog

from server.relay.pledges import MadePledge, PledgeTotals
from server.store import keys
from server.store.library import function
from server.store.pledges_stream import read_pledges

log = structlog.get_logger()

BATCH = 500

SKIPPED_NUMBERS = 10_000
"""Numbers that are not given after a loss: some may have been told of pledges that were lost."""

_RECONCILE = function("reconcile_pledges")


class PledgeArchive(Protocol):
    """What stores pledges for good."""

    async def compare_pledges(
        self, campaign: str, certificates: Collection[str]
    ) -> tuple[Mapping[str, PledgeTotals], Collection[str]]:
        """The totals of a campaign's pledges, and those of these certificates that it has.

        Raises:
            ArchiveUnreachableError: it cannot be asked now.
        """


class NoPledges:
    """An archive that never has any, for a store without one."""

    async def compare_pledges(
        self, campaign: str, certificates: Collection[str]
    ) -> tuple[Mapping[str, PledgeTotals], Collection[str]]:
        """Nothing."""
        return {}, ()


class PledgeReconciler:
    """Compares pledges with one archive, and with the numbers that this worker has seen."""

    def __init__(self, archive: PledgeArchive) -> None:
        """With this archive."""
        self._archive = archive
        self._seen: dict[str, dict[str, int]] = {}

    def saw(self, base: str, made: MadePledge) -> None:
        """A pledge was made: its number is told, though it is not archived yet."""
        seen = self._seen.setdefault(base, {})
        seen[made.pledge] = max(seen.get(made.pledge, 0), made.number)

    def misses(self, base: str, stored: Mapping[bytes, bytes]) -> bool:
        """Whether lane 0's totals lack a number that this worker has seen."""
        return any(
            int(stored.get(f"number:{pledge}".encode(), 0)) < number
            for pledge, number in self._seen.get(base, {}).items()
        )

    async def reconcile(self, client: redis.asyncio.Redis, base: str) -> None:
        """Raise the totals of a lane 0 that may have lost something; it gives no numbers yet.

        The stream is read first: a pledge that is archived meanwhile is then in both, not in
        neither.

        Raises:
            ArchiveUnreachableError: the archive cannot be asked now.
            RedisError: Redis cannot.
        """
        waiting = await _waiting(client, base)
        archived, known = await self._archive.compare_pledges(keys.campaign_of(base), list(waiting))
        only_here = [made for made in waiting.values() if made.certificate not in known]
        more = Counter(made.pledge for made in only_here)
        numbers = dict(self._seen.get(base, {}))
        for made in only_here:
            numbers[made.pledge] = max(numbers.get(made.pledge, 0), made.number)
        arguments: list[str | int] = []
        for pledge in sorted({*archived, *numbers}):
            totals = archived.get(pledge, PledgeTotals())
            arguments += [
                pledge,
                totals.count + more[pledge],
                max(totals.number, numbers.get(pledge, 0)),
            ]
        if await client.fcall(_RECONCILE, 1, base, SKIPPED_NUMBERS, *arguments):
            log.error("redis had lost pledges that the archive has; numbers are raised", lane=base)


async def _waiting(client: redis.asyncio.Redis, base: str) -> dict[str, MadePledge]:
    """Pledges in the stream, by certificate."""
    found: dict[str, MadePledge] = {}
    start = "-"
    while True:
        entries: Any = await client.xrange(keys.pledged(base), start, count=BATCH)
        if not entries:
            return found
        found |= {made.certificate: made for _, made in read_pledges(entries)}
        start = f"({entries[-1][0].decode()}"
