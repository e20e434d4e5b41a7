"""Whoever waits alone is told that somebody writes in another language; on two workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest

from server.worker.offers import ALONE_MS
from tests.integration.protocol_client import MSGPACK, Message, Peer, open_session
from tests.integration.relays import INK
from tests.integration.valkey import Valkey
from tests.service import Service, start_service

SOON = ALONE_MS / 1_000 + 3
"""Seconds within which an offer comes, and after which a second one would have come."""

CAMPAIGNS = ("default", "both", "old", "kept", "friends", "mine")

Connect = Callable[..., Awaitable[Peer]]


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Service]]:
    folder: Path = tmp_path_factory.mktemp("workers")
    path = folder / "campaigns.toml"
    path.write_text("".join(f'[[campaign]]\nid = "{name}"\n' for name in CAMPAIGNS))
    valkey = Valkey(folder)
    valkey.start()
    settings = {"redis_url": valkey.url, "campaigns": path}
    one, other = (start_service(folder / "data", **settings) for _ in range(2))
    yield one, other
    assert [one.stop(), other.stop()] == [0, 0]
    for service in (one, other):
        assert "Traceback" not in service.log.read_text()
    valkey.kill()


@pytest.fixture
async def connect(workers: tuple[Service, Service]) -> AsyncIterator[Connect]:
    """Greets the two workers in turn."""
    peers: list[Peer] = []
    turns = cycle(workers)

    async def open_one(campaign: str, **hello: object) -> Peer:
        peer = await open_session(next(turns), MSGPACK, campaign=campaign, **hello)
        peers.append(peer)
        return peer

    yield open_one
    for peer in peers:
        await peer.quit()


async def wait_alone(peer: Peer, *locales: str) -> Message:
    """Open a room in one of these languages (any, for none)."""
    await peer.send("join", **({"locales": list(locales)} if locales else {}))
    return await peer.expect("waiting")


async def both_are_offered_the_other_one_s(connect: Connect) -> None:
    hans, ann = await connect("both"), await connect("both")
    chinese = await wait_alone(hans, "zh")
    english = await wait_alone(ann, "en")
    offered = await ann.expect("offer", limit=SOON, room=english["room"])
    assert offered["phrase"] == chinese["phrase"]
    await hans.expect("offer", limit=SOON, room=chinese["room"], phrase=english["phrase"])
    await ann.send("leave", room=english["room"])
    await ann.send("join", locales=["en", offered["phrase"]["locale"]])
    await ann.expect("matched", room=chinese["room"])
    await hans.expect("matched")


async def an_older_client_is_offered_nothing(connect: Connect) -> None:
    old, hans = await connect("old", locale="en"), await connect("old")
    english = await wait_alone(old)
    assert english["phrase"]["locale"] == "en"
    await wait_alone(hans, "zh")
    await hans.expect("offer", limit=SOON, phrase=english["phrase"])
    await asyncio.sleep(3)
    await hans.expect_silence()  # once in ten seconds
    await old.expect_silence()


async def a_room_left_behind_is_offered(connect: Connect) -> None:
    hans, ann = await connect("kept"), await connect("kept")
    chinese = await wait_alone(hans, "zh")
    await hans.send("commit", room=chinese["room"], c=0, strokes=INK)
    await hans.expect("committed")
    await hans.expect("turn")
    await hans.send("leave", room=chinese["room"], keep=True)
    await wait_alone(ann, "en")
    await ann.expect("offer", limit=SOON, phrase=chinese["phrase"])


async def a_friend_s_room_is_not_offered_to_strangers(connect: Connect) -> None:
    hans, ann = await connect("friends"), await connect("friends")
    chinese = await wait_alone(hans, "zh")
    await hans.send("invite", room=chinese["room"])
    await hans.expect("invited")
    await wait_alone(ann, "en")
    await asyncio.sleep(SOON)
    await ann.expect_silence()
    await hans.expect_silence()


async def nobody_is_offered_a_room_that_was_their_own(connect: Connect) -> None:
    hans = await connect("mine")
    chinese = await wait_alone(hans, "zh")
    await hans.send("commit", room=chinese["room"], c=0, strokes=INK)
    await hans.expect("committed")
    await hans.expect("turn")
    await hans.send("leave", room=chinese["room"], keep=True)
    await wait_alone(hans, "en")
    await asyncio.sleep(SOON)
    await hans.expect_silence()


async def test_whoever_waits_alone_is_offered_a_room_in_another_language(
    connect: Connect,
) -> None:
    """All at once, since each takes as long as one must have waited."""
    await asyncio.gather(
        both_are_offered_the_other_one_s(connect),
        an_older_client_is_offered_nothing(connect),
        a_room_left_behind_is_offered(connect),
        a_friend_s_room_is_not_offered_to_strangers(connect),
        nobody_is_offered_a_room_that_was_their_own(connect),
    )
