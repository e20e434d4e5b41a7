"""`jielong check` on the real service: the history of busy participants has no violations."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from jielong.exceptions import JielongError, TimedOut
from jielong.messages import Waiting

from tests.history import HistoryWriter
from tests.integration.recorded_clients import (
    RecordedClient,
    broken,
    close_all,
    history_of,
    run_check,
)
from tests.integration.valkey import Valkey
from tests.service import Service

CLIENTS = 12
RELAYS = 60
RUN_SECONDS = 45.0


class Workload:
    """Clients that write relays until enough works are finished."""

    def __init__(self) -> None:
        self.works: set[str] = set()

    async def run(self, client: RecordedClient) -> None:
        await client.connect()
        while len(self.works) < RELAYS:
            try:
                await self._once(client)
            except JielongError:
                await client.connect()
            await asyncio.sleep(client.rng.uniform(0, 0.05))

    async def _once(self, client: RecordedClient) -> None:
        rng = client.rng
        if (
            client.participant.room is None
            or client.participant.relay is None
            or client.participant.relay.completed
        ):
            seated = await client.participant.join()
            if isinstance(seated, Waiting) and rng.random() < 0.1:
                await client.participant.leave()
                return
        chance = rng.random()
        if chance < 0.15:
            await client.close()
            await asyncio.sleep(rng.uniform(0, 0.3))
            await client.connect()
        elif chance < 0.25:
            await client.connect()
        elif chance < 0.35 and client.participant.my_turn:
            await client.commit()
            await client.participant.leave(keep=rng.random() < 0.7)
            return
        elif chance < 0.4 and client.participant.room:
            await client.participant.report("other")
            return
        if client.participant.room:
            await self._write(client)

    async def _write(self, client: RecordedClient) -> None:
        pace = client.rng.choice((0, 0, 0.1))
        try:
            done = await client.participant.write_relay(client.pen, pace, timeout=2)
        except TimedOut:
            # Every client may be waiting for a partner.
            await client.participant.leave(keep=True)
        else:
            self.works.add(done.work)


async def test_the_history_of_a_busy_service_has_no_violations(service: Service) -> None:
    path = history_of(service)
    with HistoryWriter(path) as history:
        workload = Workload()
        clients = [RecordedClient(service, history, f"p{i}") for i in range(CLIENTS)]
        async with asyncio.timeout(RUN_SECONDS):
            await asyncio.gather(*(workload.run(client) for client in clients))
        await close_all(*clients)
    checked = await asyncio.to_thread(run_check, path, "--data", service.data)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "no violations" in checked.stdout
    assert not broken(checked)
    elsewhere = await asyncio.to_thread(
        run_check, path, "--data", service.data, "--campaign", "elsewhere"
    )
    assert is_one_line_error(elsewhere, "'elsewhere'")
    service.stop()
    stopped = await asyncio.to_thread(run_check, path, "--data", service.data)
    assert stopped.stdout == checked.stdout


def is_one_line_error(checked: subprocess.CompletedProcess[str], what: str) -> bool:
    """Whether the check exits with 2 and one line on stderr that contains `what`."""
    assert (checked.returncode, checked.stdout) == (2, ""), checked
    assert len(checked.stderr.strip().splitlines()) == 1, checked.stderr
    return what in checked.stderr


def test_a_history_that_cannot_be_read_exits_with_2(tmp_path: Path) -> None:
    checked = run_check(tmp_path / "none.jsonl", "--data", tmp_path)
    assert is_one_line_error(checked, "none.jsonl cannot be read")


def test_a_folder_without_data_of_a_service_exits_with_2_and_is_not_changed(tmp_path: Path) -> None:
    history, data = tmp_path / "history.jsonl", tmp_path / "data"
    with HistoryWriter(history) as writer:
        writer.opened("a", 1)
    data.mkdir()
    assert is_one_line_error(
        run_check(history, "--data", data), "is not the data folder of a service"
    )
    assert list(data.iterdir()) == []


def test_a_missing_database_exits_with_2_and_is_named(tmp_path: Path, valkey: Valkey) -> None:
    history = tmp_path / "history.jsonl"
    with HistoryWriter(history) as writer:
        writer.opened("a", 1)
    checked = run_check(history, "--data", tmp_path, "--redis-url", valkey.url)
    assert is_one_line_error(checked, "works.sqlite")
