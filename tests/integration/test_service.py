"""The service as its operator meets it: start and end, and faults around it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from server.store import keys
from server.store.embedded import STEADY_SECONDS
from tests.finish_work import finish_work
from tests.integration import processes
from tests.integration.command import environment
from tests.integration.http import get, get_json
from tests.integration.metrics import metrics
from tests.integration.processes import VALKEY, ended, lives
from tests.integration.protocol_client import JSON, MSGPACK, Peer, open_peer, open_raw, open_session
from tests.integration.relays import INK, finish, meet, open_room, write
from tests.integration.valkey import Valkey
from tests.polling import eventually
from tests.service import ROOT, SERVE, START_SECONDS, Service

Serve = Callable[..., Service]

END_SECONDS = 10.0
NOT_UNDER_NOHUP = pytest.mark.skipif(
    signal.getsignal(signal.SIGHUP) is signal.SIG_IGN, reason="hangups are ignored here"
)
RETURN_SECONDS = 2.0
REPLACED_SECONDS = 30.0


async def end(service: Service, how: signal.Signals = signal.SIGTERM) -> float:
    """End the service, which must say that all is well; the seconds it took."""
    start = time.monotonic()
    assert await asyncio.to_thread(service.stop, how) == 0
    return time.monotonic() - start


async def expect_restart(peer: Peer) -> None:
    bye = await peer.expect("bye", why="restart")
    assert 0 < bye["retry_ms"] <= 10_000
    assert await peer.closed() == 1001


async def answers(service: Service, path: str, status: int, seconds: float = 10.0) -> None:
    """Wait until a request is answered with this status."""

    async def answered() -> bool:
        return (await get(service, path))[0] == status

    await eventually(answered, seconds)


async def not_ready(service: Service) -> str:
    """Wait until `/readyz` says no, and why."""
    await answers(service, "/readyz", 503)
    told = await get_json(service, "/readyz", 503)
    assert told["ready"] is False
    assert set(told) == {"ready", "why"}
    return str(told["why"])


# Start and end ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGINT, id="ctrl-c"),
        pytest.param(signal.SIGTERM, id="sigterm"),
        pytest.param(signal.SIGHUP, id="hangup", marks=NOT_UNDER_NOHUP),
    ],
)
async def test_it_ends_in_time_says_goodbye_and_leaves_no_process(
    service: Service, how: signal.Signals
) -> None:
    seats = await open_session(service), await open_session(service, JSON)
    await meet(seats)
    await write(seats, 0)
    waiting, unheard = await open_session(service), await open_peer(service)
    await open_room(waiting)
    deaf = await open_raw(service, MSGPACK)
    deaf.writer.transport.pause_reading()  # type: ignore[attr-defined]
    half = socket.create_connection(("127.0.0.1", service.port))
    half.sendall(b"GET /ws HTTP/1.1\r\n")
    started = processes.of(service)
    assert started
    ending = asyncio.create_task(end(service, how))
    for peer in (*seats, waiting, unheard):
        await expect_restart(peer)
    assert await ending < END_SECONDS
    await ended(started)
    assert "Traceback" not in service.log.read_text()
    half.close()
    await deaf.close()


async def test_ended_together_with_its_valkey_it_does_not_start_that_again(serve: Serve) -> None:
    service = serve()
    (valkey,) = processes.of(service, VALKEY)
    service.process.send_signal(signal.SIGTERM)
    os.kill(valkey, signal.SIGTERM)
    await end(service)
    await ended([valkey])
    said = service.log.read_text()
    assert "started again" not in said
    assert "[error" not in said


async def test_what_it_writes_is_for_nobody_else(service: Service) -> None:
    await finish_work(service)
    made = [path for path in service.data.rglob("*") if path != service.log]
    assert {"works.sqlite", "appendonlydir", "valkey.sock"} <= {path.name for path in made}
    assert [path for path in made if path.lstat().st_mode & 0o077] == []


async def test_a_second_start_finds_works_counters_and_rooms(serve: Serve) -> None:
    service = serve()
    seats = await open_session(service), await open_session(service)
    await meet(seats)
    done = await finish(seats, 0, 2)
    await meet(seats)
    await write(seats, 0)
    before = await get_json(service, f"/api/works/{done[0]['work']}")
    await end(service)
    service = serve()
    counters = (await get_json(service, "/api/campaigns/default"))["counters"]
    assert (counters["relays"], counters["participants"]) == (1, 2)
    assert await get_json(service, f"/api/works/{done[0]['work']}") == before
    again = [await open_session(service, token=peer.welcome["token"]) for peer in seats]
    for peer, seat in zip(again, (0, 1), strict=True):
        resume = peer.welcome["resume"]
        assert (resume["room"], resume["seat"]) == (seats[0].room, seat)
        assert resume["committed"] == [INK]
    await again[0].expect("partner", state="away")
    await again[0].expect("partner", state="back")
    await again[0].expect("turn", c=1)
    more = await finish((again[0], again[1]), 1, 2)
    assert sorted(message["serial"] for message in more) == [3, 4]
    for peer in again:
        await peer.close()


async def test_a_valkey_of_its_own_that_was_killed_is_started_again(serve: Serve) -> None:
    service = serve()
    seats = await open_session(service), await open_session(service)
    await meet(seats)
    await write(seats, 0)
    await asyncio.sleep(STEADY_SECONDS)  # one that ends before is not started again
    for valkey in processes.of(service, VALKEY):
        os.kill(valkey, signal.SIGKILL)
    await finish(seats, 1, 2)
    for peer in seats:
        await peer.close()


async def test_it_starts_again_after_it_was_killed(serve: Serve) -> None:
    service = serve()
    seats = await open_session(service), await open_session(service)
    await meet(seats)
    await write(seats, 0)
    orphans = processes.of(service, VALKEY)
    others = [pid for pid in processes.of(service) if pid not in orphans]
    service.process.kill()
    service.process.wait()
    await ended(others)
    assert all(map(lives, orphans))
    with redis.Redis(unix_socket_path=str(service.data / "valkey.sock")) as client:
        client.hset(keys.WORKER_STATUSES, "killed long ago", b"")
    service = serve()
    await ended(orphans)
    again = await open_session(service, token=seats[1].welcome["token"])
    assert again.welcome["participant"] == seats[1].welcome["participant"]
    assert again.welcome["resume"]["committed"] == [INK]
    await again.close()

    async def the_dead_are_forgotten() -> bool:
        with redis.Redis(unix_socket_path=str(service.data / "valkey.sock")) as client:
            return not client.hexists(keys.WORKER_STATUSES, "killed long ago")

    await eventually(the_dead_are_forgotten)


async def test_several_workers_start_on_an_empty_folder(serve: Serve) -> None:
    service = serve(workers=4)
    peers = [await open_session(service) for _ in range(8)]
    await open_room(peers[0])
    for peer in peers:
        await peer.close()
    started = processes.of(service)
    await end(service)
    await ended(started)


@NOT_UNDER_NOHUP
async def test_workers_that_cannot_be_replaced_stay_and_that_is_said(
    serve: Serve, tmp_path: Path
) -> None:
    campaigns = tmp_path / "campaigns.toml"
    campaigns.write_text('[[campaign]]\nid = "default"\n')
    service = serve(workers=2, campaigns=campaigns)
    peer = await open_session(service)
    campaigns.write_text("nothing")
    service.process.send_signal(signal.SIGHUP)

    async def is_said() -> bool:
        return "workers were not replaced" in service.log.read_text()

    await eventually(is_said, REPLACED_SECONDS)
    said = service.log.read_text()
    assert "all workers are replaced" not in said
    (line,) = (line for line in said.splitlines() if "were not replaced" in line)
    assert {"replaced=0", "stayed=2", f"pid={service.process.pid}"} <= set(line.split())
    await open_room(peer)
    await peer.close()


# Starts that cannot succeed -----------------------------------------------------------------------


async def test_ended_while_it_starts_it_leaves_no_process(tmp_path: Path) -> None:
    process = await asyncio.to_thread(
        subprocess.Popen, SERVE, cwd=ROOT, env=environment(tmp_path), stdout=subprocess.DEVNULL
    )

    async def has_begun() -> bool:
        return bool(processes.descendants(process.pid, VALKEY))

    await eventually(has_begun, START_SECONDS)
    started = processes.descendants(process.pid)
    process.terminate()
    await asyncio.to_thread(process.wait, END_SECONDS)
    try:
        await ended(started)
    finally:
        for pid in filter(lives, started):
            os.kill(pid, signal.SIGTERM)


# Faults around it ---------------------------------------------------------------------------------


async def test_an_outage_of_redis_is_survived(valkey: Valkey, serve: Serve) -> None:
    service = serve(redis_url=valkey.url)
    seats = await open_session(service), await open_session(service, JSON)
    joiner = await open_session(service)
    await meet(seats, "ni-zui-bang")
    await write(seats, 0)
    valkey.kill()
    assert await not_ready(service)
    assert (await get(service, "/healthz"))[0] == 200
    await joiner.send("join", phrase="jiayou")
    assert (await joiner.expect("error", code="busy", re="join"))["retry_ms"] > 0
    room = seats[1].room
    await seats[1].send("ink", room=room, c=1, s=0, p=[5, 5, 0, 9])
    await seats[0].expect("ink", c=1, s=0)
    await seats[1].send("commit", room=room, c=1, strokes=INK)
    for peer in (*seats, joiner):
        await peer.expect_silence()
    valkey.start()
    back = time.monotonic()
    await answers(service, "/readyz", 200, RETURN_SECONDS)
    for peer in seats:
        await peer.expect("committed", room=room, c=1, strokes=INK)
        await peer.expect("turn", c=2)
    await open_room(joiner)
    assert time.monotonic() - back < RETURN_SECONDS
    done = await finish(seats, 2, 3)
    assert sorted(message["serial"] for message in done) == [1, 2]
    await answers(service, f"/api/works/{done[0]['work']}", 200)
    for peer in (*seats, joiner):
        await peer.quit()


@pytest.fixture
def replica(tmp_path: Path, valkey: Valkey) -> Iterator[Valkey]:
    """A replica of the test's Valkey."""
    server = Valkey(tmp_path / "replica", valkey)
    server.start()
    yield server
    server.kill()


