"""Runs a whole check: reads the histories once, then the store, and lets every promise judge."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from redis.exceptions import RedisError

from server.check.findings import Promise
from server.check.history import Event, HistoryError, Recorded, events
from server.check.messages import read_from_client, read_from_server
from server.check.promises import all_promises
from server.check.report import report
from server.check.store import Store, read_store
from server.check.timeline import Timeline
from server.check.traces import Connection, Moment
from server.settings import Settings
from server.store.deployment import deployment
from server.store.embedded import EmbeddedError, EmbeddedServer

DEFAULT_CAMPAIGN = "default"


class Outcome(NamedTuple):
    """What came of a check.

    Attributes:
        lines: the report.
        kept: whether every promise was kept.
    """

    lines: list[str]
    kept: bool


class Check:
    """One check; events go in one by one, in the order of time."""

    def __init__(self, grace_seconds: float, campaign: str | None = None) -> None:
        """Of one campaign, or of all that the histories name."""
        self.timeline = Timeline(campaign)
        self.promises: list[Promise] = all_promises(self.timeline, grace_seconds)
        self.events = 0
        self.began = 0.0

    def take(self, recorded: Recorded) -> None:
        """Take in the next event."""
        at, ref, event = recorded
        self.began = self.began if self.events else at
        self.events += 1
        connection = self.timeline.connection(event.client, event.connection)
        if event.event == "received":
            self._received(connection, event, at, ref)
        elif event.event == "sent":
            message = read_from_client(event.message)
            if message is not None:
                self.timeline.sent(connection, message, at, ref)
        elif event.event == "closed":
            self.timeline.closed(connection, at)

    def finish(self, store: Store | None) -> None:
        """The histories are over."""
        for promise in self.promises:
            promise.finish(store)

    def _received(self, connection: Connection, event: Event, at: float, ref: int) -> None:
        try:
            message = read_from_server(event.message)
        except msgspec.DecodeError as error:
            for promise in self.promises:
                promise.garbled(connection, str(error), ref)
            return
        moment = Moment(at, ref, connection, message)
        if not (connection.ignored or self.timeline.ignores(message)):
            for promise in self.promises:
                promise.received(moment)
        self.timeline.received(moment)


def check(files: list[Path], settings: Settings, campaign: str | None = None) -> Outcome:
    """Check these histories and the store that the settings name.

    Args:
        files: the histories.
        settings: where the store is, and the grace. Without a `redis_url` the store is the
            embedded server in `data`: the running one, or one that is started for the check.
        campaign: the only campaign to look at; every one that the histories name if None.

    Raises:
        HistoryError: a history cannot be read, or nobody in them was in the campaign.
        ArchiveError, EmbeddedError, StoreError, RedisError, OSError: the store cannot be read.
    """
    one = Check(settings.grace_seconds, campaign)
    for recorded in events(files):
        one.take(recorded)
    if not one.events:
        raise HistoryError("there is no event in these files")
    if campaign and campaign not in one.timeline.campaigns:
        raise HistoryError(f"nobody in these files was welcomed to the campaign {campaign!r}")
    names = [campaign] if campaign else sorted(one.timeline.campaigns) or [DEFAULT_CAMPAIGN]
    one.finish(asyncio.run(_store(settings, names)))
    lines = list(report(one.promises, files, one.events, one.began))
    return Outcome(lines, not any(promise.violations for promise in one.promises))


async def _store(settings: Settings, campaigns: list[str]) -> Store:
    async with _redis_url(settings) as url:
        return await read_store(deployment(url), settings.archive_url, campaigns)


@asynccontextmanager
async def _redis_url(settings: Settings) -> AsyncIterator[str]:
    """The Redis to read: the named one, the running service's own, or one started for this."""
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
            f"{data} is no data folder of a service; name it with --data, or its Redis with "
            "--redis-url"
        )
    try:
        await embedded.start()
        yield embedded.url
    finally:
        await embedded.stop()


async def _answers(url: str) -> bool:
    client = deployment(url).client("")
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()
