"""The page: touch, choice of a phrase, small screens, unsupported browsers."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.axe import barriers
from tests.browser.conftest import PHONE, Stranger
from tests.browser.participant_page import open_room, phrase_of
from tests.browser.strokes import ACROSS, CHARACTERS, DOWN
from tests.service import Service

SCRIPT = re.compile(r"/(?:home-[0-9a-f]+|app/main)\.js$")
"""Of the first page: in the bundle, or as a module."""


async def test_a_finger_writes_on_a_phone(stranger: Stranger, service: Service) -> None:
    one, two = await stranger(service, **PHONE), await stranger(service)
    await open_room(one, two)
    await one.touch(ACROSS, DOWN)
    await two.sees_ink()
    await one.see("commit").tap()
    await two.is_in("my-turn")
    assert (await one.hears("committed"))["strokes"] == one.commits[0]
    assert len(one.commits[0]) == 2
    assert await one.page.evaluate("scrollY") == 0


@pytest.mark.parametrize("size", [(360, 640), (390, 844), (1280, 800)])
async def test_everything_needed_to_write_fits_the_screen(
    stranger: Stranger, shared: Service, size: tuple[int, int]
) -> None:
    width, height = size
    one = await stranger(shared, viewport={"width": width, "height": height})
    await one.join()
    await one.is_in("waiting")
    for name in ("turn-title", "phrase-row", "paper", "undo", "clear", "commit", "leave"):
        await expect(one.see(name)).to_be_in_viewport(ratio=1)
    paper = await one.see("paper").bounding_box()
    assert paper["width"] == pytest.approx(paper["height"], abs=1)
    assert await one.page.evaluate("document.documentElement.scrollWidth") <= width


async def test_a_phrase_can_be_chosen(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared)
    chip = one.page.locator(".chip[data-phrase]:not([data-phrase=''])").first
    await chip.click()
    phrase = await chip.get_attribute("data-phrase")
    await one.join()
    await one.is_in("waiting")
    assert (await one.hears("waiting"))["phrase"]["id"] == phrase


async def test_a_link_can_name_the_phrase(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared)
    phrase = await phrase_of(one, shared, 5)
    await one.page.goto(f"{shared.url}/?phrase={phrase}")
    await one.join()
    await one.is_in("waiting")
    await expect(one.see("char")).to_have_count(5)


async def test_who_follows_a_link_to_a_phrase_that_is_no_more_gets_any(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared, "/?phrase=no-such-phrase")
    await expect(one.see("chips").locator(":checked")).to_have_value("")
    await one.join()
    await one.is_in("waiting")


async def test_whose_turn_it_is_is_announced(stranger: Stranger, service: Service) -> None:
    one, two = await stranger(service, "/?phrase=jiayou"), await stranger(service)
    await open_room(one, two)
    await expect(two.see("announcer")).to_contain_text("轮到对方写")
    await one.draw(*CHARACTERS[0])
    await one.commit()
    await expect(two.see("announcer")).to_contain_text("轮到你写")
    await expect(two.page).to_have_title("轮到你写「油」 · 加油接龙")


async def test_the_tools_wait_for_ink(stranger: Stranger, service: Service) -> None:
    one = await stranger(service)
    await one.join()
    await one.is_in("waiting")
    for name in ("undo", "clear", "commit"):
        await expect(one.see(name)).to_be_disabled()
    await one.draw(ACROSS)
    for name in ("undo", "clear", "commit"):
        await expect(one.see(name)).to_be_enabled()


async def test_leaving_is_asked_first(stranger: Stranger, service: Service) -> None:
    one = await stranger(service)
    await one.join()
    await one.is_in("waiting")
    await one.see("leave").click()
    await one.see("leave-stay").click()
    await one.is_in("waiting")
    await one.see("leave").click()
    await one.see("leave-go").click()
    await one.is_in("idle")


async def test_a_work_that_does_not_exist_is_said_to(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared, "/w/nosuchwork")
    await one.is_in("missing")
    await expect(one.see("work-title")).to_have_text("没有找到这幅作品。")
    one.troubles.clear()  # Chromium logs every 404.


async def test_a_browser_that_cannot_run_the_page_is_told_so(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared)
    await one.page.route(SCRIPT, lambda route: route.fulfill(body="what is this?"))
    await one.page.reload()
    await one.is_in("too-old")
    await expect(one.page.get_by_text("换用新版的浏览器")).to_be_visible()
    assert await barriers(one.page) == []
    one.troubles.clear()


async def test_the_65th_stroke_is_refused_kindly(stranger: Stranger, service: Service) -> None:
    one = await stranger(service)
    await one.join()
    await one.is_in("waiting")
    await one.draw(*[[(0.1 + i % 8 * 0.1, 0.1 + i // 8 * 0.1)] for i in range(65)])
    await expect(one.see("notice")).to_contain_text("最多 64 笔")
    await one.commit()
    await one.sees_written(1)
    assert len(one.commits[0]) == 64


@pytest.mark.parametrize(
    ("locale", "words"), [("zh-CN", "页面不存在"), ("en-US", "There is no such page")]
)
async def test_a_wrong_address_is_a_page_in_the_visitors_language(
    stranger: Stranger, shared: Service, locale: str, words: str
) -> None:
    one = await stranger(shared, "/nowhere/at-all", locale=locale)
    await expect(one.see("work-title")).to_have_text(words)
    await expect(one.see("work-join")).to_have_attribute("href", "/")
    assert await barriers(one.page) == []
    for path in ("/api/nothing", "/static/nothing.js"):
        answer = await one.page.request.get(shared.url + path, headers={"Accept": "text/html"})
        assert (answer.status, (await answer.json())["error"]["code"]) == (404, "not_found")
    answer = await one.page.request.get(shared.url + "/nowhere", headers={"Accept": "*/*"})
    assert (await answer.json())["error"]["code"] == "not_found"
    one.troubles.clear()  # Chromium logs every 404.
