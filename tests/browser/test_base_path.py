"""The page behind a proxy, below a path of a host that is not the service's alone."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Stranger
from tests.browser.journey import write_a_work
from tests.browser.nginx import PathProxy
from tests.finish_work import finish_work
from tests.polling import eventually
from tests.service import Service

BASE = "/jielong"
QR_CODE = "async ([module, text]) => (await import(module)).qrCodeOf(text).path"
CANONICAL = "document.querySelector('link[rel=canonical]').href"


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"base_path": BASE}


@pytest.fixture(scope="module", params=[True, False], ids=["stripped", "kept"])
def proxy(
    shared: Service, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[PathProxy]:
    """An nginx in front of the service, which strips the path from requests or keeps it."""
    nginx = PathProxy.start(tmp_path_factory.mktemp("nginx"), shared, BASE, strips=request.param)
    yield nginx
    nginx.stop()


async def test_two_strangers_write_a_work_below_the_path(
    proxy: PathProxy, stranger: Stranger
) -> None:
    one, loaded = await write_a_work(stranger, proxy)
    paths = {urlsplit(address).path for address in loaded.addresses}
    assert [path for path in paths if not path.startswith(f"{BASE}/")] == []
    assert loaded.missing == []
    assert f"{BASE}/ws" in paths
    completed = await one.hears("completed")
    address = f"{proxy.url}/w/{completed['work']}"
    assert one.page.url.partition("?")[0] == address
    assert await one.page.evaluate(CANONICAL) == address
    picture = one.page.locator("meta[property='og:image']").first
    assert await picture.get_attribute("content") == f"{address}/picture.png"
    assert (await one.page.request.get(f"{address}/picture.png")).ok


async def test_a_friend_comes_by_the_link_of_an_invitation(
    proxy: PathProxy, stranger: Stranger
) -> None:
    one = await stranger(proxy)
    await one.join()
    await one.is_in("waiting")
    await one.see("invite").click()
    link = one.see("invite-link")
    code = (await one.hears("invited"))["code"]
    await expect(link).to_have_value(f"{proxy.url}/c/default?invite={code}")
    friend = await stranger(proxy, (await link.input_value()).removeprefix(proxy.url))
    await friend.is_in("their-turn")


async def test_the_app_starts_below_the_path(proxy: PathProxy, stranger: Stranger) -> None:
    one = await stranger(proxy, "/gallery")
    browser = await one.page.context.new_cdp_session(one.page)
    told = await browser.send("Page.getAppManifest")
    assert told["errors"] == []
    assert told["manifest"]["startUrl"] == told["manifest"]["scope"] == f"{proxy.url}/"
    assert {icon["url"].startswith(f"{proxy.url}/") for icon in told["manifest"]["icons"]} == {True}


async def test_links_and_codes_lead_below_the_path(
    proxy: PathProxy, stranger: Stranger, shared: Service
) -> None:
    one = await stranger(proxy, "/wall")
    code = one.see("wall-code").locator("path")
    wanted = [f"{proxy.url}/static/js/shared/qr-code.js", f"{proxy.url}/"]
    await expect(code).to_have_attribute("d", await one.page.evaluate(QR_CODE, wanted))
    await one.page.goto(f"{proxy.url}/?campaign=nonsense")
    await expect(one.see("work-join")).to_have_attribute("href", f"{BASE}/")
    one.troubles.clear()  # The answer 404 is logged.
    link = one.page.locator(f"a[href='{BASE}/w/{await finish_work(shared)}']")

    async def is_listed() -> bool:
        """The list may be a second old, and the gallery asks for it once."""
        await one.page.goto(f"{proxy.url}/gallery")
        await one.is_in("end")
        return await link.count() == 1

    await eventually(is_listed)
    await expect(link).to_be_visible()
