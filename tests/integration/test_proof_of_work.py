"""Above the usual rate a join costs a proof of work, which serves once and for one participant."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from jielong import Participant
from jielong.conformance import run
from jielong.proof import find

from tests.integration.metrics import metrics
from tests.integration.protocol_client import MSGPACK, Message, Peer, open_peer
from tests.integration.valkey import Valkey
from tests.service import Service, start_service

USUAL = 2
SLACK = 2
"""A minute may turn while a test runs; a little of what came before is then forgotten."""

NEVER = threading.Event()
GIVEN = {"guard": "on", "usual_network_joins": USUAL, "proof_seconds": 0.02}

CAPTCHA = "a token of a captcha"


async def check_captcha(proof: str, participant: str) -> bool:
    """A check as an operator writes one."""
    return proof == CAPTCHA and participant != ""


Visit = Callable[..., Awaitable[Peer]]


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    """A low usual rate, little work, and a captcha in its place."""
    return GIVEN | {"proof_check": f"{__name__}:{check_captcha.__name__}"}


@pytest.fixture
async def visit(shared: Service) -> AsyncIterator[Visit]:
    """Greets from an address; everybody goes at the end."""
    peers: list[Peer] = []

    async def come(address: str, service: Service = shared, **hello: object) -> Peer:
        peer = await open_peer(service, MSGPACK, address)
        peers.append(peer)
        await peer.send("hello", **hello)
        await peer.expect("welcome")
        return peer

    yield come
    for peer in peers:
        await peer.quit()


async def join(peer: Peer, **keys: object) -> Message:
    """The answer to a join; who got a room leaves it again."""
    await peer.send("join", **keys)
    answer = await peer.next()
    if answer["t"] in {"waiting", "matched"}:
        await peer.send("leave", room=answer["room"])
        await peer.expect_silence()
    return answer


async def challenged(peer: Peer) -> str:
    """Join until that costs something; the proof."""
    for number in range(USUAL + SLACK + 1):
        answer = await join(peer)
        if answer["t"] == "challenge":
            assert number >= USUAL
            return find(answer["altcha"], NEVER)
    raise AssertionError("no work was asked")


async def test_the_conformance_suite_finds_its_proofs(shared: Service) -> None:
    before = (await metrics(shared))["jielong_challenges_total"]
    found = [it async for it in run(shared.ws_url, only=["invite", "no-third-seat", "one-room"])]
    assert [(it.name, it.result, it.why) for it in found if it.result != "pass"] == []
    assert (await metrics(shared))["jielong_challenges_total"] > before


async def test_a_proof_lets_in_once(visit: Visit, shared: Service) -> None:
    peer = await visit("198.51.100.1")
    proof = await challenged(peer)
    assert (await join(peer, proof=proof))["t"] == "waiting"
    again = await join(peer, proof=proof)
    assert again["t"] == "challenge"
    new = find(again["altcha"], NEVER)
    assert (await join(peer, proof=new))["t"] == "waiting"
    assert (await metrics(shared))["jielong_proofs_used_again_total"] == 1


async def test_a_proof_is_of_one_participant(visit: Visit) -> None:
    one, other = await visit("198.51.100.2"), await visit("198.51.100.2")
    proof = await challenged(one)
    assert (await join(other, proof=proof))["t"] == "challenge"
    assert (await join(one, proof=proof))["t"] == "waiting"


async def test_who_solves_nothing_is_asked_to_slow_down(visit: Visit) -> None:
    peer = await visit("198.51.100.3")
    await challenged(peer)
    for _ in range(4):
        assert (await join(peer, proof="x"))["t"] == "challenge"
    answer = await join(peer)
    assert (answer["code"], answer["re"]) == ("slow_down", "join")
    assert answer["retry_ms"] >= 10_000


async def test_the_operators_own_check_lets_in(visit: Visit) -> None:
    peer = await visit("198.51.100.7")
    await challenged(peer)
    assert (await join(peer, proof=CAPTCHA))["t"] == "waiting"
    assert (await join(peer, proof="another token"))["t"] == "challenge"


async def test_others_are_not_asked(visit: Visit) -> None:
    await challenged(await visit("198.51.100.4"))
    assert (await join(await visit("198.51.100.5")))["t"] == "waiting"


async def test_the_sdk_solves_it_by_itself(shared: Service) -> None:
    async with await Participant.connect(shared.ws_url, proxy=None) as one:
        for _ in range(USUAL + SLACK + 1):
            await one.join()
            await one.leave()


@pytest.fixture
def workers(valkey: Valkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Service]]:
    """Two services on one Valkey."""
    folder = tmp_path_factory.mktemp("workers")
    services = [start_service(folder / "data", redis_url=valkey.url, **GIVEN) for _ in range(2)]
    yield services
    assert [service.stop() for service in services] == [0, 0]


async def test_a_proof_serves_once_over_all_workers(workers: list[Service], visit: Visit) -> None:
    peer = await visit("198.51.100.6", workers[0])
    proof = await challenged(peer)
    assert (await join(peer, proof=proof))["t"] == "waiting"
    there = await visit("198.51.100.6", workers[1], token=peer.welcome["token"])
    await challenged(there)
    assert (await join(there, proof=proof))["t"] == "challenge"
