"""Works are reviewed in Chromium: by keys on a desk and by touch on a phone, by two at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.axe import barriers
from tests.browser.conftest import DESK, PHONE
from tests.finish_work import Scribbler, finish
from tests.integration.command import jielong
from tests.integration.console import PASSWORD
from tests.integration.http import ask
from tests.polling import eventually
from tests.service import Service


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"admin_password": PASSWORD}


async def wait_for_review(service: Service, count: int) -> list[str]:
    """So many works wait; their ids, oldest first."""
    works = [(await finish(service, hand=Scribbler)).work for _ in range(count)]

    async def are_held() -> bool:
        return jielong("works", "hold", *works, "--data", service.data).returncode == 0

    await eventually(are_held, 30)
    return works


async def moderator(browser: Browser, service: Service, screen: dict[str, Any]) -> Page:
    """A page of somebody who is signed in."""
    page = await (await browser.new_context(**screen, locale="en-GB")).new_page()
    await page.goto(f"{service.url}/admin/sign-in?to=/review")
    await page.fill("[name=name]", "admin")
    await page.fill("[name=password]", PASSWORD)
    await page.click("button.main")
    await expect(page.locator("#review")).not_to_have_attribute("aria-busy", "true")
    return page


async def is_public(service: Service, work: str) -> bool:
    return (await ask(service, f"/api/works/{work}")).status == 200


async def works_in_hand(page: Page) -> str:
    return str(await page.get_attribute(".review-link", "href")).rpartition("/")[2]


async def test_a_moderator_decides_by_keys_and_takes_back(
    shared: Service, browser: Browser
) -> None:
    first, second, third = await wait_for_review(shared, 3)
    page = await moderator(browser, shared, DESK)
    assert await works_in_hand(page) == first
    assert await barriers(page) == []
    await expect(page.locator(".ink .stroke").first).to_be_visible()
    await page.keyboard.press(" ")
    await expect(page.locator(".ink .stroke[visibility=hidden]").first).to_be_attached()
    await page.keyboard.press("p")
    await expect(page.get_by_role("status")).to_have_text("加油: passed.")
    await eventually(lambda: is_public(shared, first))
    assert await works_in_hand(page) == second
    await page.keyboard.press("u")
    await expect(page.get_by_role("status")).to_have_text("加油: taken back.")
    assert await works_in_hand(page) == first
    assert not await is_public(shared, first)
    await page.keyboard.press("r")
    await page.keyboard.press("x")
    await expect(page.locator(".review-link")).to_have_attribute("href", f"/admin/works/{third}")
    await page.keyboard.press("h")
    await expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    assert await barriers(page) == []
    await page.context.close()


async def test_two_moderators_meet_different_works_on_a_phone(
    shared: Service, browser: Browser
) -> None:
    works = await wait_for_review(shared, 7)
    one, two = [await moderator(browser, shared, PHONE) for _ in range(2)]
    assert await works_in_hand(one) == works[0]
    assert await works_in_hand(two) == works[6], "the first six are in the other hand"
    assert await barriers(one) == []
    assert await one.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    await one.get_by_role("button", name="Pass").tap()
    await eventually(lambda: is_public(shared, works[0]))
    await asyncio.gather(one.context.close(), two.context.close())


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
async def test_lists_and_single_works_have_no_barrier(
    shared: Service, browser: Browser, screen: dict[str, Any]
) -> None:
    (work,) = await wait_for_review(shared, 1)
    (hand, *_) = jielong("participants", "of", work, "--data", shared.data).stdout.split()
    page = await moderator(browser, shared, screen)
    for path in ("/works", f"/works/{work}", "/participants", f"/participants/{hand}"):
        await page.goto(f"{shared.url}/admin{path}")
        assert await barriers(page) == [], path
        assert await page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), path
    await page.goto(f"{shared.url}/admin/works/{work}")
    await page.get_by_role("button", name="Pass").click()
    await expect(page.locator(".notice")).to_have_text("加油: passed.")
    await eventually(lambda: is_public(shared, work))
    await page.context.close()
