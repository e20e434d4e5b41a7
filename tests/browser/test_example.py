"""The example of the npm package: participants on a <canvas> of thirty lines."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Page, Route, expect

from tests.browser.participant_page import LIMIT_MS
from tests.service import ROOT, Service

PACKAGE = ROOT / "client" / "js"

SHOW = """(html) => {
  document.body.innerHTML = html;
  return import("/example/examples/canvas.js");
}"""

INKED = """() => {
  const paper = document.getElementById("paper");
  const { data } = paper.getContext("2d").getImageData(0, 0, paper.width, paper.height);
  return data.some((value) => value > 0);
}"""


async def open_example(browser: Browser, service: Service, errors: list[str]) -> Page:
    """The example in a browser of its own, on the origin of the service."""
    page = await (await browser.new_context()).new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))

    async def serve(route: Route) -> None:
        path = route.request.url.partition("/example/")[2].partition("?")[0]
        await route.fulfill(path=PACKAGE / path, content_type="text/javascript; charset=utf-8")

    await page.route("**/example/**", serve)
    await page.goto(f"{service.url}/healthz?url={service.ws_url}")
    await page.evaluate(SHOW, (PACKAGE / "examples" / "canvas.html").read_text())
    return page


async def write(page: Page) -> None:
    """A stroke from left to right."""
    box = await page.locator("#paper").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 60, box["y"] + 200)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 340, box["y"] + 180, steps=20)
    await page.mouse.up()


async def test_two_people_on_a_canvas_write_a_work(browser: Browser, service: Service) -> None:
    errors: list[str] = []
    host = await open_example(browser, service, errors)
    await expect(host.locator("#status")).to_contain_text("waiting", timeout=LIMIT_MS)
    guest = await open_example(browser, service, errors)
    pages = (host, guest)
    for c in range(8):
        writer, reader = pages[c % 2], pages[1 - c % 2]
        status = writer.locator("#status")
        await expect(status).to_have_text(re.compile("my-turn|done"), timeout=LIMIT_MS)
        if "done" in await status.inner_text():
            break
        await write(writer)
        await reader.wait_for_function(INKED, timeout=LIMIT_MS)
        await writer.locator("#commit").click()
    for page in pages:
        await expect(page.locator("#status")).to_have_text(re.compile("done /w/"), timeout=LIMIT_MS)
    assert errors == []
