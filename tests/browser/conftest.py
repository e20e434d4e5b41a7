"""Fixtures of the browser tests: participants at the real page, and the core in a blank page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect

from tests.browser.kept_browser import CLOSE_SECONDS, KeptBrowser
from tests.browser.participant_page import LIMIT_MS, ParticipantPage
from tests.service import ROOT, Service

HERE = Path(__file__).parent
DESK: dict[str, Any] = {"viewport": {"width": 1000, "height": 760}}
USUAL: dict[str, Any] = {**DESK, "locale": "zh-CN", "service_workers": "block"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
CORE_ORIGIN = "http://core.test"

Stranger = Callable[..., Awaitable[ParticipantPage]]
Core = Callable[..., Awaitable[Any]]

expect.set_options(timeout=LIMIT_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them share one loop, because they share a browser, and have a second try.

    Now and then one hangs in Chromium itself. The summary names and shows every try that failed.
    """
    for item in items:
        if pytest_asyncio.is_async_test(item) and HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kept_browser() -> AsyncIterator[KeptBrowser]:
    """The Chromium of all tests; each has contexts of its own in it."""
    kept = KeptBrowser()
    yield kept
    await kept.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(kept_browser: KeptBrowser) -> AsyncIterator[Browser]:
    """Chromium, without what an earlier test has left."""
    async with kept_browser.borrowed() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(
    browser: Browser,
    serve: Callable[..., Service],  # so that pages close before their service stops
) -> AsyncIterator[Stranger]:
    """Opens a service's page for a new person, in a browser context of its own.

    Keywords go to the context; the browser speaks Chinese and has no service worker unless told
    otherwise. When the test ends, no page may have logged an error.
    """
    opened: list[ParticipantPage] = []

    async def arrive(service: Service, path: str = "/", **options: Any) -> ParticipantPage:
        context = await browser.new_context(**{**USUAL, **options})
        participant = ParticipantPage(await context.new_page())
        opened.append(participant)
        await participant.page.goto(service.url + path)
        return participant

    yield arrive
    async with asyncio.timeout(CLOSE_SECONDS):
        for participant in opened:
            await participant.page.context.close()
    assert [trouble for participant in opened for trouble in participant.troubles] == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def core(kept_browser: KeptBrowser) -> AsyncIterator[Core]:
    """Runs a function of JavaScript, with one argument, where `/client/js/` can be imported."""
    page = await (await kept_browser.get()).new_page()
    await page.route(f"{CORE_ORIGIN}/**", _serve_core)
    await page.goto(CORE_ORIGIN)
    yield page.evaluate


async def _serve_core(route: Route) -> None:
    path = route.request.url.removeprefix(CORE_ORIGIN).lstrip("/")
    if path.startswith("client/js/"):
        await route.fulfill(path=ROOT / path, content_type="text/javascript; charset=utf-8")
    else:
        await route.fulfill(body="<!doctype html>", content_type="text/html")
