"""Takes a picture of every page of the console, on a desk and on a phone, by day and by night.

`python -m tests.browser.console_screens OUTDIR`
"""

from __future__ import annotations

import asyncio
import base64
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.console_pages import (
    FOLLOWED,
    PAGES,
    SIGN_IN,
    ConsolePage,
    add_account,
    follow,
    sign_in,
)
from tests.browser.console_visitors import CAMPAIGNS, have_visitors
from tests.browser.launch import launch
from tests.browser.screens_album import QUALITY, VIEWS
from tests.integration.command import jielong
from tests.integration.console import PASSWORD
from tests.polling import eventually
from tests.service import Service, start_service

ACCOUNTS = (("ada", "owner"), ("grace", "moderator"), ("alan", "editor"), ("mary", "viewer"))

READY = """document.readyState === 'complete' && !document.querySelector('[aria-busy=true]')
    && [...document.images].every((one) => one.complete)"""
"""Whether everything of a page is there. The overview follows its figures for ever."""


async def until_ready(page: Page) -> None:
    """Wait until all of a page is there. Its policy forbids what `wait_for_function` does."""

    async def is_ready() -> bool:
        return bool(await page.evaluate(READY))

    await eventually(is_ready)


async def take(page: Page, folder: Path, view: str, one: ConsolePage) -> None:
    """One picture, of the whole page."""
    camera = await page.context.new_cdp_session(page)
    options = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True}
    height = await page.evaluate("document.documentElement.scrollHeight")
    size = page.viewport_size or {"width": 0, "height": 0}
    clip = {"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1}
    taken = await camera.send("Page.captureScreenshot", {**options, "clip": clip})
    await camera.detach()
    picture = base64.b64decode(taken["data"])
    await asyncio.to_thread((folder / f"{view}-{one.name}.webp").write_bytes, picture)


async def tour(browser: Browser, service: Service, folder: Path, view: str) -> None:
    """All pictures of one view; by night in Chinese."""
    locale = "zh-CN" if "night" in view else "en-GB"
    context = await browser.new_context(locale=locale, **VIEWS[view])
    page = await context.new_page()
    await page.goto(f"{service.url}/admin{SIGN_IN.path}")
    await take(page, folder, view, SIGN_IN)
    await sign_in(page, service)
    for one in PAGES:
        await page.goto(f"{service.url}/admin{one.path}")
        await until_ready(page)
        await take(page, folder, view, one)
    for one in FOLLOWED:
        await follow(page, service, one)
        await until_ready(page)
        await take(page, folder, view, one)
    await context.close()


def write_index(folder: Path) -> None:
    """A page that shows them all."""
    lines = ["# The console, page by page", "", "`make screens` takes these pictures, too.", ""]
    for one in (SIGN_IN, *PAGES, *FOLLOWED):
        lines += [f"## {one.words}", ""]
        for view in VIEWS:
            seen = f"{one.words}, {view.replace('-', ' by ')}"
            lines.append(f'<img src="{view}-{one.name}.webp" alt="{seen}" height="360">')
        lines.append("")
    (folder / "README.md").write_text("\n".join(lines).rstrip() + "\n")


async def main(folder: Path) -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory() as data:
        campaigns = Path(data) / "campaigns.toml"
        campaigns.write_text(CAMPAIGNS, encoding="utf-8")
        settings = {"workers": 2, "admin_password": PASSWORD}
        service = await asyncio.to_thread(start_service, Path(data) / "data", **settings)
        words = ("campaign", "import", campaigns, "--data", service.data)
        await asyncio.to_thread(jielong, *words)
        try:
            async with async_playwright() as playwright:
                browser = await launch(playwright)
                page = await browser.new_page()
                await sign_in(page, service)
                for name, role in ACCOUNTS:
                    await add_account(page, service, name, role)
                visitors = await have_visitors(service)
                for view in VIEWS:
                    await tour(browser, service, folder, view)
                for peer in visitors:
                    await peer.close()
                await browser.close()
        finally:
            await asyncio.to_thread(service.stop)
    write_index(folder)


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(sys.argv[1])))
