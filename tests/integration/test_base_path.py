"""`JIELONG_BASE_PATH`: everything is below it, whether or not a proxy strips it from requests."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest

from tests.finish_work import finish_work
from tests.integration.http import Head, ask, error_of, get_json
from tests.integration.protocol_client import open_session
from tests.integration.relays import INK, meet, open_room, write
from tests.service import Service

BASE = "/jielong"
SECONDS = 10.0
HOST = "relay.example.org"
WAYS = pytest.mark.parametrize("way", ["", BASE], ids=["stripped", "kept"])
ADDRESS = re.compile(r'(?:href|src|content)="(/[^"]*)"')


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"base_path": BASE}


@dataclass
class Below(Service):
    """The service as a proxy asks it, with or without the path."""

    way: str = ""

    @property
    def url(self) -> str:
        return super().url + self.way

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}{self.way}/ws"


@pytest.fixture
def below(shared: Service, way: str) -> Below:
    return Below(shared.process, shared.port, shared.data, shared.log, way)


@WAYS
@pytest.mark.parametrize("path", ["/", "/gallery", "/wall", "/w/nonsense", "/nonsense"])
async def test_every_address_in_a_page_is_below_the_path_and_leads_somewhere(
    below: Below, shared: Service, path: str
) -> None:
    page = (await ask(below, path, accept="text/html")).body.decode()
    addresses = ADDRESS.findall(page)
    assert len(addresses) > 5
    for address in addresses:
        assert address.startswith(f"{BASE}/")
        assert (await ask(shared, address)).status == 200


@WAYS
async def test_programs_find_everything_below_the_path(below: Below) -> None:
    assert (await ask(below, "/healthz")).status == 200
    assert (await ask(below, "/metrics")).status == 200
    assert (await ask(below, "/favicon.ico")).status == 200
    assert await get_json(below, "/readyz") == {"ready": True}
    assert (await get_json(below, "/api/campaigns/default"))["id"] == "default"
    assert await error_of(below, "/api/works/nonsense", 404) == "no_such_work"
    assert await error_of(below, "/api/nonsense", 404) == "not_found"
    document = await get_json(below, "/asyncapi.json")
    assert document["channels"]["relay"]["address"] == f"{BASE}/ws"
    assert (await get_json(below, "/openapi.json"))["servers"] == [{"url": BASE}]


def test_the_start_says_where_the_page_is(shared: Service) -> None:
    assert f"page:  {shared.url}{BASE}/" in shared.log.read_text()


async def test_the_path_without_a_slash_leads_to_the_page(shared: Service) -> None:
    connection = HTTPConnection("127.0.0.1", shared.port, timeout=SECONDS)
    for query in ("", "?campaign=default"):
        await asyncio.to_thread(connection.request, "GET", BASE + query)
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, answer.headers["location"]) == (307, f"{BASE}/{query}")
    connection.close()


async def test_a_path_that_only_begins_alike_is_no_page_of_ours(shared: Service) -> None:
    assert (await ask(shared, f"{BASE}s/gallery")).status == 404


@WAYS
async def test_an_invitation_is_below_the_path(below: Below) -> None:
    host = await open_session(below)
    room = await open_room(host)
    await host.send("invite", room=room)
    invited = await host.expect("invited")
    assert invited["url"] == f"{BASE}/c/default?invite={invited['code']}"
    await host.quit()


@WAYS
async def test_the_urls_of_works_are_below_the_path(below: Below) -> None:
    host, guest = await open_session(below), await open_session(below)
    await meet((host, guest))
    await write((host, guest), 0)
    await host.send("leave", room=host.room, keep=True)
    await guest.expect("partner", state="left")
    await guest.expect("turn", c=1)
    await guest.send("commit", room=guest.room, c=1, strokes=INK)
    await guest.expect("committed", c=1)
    completed = await guest.expect("completed")
    assert completed["url"].startswith(f"{BASE}/w/{completed['work']}?key=")
    await host.close()
    again = await open_session(below, token=host.welcome["token"])
    assert [work["url"] for work in again.welcome["finished"]] == [completed["url"]]
    await again.close()
    await guest.close()


@WAYS
async def test_other_sites_are_told_addresses_below_the_path(below: Below) -> None:
    path = f"/w/{await finish_work(below)}"
    address = f"https://{HOST}{BASE}{path}"
    answer = await ask(below, path, host=HOST, x_forwarded_proto="https")
    meta = Head(answer.body.decode()).meta
    assert meta["og:url"] == address
    assert meta["og:image"] == meta["twitter:image"] == f"{address}/picture.png"
    assert f'<link rel="canonical" href="{address}">' in answer.body.decode()
    assert (await ask(below, f"{path}/picture.png")).status == 200
