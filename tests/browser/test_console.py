"""The console in Chromium: every page without barriers, on a desk and on a phone, day and night."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.axe import barriers
from tests.browser.conftest import DESK, PHONE
from tests.browser.console_pages import PAGES, SIGN_IN, add_account, sign_in
from tests.integration.command import jielong
from tests.integration.console import PASSWORD
from tests.service import Service


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"admin_password": PASSWORD}


@pytest.fixture(scope="module")
def grace(shared: Service) -> None:
    """An account, whose page is looked at."""
    made = jielong("admin", "add", "grace", "--oidc", "--data", shared.data)
    assert made.returncode == 0, made


async def is_as_wide_as_the_screen(page: Page) -> bool:
    wide: bool = await page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    return wide


@pytest.mark.parametrize(
    ("screen", "locale"), [(DESK, "en-GB"), (PHONE, "zh-CN")], ids=["desk", "phone"]
)
async def test_no_page_has_a_barrier(
    shared: Service, browser: Browser, grace: None, screen: dict[str, Any], locale: str
) -> None:
    context = await browser.new_context(**screen, locale=locale)
    page = await context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    await page.goto(shared.url + "/admin" + SIGN_IN.path)
    assert await barriers(page) == []
    await sign_in(page, shared)
    for one in PAGES:
        await page.goto(f"{shared.url}/admin{one.path}")
        assert await barriers(page) == [], one
        assert await is_as_wide_as_the_screen(page), one
    await context.close()
    assert troubles == []


async def test_dangerous_things_are_asked_for_once_more(shared: Service, browser: Browser) -> None:
    context = await browser.new_context(**DESK, locale="en-GB")
    page = await context.new_page()
    await sign_in(page, shared)
    await add_account(page, shared, "alan", "viewer")
    row = page.get_by_role("row", name="alan")
    await row.get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("Remove the account alan?")).to_be_visible()
    assert await barriers(page) == []
    await page.get_by_role("link", name="Leave it").click()
    await page.goto(f"{shared.url}/admin/accounts")
    await row.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Remove").click()
    await expect(page.locator(".notice")).to_have_text("alan is removed.")
    await expect(row).to_have_count(0)
    await context.close()


MARK_TILES = """addEventListener("DOMContentLoaded",
  () => (document.querySelector(".tiles").id = "old"))"""


async def test_the_overview_is_drawn_anew_by_itself(shared: Service, browser: Browser) -> None:
    context = await browser.new_context(**DESK, locale="en-GB")
    page = await context.new_page()
    await sign_in(page, shared)
    await page.add_init_script(MARK_TILES)  # before the first figures come
    await page.goto(f"{shared.url}/admin/")
    await expect(page.locator("#old")).to_have_count(0)
    await expect(page.locator(".tiles")).to_be_visible()
    await context.close()
