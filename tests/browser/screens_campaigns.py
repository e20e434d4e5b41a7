"""The pictures of campaigns' pages: themes, before and after the time, thanks, a certificate."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from jielong import Participant
from playwright.async_api import expect

from tests.browser.donations import give
from tests.browser.handwriting import Handwriting
from tests.browser.participant_page import LIMIT_MS, ParticipantPage
from tests.browser.screens_album import Set
from tests.finish_work import finish_work
from tests.service import Service

CAMPAIGNS = Path(__file__).with_name("campaigns.toml")

STATES = {
    "campaign-angels": "The page of a campaign with three ways to take part",
    "campaign-green": "A campaign with two pledges, in a theme of its own",
    "campaign-lanterns": "A campaign with two funds, in a third theme",
    "campaign-about": "What a campaign's page tells below: cause, schedule, money, legal notice",
    "campaign-milestone": "A milestone of the campaign is reached",
    "campaign-before": "A campaign that has not begun",
    "campaign-ended": "A campaign after its end, with the result",
    "share": "Sharing the page of a campaign",
    "certificate": "The certificate of a pledge",
    "thanks": "Where a donor comes back",
}

NIGHT = {"campaign-angels", "campaign-green", "campaign-lanterns", "certificate", "thanks"}

WORKS = {
    "angels": ["jiayou", "zhijing-tianshi", "yongwang-zhiqian", "xiexie-ni"],
    "green": ["yibu-yige-jiaoyin", "chunnuan-huakai", "bihai-lantian"],
    "lanterns": ["kaijuan-youyi", "wanjia-denghuo"],
}


async def fill(service: Service) -> None:
    """Let people take part in the campaigns."""
    for campaign, phrases in WORKS.items():
        for i, phrase in enumerate(phrases):
            await finish_work(service, phrase, seed=10 * i, hand=Handwriting, campaign=campaign)
    for campaign, pledge, times in (
        ("angels", "no-wild-meat", 7),
        ("green", "walk", 5),
        ("green", "bag", 9),
    ):
        for _ in range(times):
            async with await Participant.connect(service.ws_url, campaign=campaign) as one:
                await one.pledge(pledge)
    await give(service, "angels", "angels", "a", 43_281_250)
    await give(service, "lanterns", "lamps", "b", 3_120_000)
    await give(service, "lanterns", "books", "c", 846_050)


async def campaign_pages(stage: Set) -> None:
    """All of them; the service has the campaigns of campaigns.toml."""
    take = stage.album.take
    one = await stage.person("/c/angels")
    await one.see("milestone").wait_for()
    await asyncio.sleep(0.8)  # The petals are on their way.
    await take(one, "campaign-milestone", settled=False)
    await one.see("milestone-close").click()
    await one.see("share").click()
    await one.see("share-code").get_by_role("img").wait_for()
    await take(one, "share")
    await one.see("share-close").click()
    for campaign in WORKS:
        await one.page.goto(f"{stage.service.url}/c/{campaign}")
        await _is_written(one)
        await take(one, f"campaign-{campaign}")
    await one.page.goto(f"{stage.service.url}/c/angels#about")
    await one.is_in("idle")
    await take(one, "campaign-about")
    await one.page.goto(f"{stage.service.url}/c/angels")
    await one.see("pledge-go").click()
    await one.see("pledge-see").click()
    await one.see("certificate").wait_for()
    await take(one, "certificate")
    await one.page.goto(f"{stage.service.url}/c/angels/thanks")
    await take(one, "thanks")
    for campaign, name in (("spring", "campaign-before"), ("over", "campaign-ended")):
        await one.page.goto(f"{stage.service.url}/c/{campaign}")
        await one.is_in("closed")
        await take(one, name)
    await one.page.context.close()


async def _is_written(one: ParticipantPage) -> None:
    """The newest work has written itself."""
    await one.is_in("idle")
    await expect(one.see("home-art")).to_have_attribute(
        "data-work", re.compile("."), timeout=LIMIT_MS
    )
    await asyncio.sleep(5)
