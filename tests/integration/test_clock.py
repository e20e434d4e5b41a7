"""The wall clock of Redis' machine is set back: seats, turns and returns go on as before."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from server.store import entry_stream, keys
from server.store.deployment import deployment
from server.store.durability import Guarantee
from server.store.works import Entry, WorksStream
from tests.integration.finished_works import make_work
from tests.integration.protocol_client import open_session
from tests.integration.relays import finish, meet, write
from tests.integration.store import LANE, plain
from tests.integration.valkey import Valkey
from tests.polling import eventually
from tests.service import Service
from tests.settable_clock import SettableClock

TURN_SECONDS = 6
GRACE_SECONDS = 3
SLACK_SECONDS = 6.0
"""Of a busy machine."""


class AdjustableValkey(Valkey):
    """A Valkey whose clock can be set."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.clock = SettableClock(folder.with_name("clock"))
        self.environment = self.clock.environment


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[AdjustableValkey]:
    server = AdjustableValkey(tmp_path / "valkey")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def service(serve: Callable[..., Service], valkey: AdjustableValkey) -> Service:
    return serve(redis_url=valkey.url, turn_seconds=TURN_SECONDS, grace_seconds=GRACE_SECONDS)


def set_back(valkey: AdjustableValkey, seconds: int) -> None:
    """The clock is set, and is seen to be."""
    with plain(valkey) as client:
        before = client.time()[0]
        valkey.clock.set(-seconds)
        deadline = time.monotonic() + SLACK_SECONDS
        while client.time()[0] >= before:
            assert time.monotonic() < deadline


@pytest.mark.parametrize("seconds", [120, 3_600])
async def test_who_reconnects_has_the_seat_back(
    service: Service, valkey: AdjustableValkey, seconds: int
) -> None:
    seats = await open_session(service), await open_session(service)
    await meet(seats)
    await write(seats, 0)
    set_back(valkey, seconds)
    again = await open_session(service, token=seats[1].welcome["token"])
    resumed = again.welcome["resume"]
    assert (resumed["room"], resumed["seat"]) == (seats[0].room, 1)
    assert 0 < resumed["turn"]["ms"] <= TURN_SECONDS * 1_000
    await seats[1].expect("error", code="elsewhere")
    await seats[0].expect_silence()
    await finish((seats[0], again), 1, 2)

    async def is_noticed() -> bool:
        return "the clock of Redis was set back" in service.log.read_text()

    await eventually(is_noticed)


async def test_a_turn_ends_when_it_should_and_a_grace_too(
    service: Service, valkey: AdjustableValkey
) -> None:
    seats = await open_session(service), await open_session(service)
    await meet(seats)
    began = time.monotonic()
    set_back(valkey, 3_600)
    left = await seats[1].expect("partner", state="left", limit=TURN_SECONDS + SLACK_SECONDS)
    assert left["room"] == seats[0].room
    assert time.monotonic() - began > TURN_SECONDS / 2
    await seats[0].expect("bye", why="idle")
    set_back(valkey, 7_200)
    await seats[1].close()
    later = await open_session(service)
    others = await open_session(service), later
    await meet(others)
    set_back(valkey, 10_800)
    await others[0].close()
    away = await later.expect("partner", state="away", limit=SLACK_SECONDS)
    assert 0 < away["ms"] <= GRACE_SECONDS * 1_000
    turn = await later.expect("turn")
    assert 0 < turn["ms"] <= (TURN_SECONDS + GRACE_SECONDS) * 1_000
    await later.expect("partner", state="left", limit=GRACE_SECONDS + SLACK_SECONDS)


async def test_a_worker_that_is_killed_is_noticed(
    serve: Callable[..., Service], service: Service, valkey: AdjustableValkey
) -> None:
    other = serve("data", redis_url=valkey.url, grace_seconds=GRACE_SECONDS)
    seats = await open_session(service), await open_session(other)
    await meet(seats)
    service.process.kill()
    set_back(valkey, 3_600)
    await seats[1].expect("partner", state="away", limit=5.0 + SLACK_SECONDS)
    await seats[1].expect("turn", seat=0)
    await seats[1].expect("partner", state="left", limit=GRACE_SECONDS + SLACK_SECONDS)


async def test_works_that_a_lost_worker_has_read_are_archived(
    valkey: AdjustableValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_stream, "ABANDONED_MS", 500)
    lost, other = (
        WorksStream(deployment(valkey.url), Guarantee(), LANE, name) for name in ("lost", "other")
    )
    await lost.open()
    await other.open()
    with plain(valkey) as client:
        client.xadd(keys.works(LANE), {"work": msgspec.msgpack.encode(make_work(1))})
    assert len(await lost.next()) == 1
    await lost.close()
    set_back(valkey, 3_600)
    taken_over: list[Entry] = []

    async def is_taken_over() -> bool:
        taken_over.extend(await other.abandoned())
        return bool(taken_over)

    await eventually(is_taken_over, SLACK_SECONDS)
    assert [work.id for _, work in taken_over] == [make_work(1).id]
    await other.close()
