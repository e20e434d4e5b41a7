"""The gallery: paging, choice of a phrase, keyboard, screen sizes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.axe import barriers
from tests.browser.conftest import Stranger
from tests.browser.participant_page import LIMIT_MS, ParticipantPage
from tests.finish_work import finish_work
from tests.service import Service

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "color_scheme": "dark"}


async def sees_cards(participant: ParticipantPage, count: int) -> None:
    """Wait until so many works are listed."""
    await expect(participant.see("card")).to_have_count(count, timeout=LIMIT_MS)


async def test_the_gallery_goes_on_to_the_last_work(stranger: Stranger, service: Service) -> None:
    made = [await finish_work(service, seed=i) for i in range(30)]
    one = await stranger(service, "/gallery", viewport={"width": 360, "height": 640})
    await expect(one.see("card").first).to_be_visible(timeout=LIMIT_MS)
    assert await one.see("card").count() < len(made)
    for _ in range(30):
        await one.page.mouse.wheel(0, 3000)
        if await one.page.locator("body").get_attribute("data-state") == "end":
            break
        await one.page.wait_for_timeout(100)
    await one.is_in("end")
    cards = await one.see("card").all()
    assert [await card.get_attribute("data-work") for card in cards] == made[::-1]
    # What is far away is not drawn; what is seen is.
    await expect(one.page.locator(".picture").last).to_be_visible()
    assert await one.page.locator(".picture").count() < len(made)
    assert await one.page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_the_works_of_one_phrase_can_be_seen_alone(
    stranger: Stranger, service: Service
) -> None:
    for phrase in ("jiayou", "en-thanks", "jiayou"):
        await finish_work(service, phrase)
    one = await stranger(service, "/gallery")
    await sees_cards(one, 3)
    await one.page.get_by_label("只看这一句").select_option(label="加油")
    await sees_cards(one, 2)
    assert one.page.url == f"{service.url}/gallery?phrase=jiayou"
    await one.page.reload()
    await sees_cards(one, 2)
    await expect(one.see("gallery-phrase")).to_have_value("jiayou")
    await one.page.go_back()
    await sees_cards(one, 3)
    await expect(one.see("gallery-phrase")).to_have_value("")
    await one.see("gallery-phrase").select_option("xinxiang-shicheng")
    await one.is_in("empty")
    await expect(one.see("gallery-status")).to_contain_text("还没有作品")


async def test_a_work_is_reached_with_the_keyboard(stranger: Stranger, service: Service) -> None:
    work = await finish_work(service)
    one = await stranger(service, "/gallery")
    await sees_cards(one, 1)
    await one.is_in("end")  # Until then there may be a button, or an empty list, in between.
    await one.see("gallery-phrase").focus()
    await one.page.keyboard.press("Tab")
    await expect(one.see("card")).to_be_focused(timeout=LIMIT_MS)
    await one.page.keyboard.press("Enter")
    await one.is_in("shown")
    assert one.page.url == f"{service.url}/w/{work}"


async def test_works_that_cannot_be_fetched_can_be_asked_for_again(
    stranger: Stranger, service: Service
) -> None:
    await finish_work(service)
    one = await stranger(service, "/")
    await one.page.route("**/api/works?*", lambda route: route.fulfill(status=503))
    await one.page.goto(f"{service.url}/gallery")
    await one.is_in("failed")
    await one.page.unroute("**/api/works?*")
    await one.see("gallery-more").click()
    await sees_cards(one, 1)
    await one.is_in("end")
    one.troubles.clear()  # Chromium logs every 503.


@pytest.mark.parametrize("options", [{}, PHONE])
async def test_nothing_keeps_people_out_of_the_gallery(
    stranger: Stranger, service: Service, options: dict[str, Any]
) -> None:
    await finish_work(service)
    one = await stranger(service, "/gallery", reduced_motion="reduce", **options)
    await sees_cards(one, 1)
    await one.is_in("end")
    assert await barriers(one.page) == []
