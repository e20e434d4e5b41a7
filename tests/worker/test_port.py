"""How many connections a worker accepts in a pass of its event loop."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import pytest

from server.transport.accept import Acceptor
from server.transport.listener import bind, count_waiting, listen
from server.worker.port import ACCEPTED_AT_ONCE, CALM_LOOKS, LOOK_EVERY, Port
from tests.transport.accepting import LIMIT, acceptor

CROWD = 400

FEW = 40
"""Descriptors that are left."""

OF_THE_POLLER = 1

pytestmark = pytest.mark.skipif(
    not hasattr(socket, "TCP_INFO"), reason="this kernel does not tell how many wait"
)


@asynccontextmanager
async def open_port() -> AsyncIterator[tuple[Acceptor, socket.socket]]:
    """What accepts, and the socket that it accepts from."""
    made = acceptor()
    port, listener = Port(made), listen(bind("127.0.0.1", 0))
    address = listener.getsockname()
    port.open(listener)
    try:
        async with asyncio.timeout(LIMIT):
            yield made, listener
    finally:
        port.stop_accepting()
        await port.close()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(address, LIMIT):
        pass


@contextmanager
def crowd(listener: socket.socket, size: int) -> Iterator[None]:
    """So many come, and begin to ask, while the event loop does something else."""
    with ExitStack() as stack:
        for _ in range(size):
            peer = stack.enter_context(socket.create_connection(listener.getsockname(), LIMIT))
            peer.sendall(b"G")
        assert count_waiting(listener) == size
        yield


async def passes_until(made: Acceptor, size: int) -> int:
    """Passes of the event loop until it has so many connections."""
    passes = 0
    while len(made.connections) != size:
        await asyncio.sleep(0)
        passes += 1
    return passes


async def test_a_crowd_is_accepted_several_at_once_and_a_single_one_alone() -> None:
    async with open_port() as (made, listener):
        with crowd(listener, CROWD):
            crowded = await passes_until(made, CROWD)
        assert crowded < CROWD / ACCEPTED_AT_ONCE + 4 * LOOK_EVERY
        for _ in range(LOOK_EVERY * (CALM_LOOKS + 1)):
            with crowd(listener, 1):
                await passes_until(made, 1)
            await passes_until(made, 0)
        with crowd(listener, ACCEPTED_AT_ONCE):
            assert await passes_until(made, ACCEPTED_AT_ONCE) >= ACCEPTED_AT_ONCE


async def test_without_descriptors_the_port_waits_and_goes_on() -> None:
    async with open_port() as (made, listener):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with crowd(listener, CROWD):
            lowest_free = os.dup(listener.fileno())
            os.close(lowest_free)
            resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free + FEW, hard))
            try:
                await passes_until(made, FEW - OF_THE_POLLER)
                assert count_waiting(listener) == CROWD - FEW + OF_THE_POLLER
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            await passes_until(made, CROWD)
