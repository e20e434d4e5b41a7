"""What one peer sends too much of costs the service little, and in the end the connection."""

from __future__ import annotations

import asyncio

from tests.integration.conftest import Connect
from tests.integration.connections.raw import say_hello
from tests.integration.metrics import metrics
from tests.integration.protocol_client import (
    CLOSE,
    JSON,
    MSGPACK,
    PING,
    TEXT,
    frame,
    open_raw,
    pack,
)
from tests.integration.relays import DOT, sit_down
from tests.service import Service

LIMIT = 30.0
FLOOD = 400
WRITTEN_AT_ONCE = 500
UNREAD_BYTES = 64_000_000


async def resident_bytes(service: Service) -> float:
    """The worker's memory."""
    return (await metrics(service))["process_resident_memory_bytes"]


async def test_messages_far_beyond_the_rate_close_the_connection(shared: Service) -> None:
    raw = await open_raw(shared, JSON)
    await say_hello(raw, JSON)
    await raw.send(frame(pack({"t": "ping", "n": 1}, JSON), TEXT) * FLOOD)
    kinds = []
    while (found := await raw.next_frame()) is not None and found[0] != CLOSE:
        kinds.append(b"slow_down" in found[1])
    assert found is not None
    assert int.from_bytes(found[1][:2]) == 1008
    assert 40 <= sum(kinds) <= 60
    await raw.close()


async def test_pings_that_nobody_reads_the_answers_of_take_no_memory(shared: Service) -> None:
    raw = await open_raw(shared, MSGPACK)
    await say_hello(raw, MSGPACK)
    before = await resident_bytes(shared)
    pings = frame(b"x" * 125, PING) * WRITTEN_AT_ONCE
    async with asyncio.timeout(LIMIT):
        for _ in range(UNREAD_BYTES // len(pings)):
            raw.writer.write(pings)
            await raw.writer.drain()
    assert await resident_bytes(shared) - before < UNREAD_BYTES / 2
    await raw.close()


async def test_more_than_a_burst_of_messages_is_slowed_down(connect: Connect) -> None:
    peer = await connect()
    count = 60
    for n in range(count):
        await peer.send("ping", n=n)
    told = [await peer.next() for _ in range(count)]
    allowed = [message["n"] for message in told if message["t"] == "pong"]
    refused = [message for message in told if message["t"] != "pong"]
    assert 28 <= len(allowed) <= 40
    assert allowed[:25] == list(range(25))
    for error in refused:
        assert (error["t"], error["code"], error["re"]) == ("error", "slow_down", "ping")
        assert 1 <= error["retry_ms"] <= 1_000
    await asyncio.sleep(refused[-1]["retry_ms"] / 1_000)
    await peer.expect_silence()


async def test_more_than_a_burst_of_ink_is_slowed_down_with_few_words(connect: Connect) -> None:
    seats = await sit_down(connect)
    count = 1_000
    for s in range(count):
        await seats[0].send("ink", room=seats[0].room, c=0, s=s, p=DOT)
    await seats[0].send("ping", n=5)
    answers = 0
    while (told := await seats[0].next())["t"] == "error":
        assert (told["code"], told["re"]) == ("slow_down", "ink")
        assert 1 <= told["retry_ms"] <= 1_000
        answers += 1
    assert told == {"t": "pong", "n": 5}
    assert 1 <= answers <= 10
    await seats[0].send("react", room=seats[0].room, e="fan")
    seen = 0
    while (told := await seats[1].next())["t"] == "ink":
        seen += 1
    assert told["t"] == "react"
    assert 110 <= seen < 600


async def test_the_limits_are_those_of_one_connection(connect: Connect) -> None:
    flood, other = await connect(), await connect()
    for n in range(60):
        await flood.send("ping", n=n)
    for n in range(20):
        await other.send("ping", n=n)
        await other.expect("pong", n=n)
