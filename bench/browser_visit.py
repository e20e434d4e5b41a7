"""What a browser asks for when it visits: taken from Chromium through a proxy that writes it down.

So the list is that of the page as it is, with the service worker's requests, the headers and the
connections that Chromium really uses.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bench.load.http import Request
from tests.browser.first_stroke import LIMIT_SECONDS, PHONE, PRESSES_THE_BUTTON
from tests.browser.launch import launch

QUIET_SECONDS = 3.0
"""A page that has asked for nothing for so long has all that it wants."""

_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_REQUEST_LINE = re.compile(rb"GET ([^ ]+) HTTP/1\.1\r\n")
_UPGRADE = re.compile(rb"\r\nupgrade: *websocket\r\n", re.IGNORECASE)


class BrowserVisit(msgspec.Struct, frozen=True):
    """The requests of a visitor, without the WebSocket.

    Attributes:
        first: of somebody new, until the paper takes the first stroke.
        later: what the page and its service worker fetch afterwards, when nothing else is to do.
        back: of the next visit, until the first stroke.
        back_later: what follows that.
        work: of somebody new who opens the page of a work.
    """

    first: list[Request]
    later: list[Request]
    back: list[Request]
    back_later: list[Request]
    work: list[Request]

    @property
    def whole(self) -> list[Request]:
        """Everything that a first visit asks for."""
        return joined(self.first, self.later)


def joined(first: Sequence[Request], later: Sequence[Request]) -> list[Request]:
    """Both parts as one visit."""
    count = len(first)
    return [*first, *(msgspec.structs.replace(each, after=each.after + count) for each in later)]


async def watch(http: str, work: str = "") -> BrowserVisit:
    """Let Chromium visit the service at `http`, return, and look at the finished work `work`, if
    there is one.
    """
    proxy = _Proxy(*_address(http))
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with async_playwright() as playwright:
            browser = await launch(playwright)
            first, later, back, back_later = await _two_visits(browser, proxy, address)
            looked = await _look(browser, proxy, f"{address}/w/{work}") if work else []
            await browser.close()
    return BrowserVisit(first, later, back, back_later, looked)


async def _look(browser: Browser, proxy: _Proxy, address: str) -> list[Request]:
    """Somebody who comes by a link to a work has nothing of the page yet."""
    context = await browser.new_context(**PHONE)
    await (await context.new_page()).goto(address, wait_until="networkidle")
    await context.close()
    return proxy.take()


async def _two_visits(browser: Browser, proxy: _Proxy, address: str) -> list[list[Request]]:
    context = await browser.new_context(**PHONE)
    parts = []
    for _ in range(2):
        page = await _visit(context, f"{address}/?phrase=jiayou")
        parts.append(proxy.take())
        await page.evaluate("navigator.serviceWorker.ready.then(() => {})")
        await proxy.quiet()
        parts.append(proxy.take())
        await _leave(page)
        proxy.take()
    await context.close()
    return parts


async def _visit(context: BrowserContext, address: str) -> Page:
    page = await context.new_page()
    await page.add_init_script(PRESSES_THE_BUTTON)
    await page.goto(address, wait_until="commit")
    async with asyncio.timeout(LIMIT_SECONDS):
        await page.evaluate("window.firstStroke")
    return page


async def _leave(page: Page) -> None:
    await page.get_by_test_id("leave").click()
    await page.get_by_test_id("leave-go").click()
    await expect(page.locator("body")).to_have_attribute("data-state", "idle")
    await page.close()


def _address(http: str) -> tuple[str, int]:
    parts = urlsplit(http)
    return parts.hostname or "127.0.0.1", parts.port or 80


class _Proxy:
    """Passes connections on to the service, and writes the requests down."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._requests: list[Request] = []
        self._numbers: dict[object, int] = {}
        self._answers = 0
        self._asked = asyncio.Event()

    def take(self) -> list[Request]:
        """The requests since the last call; connections and answers are counted from there."""
        taken, self._requests = self._requests, []
        self._numbers, self._answers = {}, 0
        return taken

    async def quiet(self) -> None:
        """Wait until nothing is asked for."""
        with suppress(TimeoutError):
            while True:
                self._asked.clear()
                async with asyncio.timeout(QUIET_SECONDS):
                    await self._asked.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the browser."""
        upstream_reader, upstream = await asyncio.open_connection(*self._address)
        try:
            while True:
                head = await reader.readuntil(_END)
                upgrades = bool(_UPGRADE.search(head))
                if not upgrades:
                    self._write_down(writer, head)
                upstream.write(head)
                if upgrades:
                    await _pass_on(reader, upstream, upstream_reader, writer)
                    return
                await _answer(upstream_reader, writer)
                self._answers += 1
        except (asyncio.IncompleteReadError, OSError):
            return  # the browser is done with this connection
        finally:
            upstream.close()
            writer.close()

    def _write_down(self, connection: object, head: bytes) -> None:
        line = _REQUEST_LINE.match(head)
        if line is None:
            raise RuntimeError(f"the page asks for something else than a GET: {head!r}")
        number = self._numbers.setdefault(connection, len(self._numbers))
        self._requests.append(Request(number, self._answers, line[1].decode(), head))
        self._asked.set()


async def _answer(upstream: asyncio.StreamReader, browser: asyncio.StreamWriter) -> None:
    head = await upstream.readuntil(_END)
    length = None if head.startswith(b"HTTP/1.1 304") else _LENGTH.search(head)
    browser.write(head)
    if length:
        browser.write(await upstream.readexactly(int(length[1])))
    await browser.drain()


async def _pass_on(
    reader: asyncio.StreamReader,
    upstream: asyncio.StreamWriter,
    upstream_reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Both ways until either end is closed."""

    async def one_way(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()

    ways = [
        asyncio.create_task(one_way(reader, upstream)),
        asyncio.create_task(one_way(upstream_reader, writer)),
    ]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in ways:
        way.cancel()
