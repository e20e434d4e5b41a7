"""Redis over TLS, as a user with no more rights than `docs/operate/redis.md` gives."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.docs.blocks import block
from tests.integration.http import get_json
from tests.integration.protocol_client import open_session
from tests.integration.relays import INK, finish, meet
from tests.integration.tls import TlsFront
from tests.integration.valkey import Valkey
from tests.service import ROOT, Service, free_port

RIGHTS = block("operate/redis.md: ACL SETUSER").code.replace("PASSWORD", "secret")
"""The rule for the user, as the page gives it to operators."""

ADDRESS = block("operate/redis.md: rediss://").code.strip()


@pytest.fixture
def secure(valkey: Valkey, tmp_path: Path) -> Iterator[str]:
    """URL of a Valkey that wants TLS, a name and a password."""
    with redis.Redis(port=valkey.port) as client:
        client.execute_command(*RIGHTS.split())
        client.execute_command("ACL", "SETUSER", "default", "off")
    front = TlsFront(tmp_path, valkey.port)
    front.start()
    here = f"jielong:secret@127.0.0.1:{front.port}"
    yield ADDRESS.replace("user:password@host", here).replace("/path", str(front.authority))
    front.stop()


async def test_a_relay_over_tls_with_the_documented_rights(
    secure: str, serve: Callable[..., Service]
) -> None:
    service = serve(redis_url=secure)
    seats = await open_session(service), await open_session(service)
    await meet(seats, "jiayou")
    room = seats[0].room
    told = await finish(seats, 0, 2)
    for peer in seats:
        await peer.close()
    work = await get_json(service, f"/api/works/{told[0]['work']}")
    assert [char["strokes"] for char in work["chars"]] == [INK, INK]
    assert work["id"] == room
    assert "NOPERM" not in service.log.read_text()


@pytest.mark.parametrize(
    ("change", "words"),
    [(("secret", "wrong"), "password"), (("?ssl_ca_certs=", "?ssl_ca_path="), "certificate")],
    ids=["wrong-password", "unknown-authority"],
)
def test_what_is_wrong_is_said_in_one_line(
    secure: str, change: tuple[str, str], words: str, tmp_path: Path
) -> None:
    started = subprocess.run(
        [sys.executable, "-m", "server", "serve", "--redis-url", secure.replace(*change)],
        cwd=ROOT,
        env={"JIELONG_DATA": str(tmp_path / "data"), "JIELONG_PORT": str(free_port())},
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert started.returncode != 0
    assert words in (started.stdout + started.stderr).lower()
    assert "Traceback" not in started.stdout + started.stderr
