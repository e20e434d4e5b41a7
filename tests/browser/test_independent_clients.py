"""Clients in Go and TypeScript, which know the protocol from `/asyncapi.json` alone.

They meet the page and the mini-program in both encodings, through nginx with TLS, while all workers
are replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.conftest import Stranger
from tests.browser.independent import Command, IndependentClient, build_go, build_typescript
from tests.browser.participant_page import ParticipantPage, write
from tests.browser.phone import WRITE, copy_program, phone_at, shows, start_program
from tests.browser.strokes import ACROSS, DOWN
from tests.deploy.site import Site, start_site
from tests.integration.http import get_json
from tests.integration.valkey import Valkey
from tests.service import Service, start_service

BASE = "/jielong"
PHRASE, LENGTH = "xiangxin-ziji", 4


class Workers:
    """Two workers on one Valkey, which can be replaced."""

    def __init__(self, folder: Path) -> None:
        """Start both."""
        self._folder = folder
        self.valkey = Valkey(folder / "valkey")
        self.valkey.start()
        self.running = [self._start(None), self._start(None)]

    def _start(self, port: int | None) -> Service:
        settings = {"redis_url": self.valkey.url, "base_path": BASE}
        return start_service(self._folder / "data", port=port, **settings)

    async def replace(self, index: int) -> None:
        """End one, and start another one on its port."""
        old = self.running[index]
        assert await asyncio.to_thread(old.stop) == 0
        self.running[index] = await asyncio.to_thread(self._start, old.port)

    def stop(self) -> None:
        """End all."""
        assert [worker.stop() for worker in self.running] == [0, 0]
        self.valkey.kill()
        assert "Traceback" not in self.running[0].log.read_text()


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """The workers."""
    both = Workers(tmp_path_factory.mktemp("workers"))
    yield both
    both.stop()


@pytest.fixture(scope="module")
def site(workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """nginx in front of them."""
    started = start_site(tmp_path_factory.mktemp("nginx"), workers.running, BASE)
    yield started
    started.nginx.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def programs(tmp_path: Path) -> list[Command]:
    """The clients, compiled."""
    folders = tmp_path / "go", tmp_path / "typescript"
    for folder in folders:
        folder.mkdir()
    return list(await asyncio.gather(build_go(folders[0]), build_typescript(folders[1])))


class Friend(Protocol):
    """Whoever writes with a client that has invited them."""

    async def write(self) -> None:
        """Wait for the turn, and write a character."""

    async def done(self) -> None:
        """Wait until the work is finished."""


class AtThePage:
    """A friend in a browser."""

    def __init__(self, page: ParticipantPage) -> None:
        self._page = page

    async def write(self) -> None:
        """Draw it with the mouse."""
        await write(self._page, ACROSS, DOWN)

    async def done(self) -> None:
        """The last screen is there; lines that a restart has cut are no error."""
        await self._page.is_in("done")
        self._page.forget_lost_lines()


class OnAPhone:
    """A friend with the mini-program."""

    def __init__(self, phone: Page) -> None:
        self._phone = phone

    async def write(self) -> None:
        """Draw it with a finger."""
        await shows(self._phone, "screen", "my-turn")
        await self._phone.evaluate(WRITE)
        await self._phone.evaluate("page.commit()")

    async def done(self) -> None:
        """The last screen is there."""
        await shows(self._phone, "screen", "done")


class Guests:
    """Brings friends to the site."""

    def __init__(
        self, stranger: Stranger, browser: Browser, site: Site, program: Path, stack: AsyncExitStack
    ) -> None:
        self._stranger, self._browser, self._site = stranger, browser, site
        self._program, self._stack = program, stack

    async def at_the_page(self, code: str) -> Friend:
        """A friend follows the link."""
        way = f"/?invite={code}"
        return AtThePage(await self._stranger(self._site.below, way, ignore_https_errors=True))

    async def on_a_phone(self, code: str) -> Friend:
        """A friend opens the card."""
        context = await self._browser.new_context(ignore_https_errors=True)
        way = phone_at(context, self._site.below, self._program)
        phone = await self._stack.enter_async_context(way)
        await start_program(phone, self._site.below, invite=code)
        return OnAPhone(phone)


@pytest_asyncio.fixture(loop_scope="session")
async def guests(
    stranger: Stranger, browser: Browser, site: Site, tmp_path: Path
) -> AsyncIterator[Guests]:
    """Whoever is invited."""
    async with AsyncExitStack() as stack:
        yield Guests(stranger, browser, site, await copy_program(tmp_path / "program"), stack)


async def test_they_finish_relays_with_the_page_and_the_mini_program_over_a_rolling_restart(
    programs: list[Command], workers: Workers, site: Site, guests: Guests
) -> None:
    go, typescript = programs
    url = site.below.ws_url
    pairs = [
        (go, "msgpack", guests.at_the_page),
        (go, "json", guests.on_a_phone),
        (typescript, "json", guests.at_the_page),
        (typescript, "msgpack", guests.on_a_phone),
    ]
    clients: list[IndependentClient] = []
    friends: list[Friend] = []
    try:
        for command, wire, invite in pairs:
            client = await IndependentClient.start(command, url, wire, PHRASE, site.authority)
            clients.append(client)
            [code] = await client.says("invite")  # before the next one could take the seat
            friends.append(await invite(code))
        for index in range(len(workers.running)):
            await workers.replace(index)
            for friend in friends:
                await friend.write()
        done = [await client.says("completed") for client in clients]
        for friend, client in zip(friends, clients, strict=True):
            await friend.done()
            await client.ended()
    finally:
        for client in clients:
            await client.kill()
    assert [client.heard("back") > 0 for client in clients] == [True] * len(clients)
    serials = sorted(int(serial) for _, serial in done)
    assert len(set(serials)) == len(clients)
    worker = workers.running[0]
    for work, serial in done:
        kept = await get_json(worker, f"{BASE}/api/works/{work}")
        assert len(kept["chars"]) == LENGTH
        assert int(serial) in [hand["serial"] for hand in kept["hands"]]
    counters = (await get_json(worker, f"{BASE}/api/campaigns/default"))["counters"]
    assert (counters["relays"], counters["participants"]) == (len(clients), 2 * len(clients))
