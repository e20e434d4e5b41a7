"""The Valkey that comes with the service, after a service that did not end it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis
import redis.asyncio
from structlog.testing import capture_logs

from server.store import embedded
from server.store.embedded import EmbeddedError, EmbeddedServer
from tests.integration.embedded_server import started
from tests.polling import eventually

LIMIT = 20.0

SERVICE = """
import asyncio, sys
from pathlib import Path
from server.store.embedded import EmbeddedServer

async def serve():
    server = EmbeddedServer(Path(sys.argv[1]))
    await server.start()
    print(server.url, flush=True)
    await asyncio.Event().wait()

asyncio.run(serve())
"""


class Orphan:
    """A server whose service was killed."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "-c", SERVICE, str(data)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as service:
            assert service.stdout is not None
            url = service.stdout.readline().decode().strip()
            service.kill()
        self.socket = Path(url.removeprefix("unix://"))
        with redis.Redis.from_url(url, socket_timeout=LIMIT) as client:
            self.pid = int(client.info("server")["process_id"])
            client.set("key", "value")

    def signal(self, what: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, what)

    async def ended(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        return False


@pytest.fixture(params=["short", "long"])
def data(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A data folder, in whose path there is room for that of a socket or not."""
    return tmp_path / ("long" * 25 if request.param == "long" else "short")


@pytest.fixture
def orphan(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Orphan]:
    monkeypatch.setattr(embedded, "STOP_SECONDS", 1.0)
    orphan = Orphan(data)
    yield orphan
    orphan.signal(signal.SIGKILL)


async def test_the_next_start_ends_it_and_has_its_data(data: Path, orphan: Orphan) -> None:
    async with started(data) as client:
        assert await client.get("key") == b"value"
        await eventually(orphan.ended)


async def test_while_it_does_not_end_there_is_no_second_one(data: Path, orphan: Orphan) -> None:
    orphan.signal(signal.SIGSTOP)
    with pytest.raises(EmbeddedError, match=r"end its process .*valkey\.lock"):
        async with started(data):
            pass
    orphan.signal(signal.SIGCONT)
    async with started(data) as client:
        assert await client.get("key") == b"value"


async def test_nor_while_nobody_finds_its_socket(data: Path, orphan: Orphan) -> None:
    orphan.socket.unlink()
    with pytest.raises(EmbeddedError, match=r"end its process .*valkey\.lock"):
        async with started(data):
            pass
    orphan.signal(signal.SIGTERM)
    async with started(data) as client:
        assert await client.get("key") == b"value"


async def test_one_that_ended_for_want_of_room_is_started_when_there_is_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "LOOK_SECONDS", 0.02)
    room = 0
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=room))
    server = EmbeddedServer(tmp_path)
    await server.start()
    keeping = asyncio.create_task(server.keep(asyncio.Event()))
    with redis.Redis.from_url(server.url, socket_timeout=LIMIT) as client:
        with capture_logs() as lines, suppress(redis.ConnectionError):
            client.shutdown(nosave=True)

            async def it_is_told() -> bool:
                return bool(lines)

            await eventually(it_is_told)
        assert "disk is full" in lines[0]["event"]
        assert str(tmp_path) in lines[0]["cure"]
        room = usage.total

        async def it_serves() -> bool:
            with suppress(redis.ConnectionError):
                return bool(client.ping())
            return False

        await eventually(it_serves)
    keeping.cancel()
    async with asyncio.timeout(LIMIT):
        await asyncio.wait([keeping])
    await server.stop()


async def test_a_full_disk_is_no_reason_to_give_the_files_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "valkey-server"
    program.write_text(
        "#!/bin/sh\n"
        "echo \"Can't recover from AOF write error when the AOF fsync policy is 'always'.\"\n"
        "exit 1\n"
    )
    program.chmod(0o700)
    monkeypatch.setattr(embedded, "find_server", lambda: program)
    with pytest.raises(EmbeddedError, match="make room on its disk"):
        async with started(tmp_path / "data"):
            pass


async def test_its_socket_is_private_and_gone_with_it(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 25)
    socket = Path(EmbeddedServer(data).url.removeprefix("unix://"))
    async with started(data) as client:
        await client.ping()
        assert socket.parent.stat().st_mode & 0o077 == 0
    assert not socket.parent.exists()


async def test_a_place_for_its_socket_that_others_can_use_is_not_taken(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 25)
    place = Path(EmbeddedServer(data).url.removeprefix("unix://")).parent
    place.mkdir()
    place.chmod(0o755)
    try:
        with pytest.raises(EmbeddedError, match="not private"):
            async with started(data):
                pass
    finally:
        place.rmdir()
