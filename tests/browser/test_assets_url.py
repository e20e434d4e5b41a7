"""The page with its assets on another host, as a CDN has them."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.conftest import Stranger
from tests.browser.journey import write_a_work
from tests.browser.service_workers import KEEPS, READY
from tests.service import Service


async def test_two_strangers_write_a_work_with_assets_of_another_host(
    stranger: Stranger, serve: Callable[..., Service]
) -> None:
    cdn = serve("cdn", bundled=True)
    service = serve(bundled=True, assets_url=cdn.url)
    _, loaded = await write_a_work(stranger, service)
    assets = [address for address in loaded.addresses if "/assets/" in address]
    assert len(assets) > 20
    assert [address for address in assets if not address.startswith(f"{cdn.url}/assets/")] == []
    assert loaded.missing == []


async def test_the_service_worker_keeps_the_assets_of_another_host(
    stranger: Stranger, serve: Callable[..., Service]
) -> None:
    cdn = serve("cdn", bundled=True)
    service = serve(bundled=True, assets_url=cdn.url)
    one = await stranger(service, **KEEPS)
    await one.is_in("idle")
    await one.page.evaluate(READY)
    cdn.stop()
    await one.page.reload()
    await one.is_in("idle")
