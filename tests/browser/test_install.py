"""The service as an installed app: manifest and icons; pages load nothing from other hosts."""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any
from urllib.parse import urljoin

from tests.browser.conftest import Stranger
from tests.finish_work import finish_work
from tests.service import Service

PAGES = ("/gallery", "/wall", "/w/{work}")
MANIFEST = "/manifest.webmanifest"


async def test_chromium_finds_the_app_installable(stranger: Stranger, shared: Service) -> None:
    work = await finish_work(shared)
    one = await stranger(shared, "/gallery")
    browser = await one.page.context.new_cdp_session(one.page)
    for path in PAGES:
        await one.page.goto(shared.url + path.format(work=work))
        told = await browser.send("Page.getAppManifest")
        assert told["url"] == shared.url + MANIFEST
        assert told["errors"] == []
        found = await browser.send("Page.getInstallabilityErrors")
        # A private window, as every test has one, is the one thing Chromium minds.
        assert {e["errorId"] for e in found["installabilityErrors"]} <= {"in-incognito"}


async def test_the_icons_are_there_in_the_sizes_that_the_manifest_says(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared, "/gallery")
    answer = await one.page.request.get(shared.url + MANIFEST)
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest: dict[str, Any] = json.loads(await answer.text())
    for member in ("start_url", "scope"):
        assert urljoin(answer.url, manifest[member]) == f"{shared.url}/"
    kinds = set()
    for icon in manifest["icons"]:
        picture = await one.page.request.get(urljoin(answer.url, icon["src"]))
        assert picture.ok
        assert picture.headers["content-type"].split(";")[0] == icon["type"]
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", (await picture.body())[16:24])
            assert icon["sizes"] == f"{width}x{height}"
            kinds.add((icon["purpose"], width))
    assert kinds >= {("any", 192), ("any", 512), ("maskable", 192), ("maskable", 512)}


async def test_no_page_asks_anybody_but_its_own_service(
    stranger: Stranger, shared: Service
) -> None:
    work = await finish_work(shared)
    one = await stranger(shared, "/gallery")
    asked: list[str] = []
    one.page.on("request", lambda request: asked.append(request.url))
    async with asyncio.timeout(90):
        for path in ("/", *PAGES, "/w/{work}#poster"):
            await one.page.goto(shared.url + path.format(work=work), wait_until="load")
            await one.page.wait_for_timeout(1000)
    assert len(asked) > 20
    own = (shared.url, "data:", "blob:", "ws:" + shared.url.removeprefix("http:"))
    assert [url for url in asked if not url.startswith(own)] == []
