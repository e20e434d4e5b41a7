"""Reads pledges: those in SQL, and those still in the streams."""

from __future__ import annotations

import re
from collections.abc import Mapping

import structlog
from redis.exceptions import RedisError

from server.archive.database import ArchiveAwayError
from server.archive.pledges import PledgeStorage
from server.relay.pledges import MadePledge
from server.store.errors import StoreAwayError
from server.store.pledges_stream import PledgesStream

log = structlog.get_logger()

ON_THE_WAY = 1_000
"""How many of the newest pledges in a stream are looked at for one that SQL does not have."""

_CERTIFICATE = re.compile(r"[A-Za-z0-9_-]{16}")


class PledgeReader:
    """Finds pledges from the moment in which they were made."""

    def __init__(self, storage: PledgeStorage, streams: Mapping[str, PledgesStream]) -> None:
        """`streams` by campaign; more may be added later."""
        self._storage = storage
        self._streams = streams

    async def find(self, certificate: str) -> tuple[str, MadePledge] | None:
        """A pledge and its campaign.

        Raises:
            ArchiveAwayError: SQL cannot be read now.
        """
        if not _CERTIFICATE.fullmatch(certificate):
            return None
        found = await self._storage.find(certificate)
        if found is not None:
            return found
        for campaign, stream in list(self._streams.items()):
            for made in await _on_the_way(stream):
                if made.certificate == certificate:
                    return campaign, made
        # Archived between the two reads, it is in neither.
        return await self._storage.find(certificate)

    async def of_participant(
        self, campaign: str, participant: str, pledge: str
    ) -> MadePledge | None:
        """What a participant has pledged, if the archive has it.

        Raises:
            StoreAwayError: SQL cannot be read now.
        """
        try:
            return await self._storage.of_participant(campaign, participant, pledge)
        except ArchiveAwayError as error:
            log.debug("pledges cannot be read", error=str(error))
            raise StoreAwayError from error


async def _on_the_way(stream: PledgesStream) -> list[MadePledge]:
    try:
        return await stream.newest(ON_THE_WAY)
    except (RedisError, OSError) as error:
        log.debug("pledges on their way cannot be read", error=str(error))
        return []
