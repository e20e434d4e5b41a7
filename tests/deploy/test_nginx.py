"""deploy/nginx in front of two workers: TLS, headers, paths, upgrades, caching, reloads."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.doctor.finding import Level
from server.doctor.public_address import check_public_address
from server.settings import Settings
from server.transport.limits import SILENCE_SECONDS
from tests.deploy.programs import DEPLOY
from tests.deploy.site import HOST, Proxied, Site, start_site, write_files
from tests.integration.console import PASSWORD
from tests.integration.http import Head, ask
from tests.integration.protocol_client import JSON, MSGPACK, open_session
from tests.integration.relays import INK, finish, meet, write
from tests.integration.valkey import Valkey
from tests.nginx import check
from tests.service import Service, start_service

BASE = "/jielong"
PAGES = ("/", "/gallery", "/wall")
ASSET = re.compile(r'src="(/jielong/assets/[^"]+)"')


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Service]]:
    """Two workers on one Valkey."""
    folder = tmp_path_factory.mktemp("workers")
    valkey = Valkey(folder / "valkey")
    valkey.start()
    settings = {"redis_url": valkey.url, "base_path": BASE, "admin_password": PASSWORD}
    both = [start_service(folder / "data", **settings) for _ in range(2)]
    yield both
    for worker in both:
        if worker.process.poll() is None:
            assert worker.stop() == 0
    valkey.kill()


@pytest.fixture(scope="module")
def site(workers: list[Service], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """nginx in front of them, with a certificate that this process trusts."""
    started = start_site(tmp_path_factory.mktemp("nginx"), workers, BASE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(started.authority))
        yield started
    started.nginx.stop()


def plain_answer(site: Site, path: str) -> tuple[int, str]:
    """Status and `Location` of a request without TLS."""
    connection = HTTPConnection(HOST, site.plain, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.headers.get("location", "")


async def asset_of(site: Site) -> str:
    """The path of a script of the page."""
    page = (await ask(site.root, "/", accept="text/html")).body.decode()
    found = ASSET.search(page)
    assert found
    return found[1]


def test_nginx_finds_no_fault(tmp_path: Path, site: Site) -> None:
    main = write_files(tmp_path, [8000], 8443, 8080, 8444)
    for name in ("fullchain.pem", "privkey.pem"):
        (tmp_path / name).write_bytes((site.authority.parent / name).read_bytes())
    assert "warn" not in check(main)


def test_a_silent_websocket_is_pinged_before_nginx_ends_it() -> None:
    limits = re.findall(
        r"proxy_(?:read|send)_timeout (\d+)s", (DEPLOY / "nginx" / "proxy.conf").read_text()
    )
    assert [int(limit) > 2 * SILENCE_SECONDS for limit in limits] == [True, True]


async def test_whoever_comes_without_tls_is_sent_to_the_page_with_tls(site: Site) -> None:
    target = f"https://{HOST}/?campaign=default"
    assert plain_answer(site, "/?campaign=default") == (308, target)


async def test_the_page_has_the_service_s_headers_and_strict_transport_security(
    site: Site,
) -> None:
    page = await ask(site.root, "/gallery", accept="text/html")
    assert page.status == 200
    assert "script-src" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert page.headers["server"] == "nginx"


@pytest.mark.parametrize("below", [False, True], ids=["root", "below"])
async def test_the_doctor_finds_no_fault_from_outside(site: Site, below: bool) -> None:
    where = site.below if below else site.root
    public_url = where.url.removesuffix(where.way)
    settings = Settings(base_path=where.way, public_url=public_url)
    found = await check_public_address(settings, where.url)
    levels = {it.subject: it.level for it in found}
    assert {"TLS", "WebSocket", "proxy headers", "metrics", "address"} <= set(levels)
    assert set(levels.values()) == {Level.OK}, found


async def test_the_doctor_misses_a_certificate_that_browsers_trust(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    (found,) = await check_public_address(Settings(), site.root.url)
    assert (found.subject, found.level) == ("TLS", Level.PROBLEM)


@pytest.mark.parametrize("wire", [MSGPACK, JSON])
async def test_strangers_write_a_work_through_tls(site: Site, wire: str) -> None:
    seats = [await open_session(where, wire) for where in (site.root, site.below)]
    await meet((seats[0], seats[1]))
    completed, _ = await finish((seats[0], seats[1]), 0, 2)
    path = urlsplit(completed["url"]).path
    assert path == f"{BASE}/w/{completed['work']}"
    address = f"https://{HOST}:{site.below.port}{path}"
    page = await ask(site.below, f"/w/{completed['work']}")
    assert Head(page.body.decode()).meta["og:url"] == address
    for peer in seats:
        await peer.close()


@pytest.mark.parametrize("below", [False, True], ids=["root", "below"])
async def test_only_the_page_itself_opens_a_websocket(site: Site, below: bool) -> None:
    where = site.below if below else site.root
    async with connect(where.ws_url, origin=f"https://{HOST}:{where.port}"):
        pass
    with pytest.raises(InvalidStatus) as refused:
        await connect(where.ws_url, origin="https://www.example.com")
    assert refused.value.response.status_code == 403
    assert (await ask(where, "/ws")).status == 426


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
async def test_the_figures_are_for_operators_only(site: Site, path: str) -> None:
    for where in (site.root, site.below):
        assert (await ask(where, path)).status == 404
        assert (await ask(where, "/healthz")).status == 200


async def test_other_things_of_the_host_stay_where_they_are(site: Site) -> None:
    host = Proxied(site.below.process, site.below.port, site.below.data, site.below.log)
    assert (await ask(host, "/gallery")).body == b"other things"
    assert "content-security-policy" in (await ask(site.below, "/gallery")).headers
    assert (await ask(host, BASE)).headers["content-security-policy"]


async def test_an_asset_is_kept_once_for_each_encoding(site: Site) -> None:
    asset = (await asset_of(site)).removeprefix(BASE)
    wishes = [("gzip, deflate, br, zstd", "br"), ("br;q=1.0, gzip;q=0.8", "br"), ("gzip", "gzip")]
    seen = []
    for accepted, wanted in wishes:
        answer = await ask(site.root, asset, accept_encoding=accepted)
        assert answer.headers["content-encoding"] == wanted
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        seen.append(answer.headers["x-cache-status"])
    assert seen == ["MISS", "HIT", "MISS"]
    part = await ask(site.root, asset, range="bytes=0-9")
    assert (part.status, len(part.body)) == (206, 10)


async def test_what_is_not_the_same_for_everybody_is_not_kept(site: Site) -> None:
    for path in ("/api/campaigns/default", "/w/nonsense", "/sw.js"):
        assert "x-cache-status" not in (await ask(site.root, path)).headers


async def test_a_reload_keeps_those_who_are_writing(site: Site) -> None:
    seats = await open_session(site.root), await open_session(site.below)
    await meet(seats)
    await write(seats, 0)
    site.nginx.reload()
    newcomer = await open_session(site.root)
    await newcomer.close()
    told = await write(seats, 1)
    assert [message["t"] for message in told] == ["completed", "completed"]
    for peer in seats:
        await peer.close()


async def test_a_lost_worker_is_left_out_and_its_participants_come_back(
    site: Site, workers: list[Service]
) -> None:
    one, other = await open_session(site.root), await open_session(site.root)
    await meet((one, other))
    await write((one, other), 0)
    workers[0].stop(signal.SIGTERM)
    seats = []
    for peer in (one, other):
        again = await open_session(site.root, token=peer.welcome["token"])
        assert again.welcome["resume"]["committed"] == [INK]
        seats.append(again)
    for _ in range(4):
        assert (await ask(site.root, "/healthz")).status == 200


async def test_pages_are_shown_while_no_worker_answers(site: Site, workers: list[Service]) -> None:
    for path in PAGES:
        assert (await ask(site.root, path)).status == 200
    for worker in workers:
        if worker.process.poll() is None:
            worker.stop()
    for path in PAGES:
        assert (await ask(site.root, path)).status == 200
    assert (await ask(site.root, "/healthz")).status == 502
