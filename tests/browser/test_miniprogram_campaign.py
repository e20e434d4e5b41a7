"""The mini-program's page of a campaign: pledges, gifts, and the works of others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.miniprogram_campaign import CAMPAIGNS, pull_until_shown
from tests.browser.participant_page import LIMIT_MS
from tests.browser.phone import copy_program, phone_at, shows, start_program
from tests.finish_work import finish_work
from tests.service import Service


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A campaign with three relays."""
    file = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    file.write_text(CAMPAIGNS, encoding="utf-8")
    return {"campaigns": file}


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, shared: Service, tmp_path: Path) -> AsyncIterator[Page]:
    """A phone that has the mini-program."""
    program = await copy_program(tmp_path / "program")
    async with phone_at(await browser.new_context(), shared, program) as page:
        yield page


async def tap(phone: Page, handler: str, **dataset: object) -> None:
    """Touch what the template binds to this handler."""
    await phone.evaluate(
        "([handler, dataset]) => void page[handler]({ currentTarget: { dataset } })",
        [handler, dataset],
    )


async def said(phone: Page, what: str) -> str:
    """Wait until the stand-in for WeChat was given this, and take it."""
    await phone.wait_for_function(
        "(what) => window[what] !== undefined", arg=what, timeout=LIMIT_MS
    )
    return str(await phone.evaluate("(what) => window[what]", what))


async def test_a_pledge_is_made_once_and_shared(phone: Page, shared: Service) -> None:
    await start_program(phone, shared, "campaign", campaign="default")
    await shows(phone, "title", "清明")
    assert await phone.evaluate("shown.pledges.map(({ text }) => text)") == ["承诺拒吃野味", "喝茶"]
    await tap(phone, "pledge", id="game")
    await phone.wait_for_function("() => shown.pledges[0].number !== ''", timeout=LIMIT_MS)
    first = await phone.evaluate("shown.pledges[0]")
    assert (first["number"], first["count"], first["ready"]) == (
        "你是第 1 位承诺的人",
        "已有 1 人承诺",
        False,
    )
    card = await phone.evaluate("page.onShareAppMessage()")
    image = card.pop("imageUrl")
    assert card == {
        "title": "我承诺：承诺拒吃野味",
        "path": "/pages/campaign/campaign?campaign=default",
    }
    await tap(phone, "certificate", id="game")
    assert await said(phone, "previewed") == image
    picture = await phone.request.get(shared.url + image.removeprefix("https://jielong.example"))
    assert picture.headers["content-type"] == "image/png"
    token = await phone.evaluate("wx.getStorageSync('jielong.token')")
    await tap(phone, "pledge", id="tea")
    await phone.wait_for_function("() => shown.pledges[1].number !== ''", timeout=LIMIT_MS)
    assert await phone.evaluate("wx.getStorageSync('jielong.token')") == token
    await tap(phone, "onPullDownRefresh")
    await phone.wait_for_function("() => !shown.pledges[0].ready", timeout=LIMIT_MS)


async def test_a_token_that_is_not_known_is_replaced(phone: Page, shared: Service) -> None:
    await start_program(phone, shared, "campaign", campaign="default")
    await shows(phone, "title", "清明")
    await phone.evaluate("wx.setStorageSync('jielong.token', 'an old one')")
    await tap(phone, "pledge", id="tea")
    await phone.wait_for_function("() => shown.pledges[1].number !== ''", timeout=LIMIT_MS)


async def test_a_donor_gets_the_address_of_the_organiser_s_page(
    phone: Page, shared: Service
) -> None:
    await start_program(phone, shared, "campaign", campaign="default")
    await shows(phone, "title", "清明")
    fund = await phone.evaluate("shown.funds[0]")
    assert (fund["raised"], fund["goal"]) == ("已筹 ¥0，0 笔", "目标 ¥1,000,000")
    await phone.evaluate("() => { window.private = true; }")
    await tap(phone, "give", id="angels")
    assert await said(phone, "toast") == "没有办成，请稍后再试。"
    assert not await phone.evaluate("window.copied")
    await phone.evaluate("() => { window.private = false; }")
    await tap(phone, "give", id="angels")
    assert await said(phone, "copied") == "https://jielong.example/go/default/angels"


async def test_the_works_of_others_are_shown(phone: Page, shared: Service) -> None:
    work = await finish_work(shared)
    await start_program(phone, shared, "campaign", campaign="default")
    await pull_until_shown(phone, work)
    shown = await phone.evaluate("shown.works[0]")
    assert (shown["id"], shown["text"]) == (work, "加油")
    picture = f"https://jielong.example/w/{work}/picture.png"
    await tap(phone, "look", index=0)
    assert await said(phone, "previewed") == picture
    answer = await phone.request.get(shared.url + picture.removeprefix("https://jielong.example"))
    assert answer.headers["content-type"] == "image/png"


async def test_what_is_not_there_is_said(phone: Page, shared: Service) -> None:
    await start_program(phone, shared, "campaign", campaign="nonsense")
    await shows(phone, "title", "没有找到这场接龙。")
