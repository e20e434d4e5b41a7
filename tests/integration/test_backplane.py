"""Envelopes between workers, over connections that die without a word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from server.store import publisher, publishers
from server.store.backplane import Backplane
from server.store.deployment import deployment
from server.store.envelope import Disconnect, Envelope
from server.store.errors import StoreAwayError
from tests.faults.proxy import Proxy
from tests.integration.store import plain
from tests.integration.valkey import Valkey
from tests.polling import eventually

LIMIT = 15.0

NEARLY_ALL = 0.999
"""Share of the connections, so that new ones pass."""


class End:
    """A worker's end, and what came for it."""

    def __init__(self, url: str, worker: str) -> None:
        self.came: asyncio.Queue[Envelope] = asyncio.Queue()
        self.backplane = Backplane(deployment(url), worker, self.came.put_nowait)

    async def expect(self, envelope: Envelope) -> None:
        """Wait for a envelope; the same one may come again before it."""
        async with asyncio.timeout(LIMIT):
            while await self.came.get() != envelope:
                pass


@asynccontextmanager
async def running(url: str, worker: str) -> AsyncIterator[End]:
    end = End(url, worker)
    task = asyncio.create_task(end.backplane.run())
    try:
        async with asyncio.timeout(LIMIT):
            await end.backplane.ready.wait()
        yield end
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_envelopes_find_another_way_when_the_connection_is_dead(valkey: Valkey) -> None:
    proxy = Proxy(valkey.port, Random(1))
    await proxy.start()
    through = f"redis://127.0.0.1:{proxy.port}"
    async with running(valkey.url, "two") as two, running(through, "one") as one:
        one.backplane.send("two", Disconnect(1))
        await two.expect(Disconnect(1))
        dead = asyncio.create_task(proxy.freeze(NEARLY_ALL, LIMIT))
        await asyncio.sleep(0)  # It holds in its first step.
        one.backplane.send("two", Disconnect(2))
        await two.expect(Disconnect(2))
        dead.cancel()
    proxy.stop()


async def test_what_is_not_answered_is_bounded_and_the_rest_goes_out_behind_it(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "IN_FLIGHT_BYTES", 1)
    async with running(valkey.url, "two") as two, running(valkey.url, "one") as one:
        one.backplane.send("two", Disconnect(0))
        await two.expect(Disconnect(0))
        plain(valkey).config_resetstat()
        valkey.freeze()
        for number in range(1, 21):
            one.backplane.send("two", Disconnect(number))
            await asyncio.sleep(0)
        valkey.thaw()
        for number in range(1, 21):
            await two.expect(Disconnect(number))
        assert plain(valkey).info("commandstats")["cmdstat_spublish"]["calls"] == 2
    assert one.backplane.dropped == 0


async def test_a_move_ends_in_time_and_is_made_up_for(valkey: Valkey) -> None:
    async with running(valkey.url, "one") as one, running(valkey.url, "two") as two:
        returned = asyncio.Event()
        one.backplane.on_reconnect(returned.set)
        valkey.freeze()
        async with asyncio.timeout(LIMIT):
            with pytest.raises(StoreAwayError):
                await one.backplane.move("three")
            valkey.thaw()
            await returned.wait()
        assert one.backplane.ready.is_set()
        two.backplane.send("three", Disconnect(3))
        await one.expect(Disconnect(3))


async def test_a_publisher_is_stopped_when_it_is_unused(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishers, "UNUSED_SECONDS", 0.2)
    monkeypatch.setattr(publisher, "UNUSED_SECONDS", 0.2)
    async with running(valkey.url, "two") as two, running(valkey.url, "one") as one:
        two.backplane.send("two", Disconnect(0))
        await two.expect(Disconnect(0))

        async def only_subscribers() -> bool:
            clients = plain(valkey).client_list(_type="normal")
            return len(clients) == 1  # who asks

        await eventually(only_subscribers)
        one.backplane.send("two", Disconnect(1))
        await two.expect(Disconnect(1))
