"""What redis-py says of a server that closes every connection at once, on uvloop."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import threading
import time

import uvloop
from redis.exceptions import RedisError

from server.store.deployment import deployment

TRIES = 600
"""Some twentieth of them end between connecting and the first write."""


def close_all(listener: socket.socket) -> None:
    """Accept, and reset the connection a little later each time, until the listener is closed."""
    for number in itertools.count():
        try:
            accepted, _ = listener.accept()
        except OSError:
            return
        time.sleep(number % 20 * 20e-6)
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        accepted.close()


async def knock(port: int) -> set[type[BaseException]]:
    """What a ping ends with, in many tries."""
    found = set()
    for _ in range(TRIES):
        client = deployment(f"redis://127.0.0.1:{port}").client("key")
        try:
            await client.ping()
        except Exception as error:
            found.add(type(error))
        await client.aclose()
    return found


def test_a_connection_that_is_closed_at_any_moment_is_a_lost_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closing = threading.Thread(target=close_all, args=(listener,))
        closing.start()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(knock(listener.getsockname()[1]))
        listener.shutdown(socket.SHUT_RDWR)
        closing.join(10)
    assert found
    assert all(issubclass(error, RedisError) for error in found), found
