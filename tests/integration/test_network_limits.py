"""What one network does too much of is refused with a time to come back; others notice nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from websockets.exceptions import InvalidStatus

from tests.integration.command import jielong
from tests.integration.metrics import metrics
from tests.integration.protocol_client import MSGPACK, Message, Peer, open_peer
from tests.integration.relays import INK
from tests.integration.valkey import Valkey
from tests.polling import eventually
from tests.service import Service, start_service

CONNECTIONS, HELLOS, JOINS, HANDS = 12, 8, 6, 4
SHARED_HELLOS = 150

SLACK = 2
"""A minute may turn while a test runs; a little of what came before is then forgotten."""

Visit = Callable[..., Awaitable[Peer]]


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    """Low limits, each reached within a second."""
    return {
        "guard": "on",
        "network_connections": CONNECTIONS,
        "network_hellos": HELLOS,
        "network_joins": JOINS,
        "network_hands": HANDS,
        "hand_pace": 0,
    }


@pytest.fixture
async def visit(shared: Service) -> AsyncIterator[Visit]:
    """Opens connections from an address; all are closed at the end."""
    peers: list[Peer] = []

    async def come(address: str, service: Service = shared) -> Peer:
        peer = await open_peer(service, MSGPACK, address)
        peers.append(peer)
        return peer

    yield come
    for peer in peers:
        await peer.quit()


async def greet(visit: Visit, address: str, *where: Service) -> Peer | Message:
    """Says `hello`; the participant, or the refusal."""
    peer = await visit(address, *where)
    await peer.send("hello")
    answer = await peer.next()
    return peer if answer["t"] == "welcome" else answer


async def refused(attempt: Callable[[], Awaitable[object]], most: int) -> Message:
    """The refusal that comes after at most so many attempts and a little more."""
    for number in range(most + SLACK + 1):
        answer = await attempt()
        if isinstance(answer, dict) and answer["t"] == "error":
            assert number >= most, f"refused after {number} attempts: {answer}"
            return answer
    raise AssertionError(f"nothing was refused in {most + SLACK + 1} attempts")


async def test_connections_of_one_network_are_refused_with_429(visit: Visit) -> None:
    for number in range(CONNECTIONS + SLACK + 1):
        try:
            await visit("198.51.100.1")
        except InvalidStatus as error:
            assert number >= CONNECTIONS
            assert error.response.status_code == 429
            assert 1 <= int(error.response.headers["Retry-After"]) <= 61
            break
    else:
        raise AssertionError("no connection was refused")
    await visit("198.51.100.2")


async def test_hellos_are_refused_and_the_connection_is_closed(visit: Visit) -> None:
    answer = await refused(lambda: greet(visit, "198.51.100.3"), HELLOS)
    assert (answer["code"], answer["re"]) == ("slow_down", "hello")
    assert answer["retry_ms"] > 0
    assert isinstance(await greet(visit, "198.51.100.4"), Peer)


async def test_joins_are_refused_and_the_participant_stays(visit: Visit) -> None:
    peer = await greet(visit, "198.51.100.5")
    assert isinstance(peer, Peer)

    async def join() -> Message:
        await peer.send("join")
        answer = await peer.next()
        if answer["t"] == "waiting":
            await peer.send("leave", room=answer["room"])
        return answer

    answer = await refused(join, JOINS)
    assert (answer["code"], answer["re"]) == ("slow_down", "join")
    await peer.expect_silence()


async def write_together(visit: Visit, address: str) -> Message:
    """Two of one network write a relay; the refusal, if one of them may not join."""
    seats = [await greet(visit, address), await greet(visit, address)]
    waiting: Message = {}
    for seat, peer in enumerate(seats):
        assert isinstance(peer, Peer), peer
        await peer.send("join", phrase="jiayou")
        answer = await peer.next()
        if answer["t"] == "error":
            return answer
        if not seat:
            waiting = answer
    for c, peer in enumerate(seats):
        assert isinstance(peer, Peer)
        await peer.send("commit", room=waiting["room"], c=c, strokes=INK)
        answer = await peer.next()
        while answer["t"] not in {"turn", "completed"}:
            answer = await peer.next()
    return answer


async def test_a_network_with_many_hands_in_works_may_not_join(visit: Visit) -> None:
    answer = await refused(lambda: write_together(visit, "198.51.100.6"), HANDS // 2)
    assert (answer["code"], answer["re"]) == ("slow_down", "join")


async def test_a_network_that_a_campaign_names_at_run_time_may_do_more(
    shared: Service, visit: Visit
) -> None:
    school = "198.51.100.9"
    await refused(lambda: greet(visit, school), HELLOS)
    named = f'network=[{{address="{school}", participants=300}}]'
    edit = ("campaign", "edit", "default", "--set", named, "--data", shared.data)
    assert (await asyncio.to_thread(jielong, *edit)).returncode == 0

    async def are_welcome() -> bool:
        try:
            for _ in range(HELLOS + CONNECTIONS):
                if not isinstance(await greet(visit, school), Peer):
                    return False
        except InvalidStatus:
            return False
        return True

    await eventually(are_welcome)


async def test_refusals_are_metered(shared: Service, visit: Visit) -> None:
    await refused(lambda: greet(visit, "198.51.100.7"), HELLOS)
    assert (await metrics(shared))['jielong_guard_refused_total{event="hello"}'] > 0


@pytest.fixture
def workers(valkey: Valkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Service]]:
    """Two services on one Valkey."""
    folder = tmp_path_factory.mktemp("workers")
    given = {"redis_url": valkey.url, "guard": "on", "network_hellos": SHARED_HELLOS}
    services = [start_service(folder / "data", **given) for _ in range(2)]
    yield services
    assert [service.stop() for service in services] == [0, 0]


async def test_workers_count_a_network_together(workers: list[Service], visit: Visit) -> None:
    one, other = workers
    for _ in range(SHARED_HELLOS - 1):
        assert isinstance(await greet(visit, "198.51.100.8", one), Peer)
    greeted = 0

    async def is_refused() -> bool:
        nonlocal greeted
        greeted += 1
        return not isinstance(await greet(visit, "198.51.100.8", other), Peer)

    await eventually(is_refused)
    assert greeted < SHARED_HELLOS
