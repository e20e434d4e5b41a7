"""deploy/caddy: checked by Caddy, and run in front of the service."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.deploy.programs import DEPLOY, check, copy_changed, program
from tests.integration.http import ask
from tests.integration.protocol_client import open_session
from tests.integration.relays import finish, meet
from tests.service import Service, free_port

FILE = DEPLOY / "caddy" / "Caddyfile"
BASE = "/jielong"
PATHS = ("/healthz", "/metrics", "/readyz")
STARTED = "serving initial configuration"
START_SECONDS = 10.0


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"base_path": BASE}


@dataclass
class Behind(Service):
    """The service as Caddy shows it below its path, and at the root of another port."""

    root_port: int = 0

    @property
    def url(self) -> str:
        return super().url + BASE

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}{BASE}/ws"


@pytest.fixture(scope="module")
def proxied(shared: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """Caddy without TLS; the second worker of the file is not there."""
    folder = tmp_path_factory.mktemp("caddy")
    port, root_port = free_port(), free_port()
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{shared.port}",
        "127.0.0.1:8001": f"127.0.0.1:{free_port()}",
        "relay.example.org {": f"http://127.0.0.1:{root_port} {{",
        "www.example.org {": f"http://127.0.0.1:{port} {{",
        "(jielong) {": "{\n\tadmin off\n}\n(jielong) {",
    }
    file = copy_changed("caddy/Caddyfile", folder, changes)
    log = folder / "caddy.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(file)],
            stdout=out,
            stderr=out,
            env={"HOME": str(folder)},
        )
    deadline = time.monotonic() + START_SECONDS
    while STARTED not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.02)
    yield Behind(shared.process, port, shared.data, shared.log, root_port)
    process.terminate()
    process.wait(START_SECONDS)


@pytest.fixture
def root(proxied: Behind) -> Service:
    """The service as Caddy shows it at the root of a host."""
    return Service(proxied.process, proxied.root_port, proxied.data, proxied.log)


def test_caddy_finds_no_fault(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    said = check("caddy", "validate", "--adapter", "caddyfile", "--config", FILE, **home)
    assert "Valid configuration" in said
    changed = re.findall(r"^[+-]", check("caddy", "fmt", "--diff", FILE), re.MULTILINE)
    assert changed == []


async def test_strangers_write_a_work_through_caddy(proxied: Behind) -> None:
    seats = await open_session(proxied), await open_session(proxied)
    await meet(seats)
    completed, _ = await finish(seats, 0, 2)
    assert urlsplit(completed["url"]).path == f"{BASE}/w/{completed['work']}"
    for peer in seats:
        await peer.close()


async def test_the_page_is_below_the_path_and_other_things_elsewhere(
    proxied: Behind, root: Service
) -> None:
    page = await ask(proxied, "/gallery")
    assert "content-security-policy" in page.headers
    for where in (proxied, root):
        assert [(await ask(where, path)).status for path in PATHS] == [200, 404, 404]
    host = Service(proxied.process, proxied.port, proxied.data, proxied.log)
    assert (await ask(host, "/")).body == b"other things"
