"""Runs `jielong check`: reads the histories and the final store, and reports on every promise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from redis.exceptions import RedisError

from server.check.checker import HistoryChecker
from server.check.history import HistoryError, read_events
from server.check.report import report
from server.check.store import Store
from server.check.store_reader import read_store
from server.settings import Settings
from server.store.deployment import deployment
from server.store.embedded import EmbeddedError, EmbeddedServer

DEFAULT_CAMPAIGN = "default"


class Outcome(NamedTuple):
    """The result of a check.

    Attributes:
        lines: the report.
        kept: whether every promise was kept.
    """

    lines: list[str]
    kept: bool


def check(files: list[Path], settings: Settings, campaign: str | None = None) -> Outcome:
    """Check these histories and the store that the settings name.

    Args:
        files: the histories.
        settings: they name the store and the grace. Without a `redis_url`, Redis is the embedded
            server in `data`: the running one, or one that is started for the check.
        campaign: the campaign to check; every campaign in the histories if None.

    Raises:
        HistoryError: a history cannot be read, or no client in it was in the campaign.
        ArchiveError, EmbeddedError, StoreError, RedisError, OSError: the store cannot be read.
    """
    checker = HistoryChecker(settings.grace_seconds, campaign)
    for recorded in read_events(files):
        checker.add(recorded)
    campaigns = checker.state.campaigns
    if not checker.events:
        raise HistoryError("these files have no events; name files that recorded clients wrote")
    if campaign and campaign not in campaigns:
        raise HistoryError(f"no client in these files was welcomed to campaign {campaign!r}")
    names = [campaign] if campaign else sorted(campaigns) or [DEFAULT_CAMPAIGN]
    checker.finish(asyncio.run(_read_store(settings, names)))
    lines = list(report(checker.promises, files, checker.events, checker.start))
    return Outcome(lines, not any(promise.violations for promise in checker.promises))


async def _read_store(settings: Settings, campaigns: list[str]) -> Store:
    async with _redis_url(settings) as url:
        return await read_store(deployment(url), settings.archive_url, campaigns)


@asynccontextmanager
async def _redis_url(settings: Settings) -> AsyncIterator[str]:
    """The URL of the named Redis, of the running embedded server, or of one started for this."""
    data = settings.data.resolve()
    if settings.redis_url:
        yield settings.redis_url
        return
    embedded = EmbeddedServer(data, settings.durability)
    if await _answers(embedded.url):
        yield embedded.url
        return
    if not embedded.has_data:
        raise EmbeddedError(
            f"{data} is not the data folder of a service; name the folder with --data, or the "
            "Redis of the service with --redis-url"
        )
    try:
        await embedded.start()
        yield embedded.url
    finally:
        await embedded.stop()


async def _answers(url: str) -> bool:
    """Whether a Redis answers there."""
    client = deployment(url).client("")
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()
