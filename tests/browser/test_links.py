"""The links between the pages of one campaign."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESK, PHONE, Stranger
from tests.browser.participant_page import LIMIT_MS
from tests.finish_work import finish_work
from tests.service import Service


async def test_from_home_to_the_gallery_and_back(stranger: Stranger, shared: Service) -> None:
    work = await finish_work(shared)
    one = await stranger(shared, "/", **PHONE)
    await one.is_in("idle")
    await one.see("gallery-link").tap()
    await expect(one.see("card")).to_have_attribute("data-work", work, timeout=LIMIT_MS)
    await one.page.get_by_role("link", name="接龙，回到首页").tap()
    await one.is_in("idle")
    await expect(one.see("wall-link")).to_be_hidden()  # It wants a wide screen.


async def test_from_home_to_the_wall_the_gallery_and_back(
    stranger: Stranger, service: Service
) -> None:
    await finish_work(service)
    one = await stranger(service, "/", **DESK)
    await one.is_in("idle")
    await one.see("wall-link").click()
    await one.is_in("shown")
    await one.see("wall-gallery").click()
    await expect(one.see("card")).to_have_count(1, timeout=LIMIT_MS)
    await one.see("gallery-wall").click()
    await one.is_in("shown")
    await one.see("wall-home").click()
    await one.is_in("idle")


@pytest.mark.parametrize("path", ["/gallery", "/wall"])
async def test_links_keep_to_the_campaign_of_the_page(
    stranger: Stranger, shared: Service, path: str
) -> None:
    one = await stranger(shared, f"{path}?campaign=default")
    links = await one.page.locator("a[data-keeps-campaign]").all()
    assert len(links) > 1
    for link in links:
        await expect(link).to_have_attribute("href", re.compile(r"\?campaign=default$|/c/default$"))
