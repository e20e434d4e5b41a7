"""A connection that is silent, and what keeps it alive."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.integration.conftest import Connect
from tests.integration.connections.raw import say_hello
from tests.integration.protocol_client import (
    CLOSE,
    JSON,
    MSGPACK,
    PING,
    PONG,
    TEXT,
    RawSocket,
    frame,
    open_raw,
    pack,
)
from tests.service import Service

PINGED_JSON = pack({"t": "ping", "n": 1}, JSON)


async def test_a_silent_peer_is_dropped_in_time(shared: Service) -> None:
    """Both at once, because nobody does anything meanwhile."""
    await asyncio.gather(
        is_pinged_after_20_s_and_dropped_after_20_more(shared),
        without_hello_is_closed_after_30_s(shared),
    )


async def is_pinged_after_20_s_and_dropped_after_20_more(shared: Service) -> None:
    silent, alive = await open_raw(shared, MSGPACK), await open_raw(shared, JSON)
    start = time.monotonic()

    async def pinged(raw: RawSocket, wire: str) -> None:
        await say_hello(raw, wire)
        while (found := await raw.next_frame(25)) is not None and found[0] != PING:
            assert b"counters" in found[1]
        assert 18 < time.monotonic() - start < 24
        if raw is alive:
            assert found is not None
            await raw.send(frame(found[1], PONG))

    await asyncio.gather(pinged(silent, MSGPACK), pinged(alive, JSON))
    while (found := await silent.next_frame(25)) is not None:
        assert b"counters" in found[1]
    assert 36 < time.monotonic() - start < 45
    await alive.send(frame(PINGED_JSON, TEXT))
    while (found := await alive.next_frame()) is not None and b"pong" not in found[1]:
        assert found[0] == PING or b"counters" in found[1]
    assert found is not None
    await silent.close()
    await alive.close()


async def without_hello_is_closed_after_30_s(shared: Service) -> None:
    raw = await open_raw(shared, JSON)
    start = time.monotonic()
    while (found := await raw.next_frame(40)) is not None and found[0] != CLOSE:
        assert found[0] == PING
        await raw.send(frame(found[1], PONG))
    assert found is not None
    assert int.from_bytes(found[1][:2]) == 1008
    assert 28 < time.monotonic() - start < 36
    await raw.close()


@pytest.mark.parametrize("n", [0, 1, -1, 2**53, -(2**53), 2**63 - 1, -(2**63)])
async def test_pong_has_the_number_of_its_ping(connect: Connect, n: int) -> None:
    peer = await connect(JSON)
    await peer.send("ping", n=n)
    assert await peer.next() == {"t": "pong", "n": n}


async def test_ping_needs_no_number(connect: Connect) -> None:
    peer = await connect()
    await peer.send("ping")
    assert await peer.next() == {"t": "pong"}
