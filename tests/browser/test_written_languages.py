"""Nobody is asked for a script that they cannot write, and may join another one."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from server.worker.offers import ALONE_MS
from tests.browser.axe import barriers
from tests.browser.conftest import PHONE, Stranger
from tests.browser.participant_page import LIMIT_MS
from tests.service import Service


@pytest.mark.parametrize(
    ("browser_language", "locales"),
    [("en", ["en"]), ("zh-CN", ["zh-Hans"]), ("zh-TW", ["zh-Hant"]), ("ja", ["ja"])],
)
async def test_a_page_asks_for_its_own_language(
    stranger: Stranger, shared: Service, browser_language: str, locales: list[str]
) -> None:
    one = await stranger(shared, locale=browser_language)
    await one.join()
    await one.is_in("waiting")
    assert [join["locales"] for join in one.said("join")] == [locales]
    room = await one.hears("waiting")
    assert room["phrase"]["locale"] == locales[0]


async def test_further_languages_are_ticked_in_the_settings_and_stay(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared, locale="en")
    await one.is_in("idle")
    await one.see("settings").click()
    boxes = one.see("settings-writes")
    await expect(boxes.get_by_label("English")).to_be_checked()
    await expect(boxes.get_by_label("English")).to_be_disabled()
    await boxes.get_by_label("日本語").check()
    assert await barriers(one.page) == []
    await one.page.reload()
    await one.is_in("idle")
    await one.join()
    await one.is_in("waiting")
    assert one.said("join")[-1]["locales"] == ["en", "ja"]


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
async def test_who_waits_alone_is_offered_another_language_with_its_strokes(
    stranger: Stranger, service: Service, options: dict[str, Any]
) -> None:
    chinese = await stranger(service)
    await chinese.join()
    await chinese.is_in("waiting")
    phrase = (await chinese.hears("waiting"))["phrase"]
    english = await stranger(service, locale="en", **options)
    await english.join()
    await english.is_in("waiting")
    offer = english.see("language-offer")
    await expect(offer).to_be_visible(timeout=ALONE_MS + LIMIT_MS)
    await expect(offer).to_contain_text(phrase["text"])
    assert await barriers(english.page) == []
    await english.see("language-go").click()
    await chinese.sees_partner("here")
    assert (await english.hears("matched"))["phrase"] == phrase
    await expect(offer).to_be_hidden()
    strokes = english.see("stroke-order").locator(".order-stroke")
    await chinese.draw([(0.3, 0.3), (0.7, 0.7)])
    await chinese.commit()
    await expect(strokes.first).to_be_attached()


async def test_who_declines_waits_on(stranger: Stranger, service: Service) -> None:
    chinese = await stranger(service)
    await chinese.join()
    await chinese.is_in("waiting")
    english = await stranger(service, locale="en")
    await english.join()
    await english.is_in("waiting")
    offer = english.see("language-offer")
    await expect(offer).to_be_visible(timeout=ALONE_MS + LIMIT_MS)
    await english.see("language-stay").click()
    await expect(offer).to_be_hidden()
    await english.is_in("waiting")
