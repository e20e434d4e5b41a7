"""What `/metrics` tells: every worker in one scrape, latencies, and how far visits get."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio
from jielong import Participant, Pen
from websockets.exceptions import WebSocketException

from server.session.funnel import NAMES
from server.store.funnel import read_funnel
from tests.deploy.programs import program
from tests.finish_work import finish_work
from tests.integration.http import get
from tests.integration.metrics import metrics, metrics_of_workers
from tests.integration.processes import of
from tests.integration.protocol_client import open_session
from tests.integration.valkey import Valkey
from tests.polling import eventually
from tests.service import Service, free_port, start_service

WORKERS = 3
RESTART_SECONDS = 30.0
VISITS = 'jielong_visits_total{campaign="default",step="'


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A Valkey that the test reads, too."""
    valkey = Valkey(tmp_path_factory.mktemp("valkey"))
    valkey.start()
    yield valkey
    valkey.kill()


@pytest.fixture(scope="module")
def operations_port() -> int:
    """That of the module's service."""
    return free_port()


@pytest.fixture(scope="module")
def shared(
    valkey: Valkey, operations_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Several workers at one port, and another port for operators."""
    service = start_service(
        tmp_path_factory.mktemp("service"),
        workers=WORKERS,
        redis_url=valkey.url,
        operations_port=operations_port,
        log_format="json",
    )
    yield service
    assert service.stop() == 0


@pytest.fixture(scope="module")
def operations(shared: Service, operations_port: int) -> Service:
    """The same service as operators reach it."""
    return Service(shared.process, operations_port, shared.data, shared.log)


def worker_pids(service: Service) -> list[int]:
    """The worker processes, without those that they have forked."""
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in of(service)}
    names = {pid: Path(f"/proc/{pid}/comm").read_text() for pid in lines}
    return [pid for pid in lines if b"--place" in lines[pid] and "jielong" not in names[pid]]


async def test_operators_have_a_port_of_their_own(shared: Service, operations: Service) -> None:
    for path in ("/metrics", "/asyncapi.json", "/openapi.json"):
        assert (await get(operations, path))[0] == 200
        assert (await get(shared, path))[0] == 404
    for path in ("/readyz", "/healthz"):
        assert (await get(operations, path))[0] == (await get(shared, path))[0] == 200
    assert (await get(operations, "/api/campaigns/default"))[0] == 404
    assert json.loads((await get(operations, "/asyncapi.json"))[2])["asyncapi"].startswith("3.")


async def test_one_scrape_tells_every_worker_also_when_one_dies(
    shared: Service, operations: Service
) -> None:
    peers = [await open_session(shared) for _ in range(6)]

    async def told(workers: int, connections: int) -> bool:
        try:
            found = await metrics_of_workers(operations)
        except ConnectionError:  # it reached the worker that was killed
            return False
        found.pop("")
        assert all("process_cpu_seconds_total" in it for it in found.values())
        there = sum(it["jielong_connections"] for it in found.values())
        return (len(found), there) == (workers, connections)

    await eventually(lambda: told(WORKERS, 6))
    killed = worker_pids(shared)[0]
    os.kill(killed, signal.SIGKILL)
    gone = 0
    for peer in peers:
        try:
            await peer.send("ping", n=1)
            await peer.expect("pong")
        except (WebSocketException, OSError):
            gone += 1
    await eventually(lambda: told(WORKERS, 6 - gone), RESTART_SECONDS)
    for peer in peers:
        await peer.close()
    ended: list[dict[str, Any]] = []

    async def logged() -> bool:
        lines = [line for line in shared.log.read_text().splitlines() if line.startswith("{")]
        ended[:] = [it for it in map(json.loads, lines) if it["event"] == "a worker ended"]
        return bool(ended)

    await eventually(logged)
    (line,) = ended
    assert (line["level"], line["worker_pid"]) == ("error", killed)
    assert line["worker"] in range(WORKERS)


async def test_workers_that_are_replaced_are_told_under_their_other_names(
    shared: Service, operations: Service
) -> None:
    before = set(await metrics_of_workers(operations)) - {""}
    shared.process.send_signal(signal.SIGHUP)

    async def are_others() -> bool:
        now = set(await metrics_of_workers(operations)) - {""}
        return len(now) == WORKERS and not now & before

    await eventually(are_others, RESTART_SECONDS)


async def test_visits_are_counted_once_a_step_and_meet_in_redis(
    shared: Service, operations: Service, valkey: Valkey
) -> None:
    async with redis.asyncio.Redis.from_url(valkey.url) as client:
        before = await read_funnel(client, "default")
        onlooker = await open_session(shared)
        await finish_work(shared)

        async def reached(*visits: int) -> bool:
            now = await read_funnel(client, "default")
            return [now.get(step, 0) - before.get(step, 0) for step in NAMES] == list(visits)

        await eventually(lambda: reached(3, 2, 2, 2, 2, 2, 0, 0))
        again = await open_session(shared, token=onlooker.welcome["token"])
        await eventually(lambda: reached(4, 2, 2, 2, 2, 2, 0, 0))
        await onlooker.close()
        await again.close()
        found = await read_funnel(client, "default")

    async def is_told_by_every_worker() -> bool:
        told = [await metrics(operations) for _ in range(2 * WORKERS)]
        return all(it.get(f'{VISITS}finished"}}') == found["finished"] for it in told)

    await eventually(is_told_by_every_worker)


async def test_a_work_counts_as_shared_once_a_visit_and_after_it_was_finished(
    shared: Service, valkey: Valkey
) -> None:
    async with redis.asyncio.Redis.from_url(valkey.url) as client:

        async def shares() -> tuple[int, int]:
            now = await read_funnel(client, "default")
            return now.get("shared", 0), now.get("poster", 0)

        links, posters = await shares()
        async with (
            await Participant.connect(shared.ws_url) as one,
            await Participant.connect(shared.ws_url) as two,
        ):
            await one.share("poster")  # too early: it does not count
            await one.join(phrase="jiayou")
            await two.join()
            pens = Pen(random.Random(7)), Pen(random.Random(8))
            await asyncio.gather(one.write_relay(pens[0]), two.write_relay(pens[1]))
            for how in ("link", "link", "poster"):
                await two.share(how)
            await one.share("link")

            async def counted() -> bool:
                return await shares() == (links + 2, posters + 1)

            await eventually(counted)


async def test_what_participants_wait_for_is_measured(shared: Service, operations: Service) -> None:
    await finish_work(shared)

    async def observed() -> bool:
        now = await metrics(operations)
        counts = [
            now[f"jielong_{name}_duration_seconds_count"]
            for name in ("welcome", "seat", "commit", "store_call")
        ]
        counts.append(now["jielong_event_loop_lag_seconds_count"])
        assert now["jielong_commit_duration_seconds_sum"] < 60
        return all(count >= 2 for count in counts)

    await eventually(observed)


async def test_promtool_finds_no_fault_in_the_names(operations: Service) -> None:
    text = (await get(operations, "/metrics"))[2]
    done = await asyncio.to_thread(
        subprocess.run,
        [program("promtool"), "check", "metrics"],
        input=text,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
