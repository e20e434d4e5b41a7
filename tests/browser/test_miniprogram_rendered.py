"""The mini-program as a user sees it: its pages, rendered by WeChat's own framework."""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio
from jielong import Participant, Pen
from playwright.async_api import Browser, CDPSession, Page, Route, expect

from tests.browser.miniprogram_campaign import CAMPAIGNS, pull_until_shown
from tests.browser.participant_page import LIMIT_MS
from tests.browser.phone import WECHAT, copy_program
from tests.finish_work import finish_work
from tests.service import ROOT, Service

HERE = Path(__file__).parent
TOOLS = ROOT / "tests" / "tools"
PAGES = ("pages/relay/relay", "pages/campaign/campaign", "pages/give/give")
PHONE = {"width": 375, "height": 760}

STROKES = [[(0.2, 0.5), (0.8, 0.48)], [(0.5, 0.2), (0.52, 0.85)]]
"""Two strokes, in shares of the paper."""

INKED = """(least) => {
  const { width, height } = paper;
  const { data } = paper.getContext("2d").getImageData(0, 0, width, height);
  return data.filter((value, i) => i % 4 === 3 && value > 200).length > least;
}"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A campaign with three relays."""
    file = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    file.write_text(CAMPAIGNS, encoding="utf-8")
    return {"campaigns": file}


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, shared: Service, tmp_path: Path) -> AsyncIterator[Page]:
    """A phone that has the mini-program, compiled."""
    program = await copy_program(tmp_path / "program")
    compiled = await asyncio.to_thread(
        subprocess.run,
        ["node", TOOLS / "wxml.mjs", program, *PAGES],
        capture_output=True,
        check=True,
        timeout=60,
    )
    (program / "templates.js").write_bytes(compiled.stdout)
    folders = {
        "glass-easel": TOOLS / "node_modules",
        "miniprogram": program,
        "glass_easel.js": HERE / "glass_easel.js",
    }
    context = await browser.new_context(
        viewport=PHONE, has_touch=True, device_scale_factor=2, bypass_csp=True
    )
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    async def serve(route: Route) -> None:
        first, _, rest = route.request.url.removeprefix(f"{shared.url}/").partition("/")
        file = folders[first] / rest if rest else folders[first]
        await (route.fulfill(path=file) if file.exists() else route.fulfill(status=404))

    for first in folders:
        await page.route(f"{shared.url}/{first}{'' if '.' in first else '/**'}", serve)
    await page.goto(f"{shared.url}/healthz")
    await page.set_content((HERE / "glass_easel.html").read_text(encoding="utf-8"))
    await page.wait_for_function("() => window.renderPage", timeout=LIMIT_MS)
    yield page
    await context.close()
    assert errors == []


class Finger:
    """Touches the paper."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        self._page = page
        self._session = session

    async def write(self) -> None:
        """Write the strokes."""
        box = await self._page.locator("canvas.paper").bounding_box()
        assert box
        for begin, end in STROKES:
            for i in range(11):
                share = [a + (b - a) * i / 10 for a, b in zip(begin, end, strict=True)]
                x, y = box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"]
                await self._touch("touchMove" if i else "touchStart", [{"x": x, "y": y}])
            await self._touch("touchEnd", [])

    async def _touch(self, kind: str, points: list[dict[str, float]]) -> None:
        touch = {"type": kind, "touchPoints": points}
        await self._session.send("Input.dispatchTouchEvent", touch)


async def button(page: Page, words: str) -> None:
    """Tap a button, once it can be tapped."""
    found = page.locator("button", has_text=words)
    await expect(found).to_be_enabled(timeout=LIMIT_MS)
    await found.tap()


async def shows(page: Page, words: str) -> None:
    """Wait until the screen shows these words."""
    await expect(page.get_by_text(words).first).to_be_visible(timeout=LIMIT_MS)


async def open_page(phone: Page, shared: Service, name: str, **query: str) -> None:
    """Go to a page of the mini-program."""
    await phone.evaluate(WECHAT, [shared.ws_url, name, query])


async def pledge(phone: Page, shared: Service) -> None:
    """Make a pledge, look at its certificate and share it."""
    await phone.locator(".entry", has_text="承诺拒吃野味").get_by_text("我承诺").tap()
    await shows(phone, "你是第 1 位承诺的人")
    await button(phone, "看证书")
    picture = await phone.evaluate("previewed")
    answer = await phone.request.get(shared.url + picture.removeprefix("https://jielong.example"))
    assert answer.headers["content-type"] == "image/png"
    await button(phone, "发给朋友")
    assert await phone.evaluate("card") == {
        "title": "我承诺：承诺拒吃野味",
        "path": "/pages/campaign/campaign?campaign=default",
        "imageUrl": picture,
    }


async def give(phone: Page, shared: Service) -> None:
    """Get the address of the organiser's page, and see it where WeChat allows that."""
    await shows(phone, "目标 ¥1,000,000")
    await button(phone, "去捐赠")
    address = await phone.evaluate("copied")
    assert address == "https://jielong.example/go/default/angels"
    assert "不经手任何款项" in (await phone.evaluate("asked"))["content"]
    await open_page(phone, shared, "give", address=quote(address, safe=""))
    await expect(phone.locator("web-view")).to_have_attribute("src", address, timeout=LIMIT_MS)


async def test_from_the_first_screen_to_the_works_of_others_and_a_gift(
    phone: Page, shared: Service
) -> None:
    public = await finish_work(shared)
    await open_page(phone, shared, "relay")
    await shows(phone, "写哪一句：随缘")
    finger = Finger(phone, await phone.context.new_cdp_session(phone))
    async with await Participant.connect(shared.ws_url) as other:
        await other.join(phrase="jiayou")
        await button(phone, "开始")
        writing = asyncio.create_task(
            other.write_relay(Pen(random.Random(7)), pace=1.0, timeout=30.0)
        )
        await phone.wait_for_function(INKED, arg=500, timeout=LIMIT_MS)  # live ink
        await expect(phone.locator(".char.now")).to_have_text("油", timeout=LIMIT_MS)
        await expect(phone.locator(".sheet.writing")).to_be_visible(timeout=LIMIT_MS)
        await expect(phone.locator("button", has_text="写好了")).to_be_disabled()
        await finger.write()
        await phone.evaluate("() => { page.onHide(); socket.close(); }")  # to another app, and back
        await shows(phone, "网断了")
        await phone.evaluate("page.onShow()")
        await button(phone, "写好了")
        await writing
    await shows(phone, "位落笔的人")
    await button(phone, "存下海报")
    await phone.wait_for_function("() => window.kept?.startsWith('data:image/png')")
    await button(phone, "发给朋友")
    assert (await phone.evaluate("card"))["title"] == "我和一位素不相识的人，合写了「加油」"
    await button(phone, "看看大家")
    assert await phone.evaluate("went") == "/pages/campaign/campaign?campaign=default"
    await phone.evaluate("page.onUnload()")
    await open_page(phone, shared, "campaign", campaign="default")
    await pull_until_shown(phone, public)
    await expect(phone.locator(".work").last).to_be_visible(timeout=LIMIT_MS)
    await pledge(phone, shared)
    await give(phone, shared)
