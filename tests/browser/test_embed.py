"""The page of a campaign on other sites: those that may show it, and those that may not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FrameLocator, Page, expect

from tests.browser.axe import barriers
from tests.browser.other_site import address_of, other_site
from tests.browser.participant_page import LIMIT_MS
from tests.integration.http import ask
from tests.service import Service, free_port

PORT = free_port()
FRIEND, STRANGER = f"http://localhost:{PORT}", f"http://127.0.0.1:{PORT}"
"""Two origins with one server."""

CAMPAIGNS = f"""
[[campaign]]
id = "default"
title = "Open hands"
embed = ["{FRIEND}"]
[[campaign]]
id = "alone"
"""
TAG = '<jielong-relay campaign="default"></jielong-relay>'

Site = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A campaign that one other site may show, and one that none may."""
    file = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    file.write_text(CAMPAIGNS)
    return {"campaigns": file}


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    """The server of both other sites."""
    with other_site(PORT):
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def site(browser: Browser, shared: Service, server: None) -> AsyncIterator[Site]:
    """Opens a page of another site with this in its body, and the script of the service."""
    contexts = []

    async def visit(body: str, origin: str = FRIEND, width: int = 360) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": 900}, locale="en", service_workers="block"
        )
        contexts.append(context)
        page = await context.new_page()
        document = (
            f'<!doctype html><html lang="en"><title>Paper</title><body style="margin:0"><main>'
            f'<h1>Paper</h1>{body}</main><script src="{shared.url}/embed.js" async></script>'
        )
        await page.goto(address_of(origin, document))
        return page

    yield visit
    for context in contexts:
        await context.close()


def framed(page: Page) -> FrameLocator:
    """What is in the frame."""
    return page.frame_locator("jielong-relay iframe")


async def test_a_site_that_may_shows_the_page_and_people_join_in_it(site: Site) -> None:
    page = await site(TAG)
    join = framed(page).get_by_test_id("join")
    await expect(join).to_be_enabled(timeout=LIMIT_MS)
    await expect(framed(page).get_by_test_id("campaign-title")).to_have_text("Open hands")
    assert await barriers(page) == []
    await join.click()
    await expect(framed(page).locator("body")).to_have_attribute(
        "data-state", "waiting", timeout=LIMIT_MS
    )


async def test_a_site_that_may_not_shows_nothing_of_it(site: Site) -> None:
    page = await site(TAG, STRANGER)
    await page.wait_for_function("document.querySelector('jielong-relay').shadowRoot")
    refused = [frame async for frame in _settled(page)]
    assert [frame.url for frame in refused] == ["chrome-error://chromewebdata/"]


async def test_a_campaign_without_origins_is_in_no_frame(site: Site, shared: Service) -> None:
    page = await site('<jielong-relay campaign="alone"></jielong-relay>')
    refused = [frame async for frame in _settled(page)]
    assert [frame.url for frame in refused] == ["chrome-error://chromewebdata/"]
    for path in ("/", "/c/default", "/embed/alone", "/gallery"):
        policy = (await ask(shared, path)).headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
    policy = (await ask(shared, "/embed/default")).headers["content-security-policy"]
    assert f"frame-ancestors 'self' {FRIEND}" in policy


async def _settled(page: Page) -> AsyncIterator[Any]:
    """The frames in the page, once Chromium has shown something in each of them."""
    await page.wait_for_load_state("networkidle")
    for frame in page.frames[1:]:
        await frame.wait_for_load_state()
        yield frame


async def test_a_column_of_320_pixels_is_wide_enough(site: Site) -> None:
    page = await site(TAG, width=320)
    await expect(framed(page).get_by_test_id("join")).to_be_enabled(timeout=LIMIT_MS)
    (frame,) = page.frames[1:]
    sizes = await frame.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert sizes == [320, 320]
    height = "document.querySelector('jielong-relay').offsetHeight"
    await page.wait_for_function(f"{height} >= 720")
    needed = await frame.evaluate("document.documentElement.scrollHeight")
    await page.wait_for_function(f"(needed) => {height} >= needed", arg=needed)


async def test_only_the_page_in_the_frame_says_how_high_it_is(site: Site) -> None:
    page = await site(TAG)
    await expect(framed(page).get_by_test_id("join")).to_be_enabled(timeout=LIMIT_MS)
    height = "document.querySelector('jielong-relay').offsetHeight"
    before = await page.evaluate(height)
    await page.evaluate("postMessage({jielong: 'height', height: 1900}, '*')")
    assert await page.evaluate(f"new Promise((next) => setTimeout(() => next({height}), 50))") == (
        before
    )
    (frame,) = page.frames[1:]
    await frame.evaluate("parent.postMessage({jielong: 'height', height: 1900}, '*')")
    await page.wait_for_function(f"{height} === 1900")


async def test_the_attributes_choose_campaign_language_and_height(
    site: Site, shared: Service
) -> None:
    page = await site(
        f'<jielong-relay campaign="default" server="{shared.url}" lang="ja" height="600">'
        "</jielong-relay>"
    )
    await expect(framed(page).locator("html")).to_have_attribute("lang", "ja", timeout=LIMIT_MS)
    assert await page.evaluate("document.querySelector('jielong-relay').offsetHeight") == 600
    title = await page.locator("jielong-relay iframe").get_attribute("title")
    assert title
    assert "接龍" in title


async def test_the_script_is_kept_and_asked_for_again(shared: Service) -> None:
    script = await ask(shared, "/embed.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "stale-while-revalidate" in script.headers["cache-control"]
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    again = await ask(shared, "/embed.js", If_None_Match=script.headers["etag"])
    assert again.status == 304