async def test_while_writes_are_not_durable_it_is_not_ready(
    valkey: Valkey, replica: Valkey, serve: Serve
) -> None:
    service = serve(redis_url=valkey.url, durability="replica")
    replica.freeze()
    assert await not_ready(service) == "writes are not durable: replica"
    assert (await metrics(service))["jielong_not_durable"] == 1
    replica.thaw()
    await answers(service, "/readyz", 200)
    assert (await metrics(service))["jielong_not_durable"] == 0
    await end(service)
    assert "durability=replica" in service.log.read_text()


async def test_it_ends_in_time_while_redis_is_away(valkey: Valkey, serve: Serve) -> None:
    service = serve(redis_url=valkey.url)
    seats = await open_session(service), await open_session(service)
    await meet(seats)
    valkey.kill()
    await not_ready(service)
    ending = asyncio.create_task(end(service))
    for peer in seats:
        await expect_restart(peer)
    assert await ending < END_SECONDS


async def test_one_too_many_is_told_to_come_later(serve: Serve) -> None:
    service = serve(max_connections=2)
    peers = [await open_session(service) for _ in range(2)]
    assert await get_json(service, "/readyz", 503) == {"ready": False, "why": "full"}
    late = await open_peer(service)
    await late.send("hello")
    assert (await late.expect("error", code="busy", re="hello"))["retry_ms"] > 0
    await late.close()
    await peers[0].close()
    peers[0] = await open_session(service)
    for peer in peers:
        await peer.close()


async def test_whoever_has_a_seat_is_given_it_back_though_the_server_is_full(serve: Serve) -> None:
    service = serve(max_connections=2)
    former = await open_session(service)
    await former.close()
    seats = await open_session(service), await open_session(service)
    await meet(seats)
    await seats[1].close()
    await seats[0].expect("partner", state="away")
    newcomer = await open_session(service)
    without_seat = await open_peer(service)
    await without_seat.send("hello", token=former.welcome["token"])
    assert (await without_seat.expect("error", code="busy", re="hello"))["retry_ms"] > 0
    await without_seat.close()
    again = await open_peer(service)
    await again.send("hello", token=seats[1].welcome["token"])
    assert (await again.expect("welcome"))["resume"]["room"] == seats[0].room
    await seats[0].expect("partner", state="back")
    for peer in (newcomer, again, seats[0]):
        await peer.close()
