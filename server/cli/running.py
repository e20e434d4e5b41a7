"""What `serve` and `worker` share: the port for operators, and the signals that end them."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Coroutine
from typing import Any

from server.settings import Settings


def operations_port(settings: Settings, take: Callable[..., socket.socket]) -> socket.socket | None:
    """The port for operators alone, if there is to be one."""
    if not isinstance(settings.operations_port, int):
        return None
    host = settings.operations_host or settings.host
    return take(host, settings.operations_port, setting="JIELONG_OPERATIONS_PORT")


def stop_on_signals() -> asyncio.Event:
    """An event that the signals to stop set; SIGHUP sets it too, unless `nohup` ignores it.

    A supervisor gives SIGHUP another meaning once its workers run.
    """
    stopping = asyncio.Event()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


async def until(
    stopping: asyncio.Event, stop: Callable[[], None], running: Coroutine[Any, Any, None]
) -> None:
    """Run `running` until it ends; when `stopping` is set, call `stop` to end it."""

    async def stop_when_told() -> None:
        await stopping.wait()
        stop()

    watching = asyncio.create_task(stop_when_told())
    try:
        await running
    finally:
        watching.cancel()
