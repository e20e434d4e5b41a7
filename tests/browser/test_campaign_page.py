"""The page of a campaign: three ways to take part, live totals, milestones, themes, schedule."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import barriers
from tests.browser.conftest import DESK, PHONE, Stranger
from tests.browser.donations import give
from tests.browser.first_stroke import first_and_return
from tests.browser.fit import LARGE_LETTERS, REACHED, phone
from tests.browser.participant_page import LIMIT_MS, ParticipantPage
from tests.browser.screens_campaigns import CAMPAIGNS
from tests.finish_work import finish_work
from tests.integration.http import get
from tests.polling import eventually
from tests.service import Service

SMALL = phone(360, 640)
TOLD = ("为冲在最前面的人", "医护人员冲在最前面", "清溪公益基金会", "募捐编号", "pay.example.org")
HIDDEN = "Object.defineProperty(document, 'hidden', { get: () => !window.isSeen });"
SEEN = "isSeen = true; document.dispatchEvent(new Event('visibilitychange'))"
LANGUAGES = {
    "zh-CN": "守护天使",
    "zh-TW": "守護天使",
    "en-US": "Guardian Angels",
    "ja-JP": "天使を守ろう",
}
FIRST_REQUESTS = 8


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    """A service with these campaigns."""
    return {"campaigns": CAMPAIGNS}


def total(participant: ParticipantPage, name: str) -> Any:
    return participant.page.locator(f'[data-total="{name}"]')


async def test_each_way_to_take_part_and_its_live_total(
    stranger: Stranger, shared: Service
) -> None:
    watcher = await stranger(shared, "/c/angels")
    one = await stranger(shared, "/c/angels", **PHONE)
    for participant in (watcher, one):
        await participant.is_in("idle")
    await expect(watcher.see("tagline")).to_have_text("为冲在最前面的人，写一句加油")
    await expect(watcher.see("organiser")).to_contain_text("清溪公益基金会")

    await one.see("pledge-go").tap()
    await expect(one.see("pledge-see")).to_have_text("第 1 位 · 看证书", timeout=LIMIT_MS)
    await expect(one.see("announcer")).to_contain_text("你是第 1 位")
    await expect(total(watcher, "pledges")).to_have_text("1", timeout=LIMIT_MS)
    await one.page.reload()
    await one.see("pledge-see").tap()
    await expect(one.see("certificate-number")).to_contain_text("1")
    assert await barriers(one.page) == []
    await one.see("share").tap()
    await expect(one.see("share-link")).to_have_value(one.page.url)
    await one.see("share-close").tap()
    await one.see("certificate-join").tap()
    await one.is_in("idle")

    payment = await one.see("give-go").get_attribute("href")
    assert payment == "/go/angels/angels"
    await expect(one.see("taken-by")).to_contain_text("pay.example.org")
    await give(shared, "angels", "angels", "first", 123_450)
    await expect(total(watcher, "fund.angels")).to_have_text("¥1,234.50", timeout=LIMIT_MS)
    await expect(total(watcher, "donations")).to_have_text("1")
    progress = watcher.page.locator('[data-progress="fund.angels"]')
    assert await progress.evaluate("(it) => it.value") == 123_450

    await one.see("join").tap()
    await one.is_in("waiting")


async def test_a_donor_comes_back_to_a_thank_you_and_goes_on_to_write(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared, "/c/angels/thanks?ref=abc", **PHONE)
    await expect(one.see("thanks")).to_have_text("谢谢你")
    assert await barriers(one.page) == []
    await one.see("thanks-write").tap()
    await one.is_in("idle")
    assert one.page.url == f"{shared.url}/c/angels"


async def test_a_milestone_is_celebrated_once(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared, "/c/angels")
    await one.is_in("idle")
    work = await finish_work(shared, campaign="angels")
    await expect(one.see("milestone")).to_contain_text("第一幅作品写成了！", timeout=LIMIT_MS)
    await expect(total(one, "relays")).to_have_text("1")
    assert await barriers(one.page) == []
    await one.see("milestone-close").click()
    await expect(one.see("milestone")).to_have_count(0)
    await one.page.reload()
    await expect(one.see("home-art")).to_have_attribute("data-work", work, timeout=LIMIT_MS)
    await expect(one.see("milestone")).to_have_count(0)
    await expect(one.see("newest")).to_have_attribute("href", f"/w/{work}")
    for width, height in ((1280, 720), (1366, 768), (1920, 1080)):
        await one.page.set_viewport_size({"width": width, "height": height})
        line, cards = await one.see("newest").bounding_box(), await one.see("ways").bounding_box()
        assert line["y"] + line["height"] + 6 <= cards["y"], "the line keeps clear of the cards"


async def test_without_a_script_it_tells_cause_totals_and_links(
    stranger: Stranger, shared: Service
) -> None:
    await give(shared, "angels", "angels", "quiet", 100)
    one = await stranger(shared, "/c/angels", java_script_enabled=False)
    for words in TOLD:
        await expect(one.page.get_by_text(words).first).to_be_visible()
    assert "要用到 JavaScript" in await one.page.content()
    for name in ("give-go", "gallery-link", "about-link"):
        await expect(one.see(name)).to_be_visible()
    async with asyncio.timeout(LIMIT_MS / 1000):
        while await total(one, "donations").text_content() == "0":
            await one.page.reload()


@pytest.mark.parametrize(
    ("campaign", "accent", "by_night"),
    [
        ("angels", "rgb(179, 50, 31)", "rgb(184, 60, 40)"),
        ("green", "rgb(44, 106, 75)", "rgb(124, 196, 156)"),
        ("lanterns", "rgb(47, 74, 138)", "rgb(157, 180, 240)"),
    ],
)
@pytest.mark.parametrize("view", [DESK, SMALL], ids=["desk", "phone"])
async def test_a_theme_is_worn_and_keeps_nobody_out(
    stranger: Stranger,
    shared: Service,
    campaign: str,
    accent: str,
    by_night: str,
    view: dict[str, Any],
) -> None:
    one = await stranger(shared, f"/c/{campaign}", **view)
    await one.is_in("idle")
    await expect(one.see("join")).to_have_css("background-color", accent)
    assert await barriers(one.page) == []
    assert await one.page.evaluate(REACHED) == []
    await one.page.emulate_media(color_scheme="dark")
    await expect(one.see("join")).to_have_css("background-color", by_night)


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_one_screen_of_a_small_phone_tells_it_all(
    stranger: Stranger, shared: Service, locale: str
) -> None:
    one = await stranger(shared, "/c/angels", **{**SMALL, "locale": locale})
    await one.is_in("idle")
    await expect(one.see("pledge-go")).to_be_enabled()
    for name in ("organiser", "tagline", "join", "pledge-go", "give-go", "fund", "taken-by"):
        await expect(one.see(name)).to_be_in_viewport(ratio=0.98)
    await expect(one.see("campaign-title")).to_have_text(LANGUAGES[locale])
    about = {"en-US": "Doctors and nurses went first"}
    await expect(one.see("cause")).to_contain_text(about.get(locale, "疫情面前"))


async def test_in_large_letters_and_with_the_keyboard_everything_is_reached(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared, "/healthz", **{**phone(390, 844), "reduced_motion": "reduce"})
    await one.page.add_init_script(LARGE_LETTERS)
    await one.page.goto(f"{shared.url}/c/angels")
    await one.is_in("idle")
    await expect(one.see("pledge-go")).to_be_enabled(timeout=LIMIT_MS)
    assert await one.page.evaluate(REACHED) == []
    await one.see("pledge-go").focus()
    await one.page.keyboard.press("Enter")
    await expect(one.see("pledge-see")).to_be_focused(timeout=LIMIT_MS)


async def test_before_it_begins_the_page_says_when_and_afterwards_what_came_of_it(
    stranger: Stranger, shared: Service
) -> None:
    early = await stranger(shared, "/c/spring", timezone_id="Europe/Berlin")
    await early.is_in("closed")
    await expect(early.see("phase-title")).to_contain_text("2090年3月1日 08:00")
    await expect(early.see("phase-title")).to_contain_text("01:00")  # By the reader's clock.
    await expect(early.see("join")).to_be_hidden()
    await expect(early.see("pledge-go")).to_be_hidden()
    assert await barriers(early.page) == []
    late = await stranger(shared, "/c/over")
    await late.is_in("closed")
    await expect(late.see("phase-title")).to_have_text("这场接龙已经结束")
    await expect(late.see("result")).to_contain_text("三十二间病房")
    await expect(late.see("gallery-link")).to_be_visible()
    assert await barriers(late.page) == []


async def test_people_are_let_in_when_the_moment_comes(
    stranger: Stranger, serve: Callable[..., Service], tmp_path: Path
) -> None:
    file = tmp_path / "campaigns.toml"

    def open_in(wait: timedelta) -> datetime:
        opens = (datetime.now(UTC) + wait).replace(microsecond=0)
        file.write_text(f'[[campaign]]\nid = "default"\nopens = {opens.isoformat()}\n')
        return opens

    open_in(timedelta(days=1))
    service = serve(campaigns=file)
    one = await stranger(service, "/healthz")
    opens = open_in(timedelta(seconds=8))

    async def is_known() -> bool:
        return f"{opens:%Y-%m-%dT%H:%M:%S}" in (await get(service, "/"))[2]

    await eventually(is_known)
    await one.page.goto(service.url)
    await one.is_in("closed")
    await expect(one.see("phase-title")).to_contain_text("开始")
    await one.is_in("idle")
    assert datetime.now(UTC) >= opens
    await expect(one.see("phase")).to_be_hidden()
    await one.join()
    await one.is_in("waiting")


async def test_a_page_that_nobody_sees_asks_for_no_totals(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared, "/healthz")
    asked: list[str] = []
    one.page.on("request", lambda request: "/api/campaigns/" in request.url and asked.append("it"))
    await one.page.add_init_script(HIDDEN)
    await one.page.goto(f"{shared.url}/c/angels")
    await one.is_in("idle")
    await expect(one.see("pledge-go")).to_be_enabled(timeout=LIMIT_MS)
    await one.page.wait_for_timeout(1500)
    assert asked == []
    async with one.page.expect_request("**/api/campaigns/angels**"):
        await one.page.evaluate(SEEN)


async def test_an_address_in_the_former_form_leads_to_the_campaign(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared, "/?campaign=green&phrase=bihai-lantian")
    await one.is_in("idle")
    assert one.page.url == f"{shared.url}/c/green?phrase=bihai-lantian"


async def test_the_first_stroke_of_a_whole_campaign_needs_few_requests(
    browser: Browser, serve: Callable[..., Service]
) -> None:
    service = serve(bundled=True, campaigns=CAMPAIGNS)
    first, again = await first_and_return(browser, f"{service.url}/c/angels", None)
    print(first, again)  # noqa: T201
    assert len(first.requests) <= FIRST_REQUESTS
    assert len(again.requests) <= 3
