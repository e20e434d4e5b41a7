"""What one peer sends too much of costs the service little, and in the end the connection."""

from __future__ import annotations

import asyncio

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
