"""Keeps the web process running: a small process between the worker and the web process.

It is forked from the worker before the worker's event loop starts, when everything is imported and
no thread runs. It forks the web process, and forks it again when it ends. So a new start takes
milliseconds, the processes share most of their memory, and the worker, with its sockets and
threads, never forks.

It speaks with the worker over a stream socket. The worker sends one line, the address of Redis, and
the web process is started. The keeper and the web process send lines that say what happened:
`up PID`, and `ended STATUS PAUSE`. When the worker closes its end, or dies, both end.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import NoReturn

import structlog

log = structlog.get_logger()

FIRST_PAUSE, LAST_PAUSE = 0.1, 10.0
"""Seconds before a web process that ended is started again; doubled each time."""

STEADY_SECONDS = 30.0
"""A web process that lived so long is started again after the first pause."""

END_SECONDS = 1.5
"""A web process that has not ended so long after the worker is killed."""

KEEPER_NAME, WEB_NAME = "jielong-keeper", "jielong-web"
"""As `ps` and `top` show them on Linux; at most 15 characters."""

NICENESS = 10
"""The web process leaves the CPU to the worker where both want it."""

ServeWeb = Callable[[str, socket.socket, socket.socket], None]
"""Serves until the worker ends; gets the address of Redis, the channel of connections, and the
socket to say what happened."""


def fork_keeper(
    control: socket.socket,
    channel: socket.socket,
    serve: ServeWeb,
    let_go: Callable[[], None],
) -> None:
    """Fork the keeper. Call this before an event loop or a thread runs.

    Args:
        control: its end of the socket to the worker.
        channel: from which the web process takes connections.
        serve: what the web process does.
        let_go: closes what is the worker's alone, in the keeper.
    """
    # What is frozen is not looked at again, so its pages stay shared between the processes.
    gc.collect()
    gc.freeze()
    if os.fork():
        return
    let_go()
    _become(KEEPER_NAME)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C reaches all; the worker says when to end
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    _exit_after(lambda: _keep(control, channel, serve))


def _keep(control: socket.socket, channel: socket.socket, serve: ServeWeb) -> None:
    redis_url = control.makefile("r").readline().strip()
    pause = FIRST_PAUSE
    while redis_url:
        started = monotonic()
        pid, alive = _start(lambda: serve(redis_url, channel, control))
        if control in _readable([control, alive]):
            _end(pid, alive)
            return
        status = _status_of(pid)
        os.close(alive)
        pause = FIRST_PAUSE if monotonic() - started > STEADY_SECONDS else pause
        with suppress(OSError):
            control.sendall(f"ended {status} {pause}\n".encode())
        if _readable([control], pause):
            return
        pause = min(pause * 2, LAST_PAUSE)


def _start(serve: Callable[[], None]) -> tuple[int, int]:
    """Fork the web process; its id, and a descriptor that is readable when it has ended."""
    alive, held = os.pipe()
    pid = os.fork()
    if pid:
        os.close(held)
        return pid, alive
    os.close(alive)
    _become(WEB_NAME)
    os.nice(NICENESS)
    return _exit_after(serve)


def _end(pid: int, alive: int) -> None:
    if not _readable([alive], END_SECONDS):
        log.warning("the web process did not end in time and is killed", web=pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _status_of(pid)


def _readable(
    ends: list[socket.socket | int], seconds: float | None = None
) -> list[socket.socket | int]:
    """Those of which something can be read, or whose other end is closed."""
    readable, _, _ = select.select(ends, [], [], seconds)
    return readable


def _status_of(pid: int) -> int:
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _exit_after(work: Callable[[], None]) -> NoReturn:
    """End this process after its work; what the process it was forked from left open stays so."""
    status = 0
    try:
        work()
    except BaseException as error:
        log.error("a process failed", exc_info=error)
        status = 1
    finally:
        os._exit(status)


def _become(name: str) -> None:
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name, encoding="ascii")
