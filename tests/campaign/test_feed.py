"""A process catches up with its campaigns when somebody cannot wait, but not too often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.campaign.feed import CATCH_UP_SECONDS, CampaignFeed
from server.campaign.source import FileSource
from server.catalogue import load_library
from server.relay.campaign import Campaign
from server.relay.room import Rules
from server.session.campaigns import LiveCampaigns, OpenCampaign
from server.store.campaign_news import CampaignNews
from server.store.deployment import deployment

NOBODY = "redis://127.0.0.1:1"


class CountingSource(FileSource):
    """Counts how often it was asked."""

    looks = 0

    async def version(self) -> object:
        self.looks += 1
        return await super().version()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "campaigns.toml"


@pytest.fixture
def source(file: Path) -> Iterator[CountingSource]:
    write(file, "Spring")
    yield CountingSource(file, load_library())


@pytest.fixture
async def feed(source: CountingSource) -> CampaignFeed:
    async def start(campaign: OpenCampaign) -> None:
        """Nothing is needed."""

    def make(campaign: Campaign) -> OpenCampaign:
        return OpenCampaign(campaign, Rules())

    news = CampaignNews(deployment(NOBODY))
    feed = CampaignFeed(source, news, LiveCampaigns(), make, start)
    await feed.first()
    return feed


def write(file: Path, title: str) -> None:
    put(file, f'[[campaign]]\nid = "default"\ntitle = "{title}"\n')


def put(file: Path, content: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(content)
    new.replace(file)


async def test_whatever_was_changed_before_is_known(feed: CampaignFeed, file: Path) -> None:
    for title in ("Summer", "Autumn", "Winter"):
        await feed.catch_up()
        write(file, title)
        await feed.catch_up()
        assert feed.definition("default").title == title


async def test_those_who_call_at_once_share_a_look(
    feed: CampaignFeed, source: CountingSource
) -> None:
    await asyncio.gather(*(feed.catch_up() for _ in range(50)))
    assert source.looks == 2, "the first one, and that of all who wait"


async def test_there_are_no_more_than_ten_looks_a_second(
    feed: CampaignFeed, source: CountingSource
) -> None:
    began, before = time.monotonic(), source.looks
    for _ in range(4):
        await feed.catch_up()
    assert source.looks - before <= 1 + (time.monotonic() - began) / CATCH_UP_SECONDS


async def test_a_file_that_is_wrong_changes_nothing(feed: CampaignFeed, file: Path) -> None:
    put(file, "[[campaign]]\nid = 5\n")
    await feed.catch_up()
    assert feed.definition("default").title == "Spring"
