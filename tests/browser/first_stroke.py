"""How long after navigation the paper takes the first stroke, and what was asked for until then,
with Chromium's own throttling. `bench.page` measures with it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, expect

CPU_SLOWDOWN = 4
LIMIT_SECONDS = 30
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
    "locale": "zh-CN",
}

PRESSES_THE_BUTTON = """
window.firstStroke = new Promise((writes) => {
  let pressed = false;
  new MutationObserver((_, observer) => {
    const join = document.querySelector('[data-testid=join]');
    if (!pressed && join && !join.disabled && document.body.dataset.state === 'idle') {
      pressed = true;
      join.click();
    }
    if (document.querySelector('.relay')?.dataset.writing !== 'true') return;
    observer.disconnect();
    writes(performance.now());
  }).observe(document, { subtree: true, childList: true, attributes: true });
});
"""
"""Takes a seat at once; the promise tells when the paper takes ink, in milliseconds."""


@dataclass(frozen=True)
class Line:
    """A line to the service.

    Attributes:
        name: for people.
        megabits: down, a second; a third of it up.
        latency_ms: there and back.
    """

    name: str
    megabits: float
    latency_ms: float


LINES = (Line("3 Mbit/s, 100 ms", 3, 100), Line("1.6 Mbit/s, 200 ms", 1.6, 200))


@dataclass(frozen=True)
class Visit:
    """One visit until the first stroke.

    Attributes:
        ms: from navigation until the paper takes ink.
        requests: those that reached the network, the WebSocket among them.
        kilobytes: what their answers took on the line; without the WebSocket's frames, and without
            fonts, which come when the line is free.
    """

    ms: float
    requests: tuple[str, ...]
    kilobytes: float


class _Requests:
    """Counts what a page asks the network for."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        self._bytes: dict[str, float] = {}
        self._at_hand: set[str] = set()

    async def watch(self, devtools: CDPSession) -> None:
        devtools.on("Network.requestWillBeSent", self._sent)
        devtools.on("Network.webSocketCreated", self._sent_socket)
        devtools.on("Network.requestServedFromCache", lambda it: self._at_hand.add(it["requestId"]))
        devtools.on("Network.responseReceived", self._received)
        devtools.on("Network.loadingFinished", self._finished)
        await devtools.send("Network.enable")

    def _sent(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            self._addresses[event["requestId"]] = event["request"]["url"]

    def _sent_socket(self, event: dict[str, Any]) -> None:
        self._addresses[event["requestId"]] = event["url"]

    def _received(self, event: dict[str, Any]) -> None:
        answer = event["response"]
        if answer.get("fromServiceWorker") or answer.get("fromDiskCache"):
            self._at_hand.add(event["requestId"])

    def _finished(self, event: dict[str, Any]) -> None:
        self._bytes[event["requestId"]] = event["encodedDataLength"]

    def visit(self, ms: float) -> Visit:
        asked = {key: url for key, url in self._addresses.items() if key not in self._at_hand}
        size = sum(self._bytes.get(key, 0) for key, url in asked.items() if ".woff2" not in url)
        return Visit(ms, tuple(asked.values()), size / 1000)


async def visit(context: BrowserContext, address: str, line: Line | None) -> tuple[Page, Visit]:
    """Go to the page in a new tab and take a seat at once.

    Args:
        context: with or without something in its cache.
        address: of the page.
        line: None: no throttling at all.
    """
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    requests = _Requests()
    await requests.watch(devtools)
    if line is not None:
        await devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
        await devtools.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": line.latency_ms,
                "downloadThroughput": line.megabits * 1e6 / 8,
                "uploadThroughput": line.megabits * 1e6 / 24,
            },
        )
    await page.add_init_script(PRESSES_THE_BUTTON)
    await page.goto(address, wait_until="commit")
    # Not `expect`, which looks at the page all the time and takes it half of its speed.
    async with asyncio.timeout(LIMIT_SECONDS):
        found = requests.visit(await page.evaluate("window.firstStroke"))
    await devtools.detach()
    return page, found


async def first_and_return(
    browser: Browser, address: str, line: Line | None
) -> tuple[Visit, Visit]:
    """A visit of somebody new, and the one after, once the service worker has all it wants."""
    context = await browser.new_context(**PHONE)
    try:
        page, first = await visit(context, address, line)
        await page.evaluate("navigator.serviceWorker.ready.then(() => {})")
        await page.get_by_test_id("leave").click()
        await page.get_by_test_id("leave-go").click()
        await expect(page.locator("body")).to_have_attribute("data-state", "idle")
        await page.close()
        _, again = await visit(context, address, line)
        return first, again
    finally:
        await context.close()
