"""The service worker: a visit from the device, new versions, and its end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Stranger
from tests.browser.participant_page import ParticipantPage
from tests.browser.service_workers import KEEPS, READY
from tests.finish_work import finish_work
from tests.polling import eventually
from tests.service import ROOT, SERVE, Service, start_service

GONE = """async () => {
  const left = async () =>
    (await navigator.serviceWorker.getRegistrations()).length + (await caches.keys()).length;
  while (await left()) await new Promise(requestAnimationFrame);
}"""
FRESH = """async (marker) => {
  const kept = async () => (await (await caches.match("/", { ignoreVary: true }))?.text()) ?? "";
  while (!(await kept()).includes(marker)) await new Promise(requestAnimationFrame);
}"""
OFFLINE = {
    "zh-CN": "现在连不上网",
    "zh-TW": "現在連不上網路",
    "en-US": "You are offline",
    "ja-JP": "いまは",
}


class Releases:
    """A service whose page changes from release to release, at one address.

    A test names it before `stranger`, so that pages are closed before the service stops.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in ("server", "static"):
            # With the bytecode, but not what somebody else is about to write.
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc.*"))
        (folder / "client").symlink_to(ROOT / "client")
        self.service = self._start(None)

    def release(self, marker: str, **settings: object) -> None:
        """Stop, change the page's description, and start again."""
        self.service.stop()
        page = self._folder / "static" / "pages" / "home.html"
        page.write_text(page.read_text().replace('{{ summary or words("about") }}', marker))
        self.service = self._start(self.service.port, **settings)

    def _start(self, port: int | None, **settings: object) -> Service:
        data = self._folder / "data"
        return start_service(
            data, port=port, command=SERVE, cwd=self._folder, bundled=True, **settings
        )


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[Releases]:
    made = Releases(tmp_path)
    yield made
    made.service.stop()


async def settle(stranger: Stranger, service: Service, **options: Any) -> ParticipantPage:
    """A page whose service worker has all that it wants."""
    one = await stranger(service, **{**KEEPS, **options})
    await one.is_in("idle")
    await one.page.evaluate(READY)
    return one


async def marker_of(page: Page) -> str | None:
    return await page.locator("meta[name=description]").get_attribute("content")


async def test_the_next_visit_starts_from_the_device_and_leaves_the_rest_alone(
    stranger: Stranger, serve: Callable[..., Service]
) -> None:
    service = serve(bundled=True)
    work = await finish_work(service)
    one = await settle(stranger, service)
    answers: dict[str, bool] = {}
    one.page.on("response", lambda it: answers.update({it.url: it.from_service_worker}))
    await one.page.reload()
    await one.is_in("idle")
    page = [url for url in answers if "/api/" not in url]  # it may ask for new works meanwhile
    assert len(page) > 3
    assert {answers[url] for url in page} == {True}
    answers.clear()
    await one.page.goto(f"{service.url}/w/{work}")
    await one.is_in("shown")
    await one.page.goto(f"{service.url}/gallery")
    await expect(one.page.locator(f"a[href='/w/{work}']")).to_be_visible()
    ours = [url for url in answers if "/assets/" not in url and not url.endswith("/gallery")]
    assert len(ours) >= 3
    assert {answers[url] for url in ours} == {False}


@pytest.mark.parametrize("locale", OFFLINE)
async def test_without_a_network_the_page_says_so_in_every_language(
    stranger: Stranger, serve: Callable[..., Service], locale: str
) -> None:
    service = serve(bundled=True)
    one = await settle(stranger, service, locale=locale)
    service.stop()
    await one.page.goto(f"{service.url}/gallery")
    await expect(one.see("offline-title")).to_contain_text(OFFLINE[locale])
    await one.page.goto(f"{service.url}/")
    await one.is_in("offline")
    await expect(one.see("message-title")).to_be_visible()
    one.forget_lost_lines()


async def test_an_old_page_is_shown_once_at_most_after_a_release(
    releases: Releases, stranger: Stranger
) -> None:
    one = await settle(stranger, releases.service)
    releases.release("第二版")
    await one.page.reload()
    assert "一笔一画" in str(await marker_of(one.page))
    await one.page.evaluate(FRESH, "第二版")
    await one.page.reload()
    assert "第二版" in str(await marker_of(one.page))
    await one.is_in("idle")
    one.forget_lost_lines()


async def test_an_old_page_is_not_shown_again_when_nobody_stayed_for_the_new_one(
    releases: Releases, stranger: Stranger
) -> None:
    one = await settle(stranger, releases.service)
    releases.service.stop()
    await one.page.reload()
    releases.release("第三版")
    await one.page.reload()
    assert "第三版" in str(await marker_of(one.page))
    one.forget_lost_lines()


async def test_it_can_be_withdrawn(releases: Releases, stranger: Stranger) -> None:
    one = await settle(stranger, releases.service)
    releases.release("第四版", service_worker=False)
    await one.page.reload()
    await one.page.evaluate(GONE)

    async def uncontrolled() -> bool:
        await one.page.reload()
        return await one.page.evaluate("navigator.serviceWorker.controller === null") is True

    await eventually(uncontrolled)
    assert "第四版" in str(await marker_of(one.page))
    one.forget_lost_lines()
