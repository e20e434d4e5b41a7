"""The mini-program on a phone: a browser's functions in the place of WeChat's."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, Route

from tests.browser.participant_page import LIMIT_MS
from tests.service import ROOT, Service

SOURCE = ROOT / "client" / "miniprogram"
WECHAT = (Path(__file__).parent / "wechat.js").read_text(encoding="utf-8")

UNTIL = """async ([what, value, limit]) => {
  const end = performance.now() + limit;
  while (JSON.stringify(window.shown[what]) !== JSON.stringify(value)) {
    if (performance.now() > end) throw new Error(JSON.stringify(window.shown));
    await new Promise(requestAnimationFrame);
  }
}"""

WRITE = """() => {
  let t = performance.now();
  for (const [from, to] of [[[60, 150], [240, 140]], [[150, 50], [155, 260]]]) {
    for (let i = 0; i <= 20; i += 1) {
      const [x, y] = [0, 1].map((axis) => from[axis] + (to[axis] - from[axis]) * i / 20);
      t += 12;
      page[i ? "move" : "down"]({ touches: [{ x, y, force: 0 }], timeStamp: t });
    }
    page.up();
  }
}"""
"""Writes two strokes with a finger."""


async def copy_program(folder: Path) -> Path:
    """The mini-program as DevTools would see it, with its copy of the core, below `folder`."""
    copy = folder / "client" / "miniprogram"
    await asyncio.to_thread(shutil.copytree, SOURCE, copy, ignore=shutil.ignore_patterns("jielong"))
    for name in ("client/js", "static/js", "static/vendor"):
        await asyncio.to_thread(shutil.copytree, ROOT / name, folder / name)
    process = await asyncio.create_subprocess_exec(copy / "copy-core")
    assert await process.wait() == 0
    return copy


@asynccontextmanager
async def phone_at(context: BrowserContext, service: Service, program: Path) -> AsyncIterator[Page]:
    """A page where the mini-program's modules can be imported; at the end it may have no error."""
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    async def serve(route: Route) -> None:
        path = program / route.request.url.partition("/miniprogram/")[2]
        await route.fulfill(path=path, content_type="text/javascript; charset=utf-8")

    await page.route("**/miniprogram/**", serve)
    await page.goto(f"{service.url}/healthz")
    yield page
    await page.close()
    assert errors == []


async def shows(page: Page, what: str, value: object) -> None:
    """Wait until the template is given this value."""
    await page.evaluate(UNTIL, [what, value, LIMIT_MS])


async def start_program(
    page: Page, service: Service, name: str = "relay", **query: Any
) -> list[list[str]]:
    """Open a page of the mini-program; the subprotocols that it has offered."""
    dialled: list[list[str]] = await page.evaluate(WECHAT, [service.ws_url, name, query])
    return dialled


async def open_page(page: Page, service: Service, **query: Any) -> list[list[str]]:
    """The same, and wait until it can join."""
    dialled = await start_program(page, service, **query)
    await shows(page, "screen", "idle")
    return dialled
