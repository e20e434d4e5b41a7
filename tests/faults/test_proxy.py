from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from random import Random

import pytest

from tests.faults.proxy import Proxy


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """In front of a server that sends everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname()[1], Random(1))
    await proxy.start()
    yield proxy
    proxy.stop()
    server.close()


async def test_it_passes_everything_on(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    words = bytes(range(256)) * 4_096
    writer.write(words)
    assert await reader.readexactly(len(words)) == words
    writer.close()


async def test_a_cut_connection_is_reset(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"there")
    await reader.readexactly(5)
    proxy.cut(1)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)


async def test_a_frozen_connection_holds_what_comes_and_passes_it_on_later(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"there")
    await reader.readexactly(5)
    frozen = asyncio.create_task(proxy.freeze(1, 0.5))
    await asyncio.sleep(0)  # It holds in its first step.
    writer.write(b"still there")
    there = asyncio.create_task(reader.readexactly(11))
    await asyncio.wait({frozen, there}, return_when=asyncio.FIRST_COMPLETED)
    assert frozen.done()
    assert await there == b"still there"
    writer.close()


async def test_a_slow_connection_passes_so_many_bytes_a_second(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"there")
    await reader.readexactly(5)
    began = time.monotonic()
    slow = asyncio.create_task(proxy.slow(1, 1_000, 30))
    await asyncio.sleep(0)  # It slows in its first step.
    for _ in range(5):
        writer.write(b"x" * 100)
        await reader.readexactly(100)
    assert time.monotonic() - began > 0.3
    slow.cancel()
    writer.close()


async def test_a_silent_connection_stays_silent_and_new_ones_are_served(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"there")
    await reader.readexactly(5)
    proxy.silence(1)
    await proxy.freeze(1, 0)
    writer.write(b"still there?")
    silent = asyncio.create_task(reader.readexactly(1))
    other_reader, other_writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    other_writer.write(b"there")
    assert await other_reader.readexactly(5) == b"there"
    assert not silent.done()
    silent.cancel()
    for each in (writer, other_writer):
        each.close()
