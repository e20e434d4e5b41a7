"""Every server that is compared, each a process with a Valkey of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import redis

from bench import accounting
from bench.campaign import short_phrase
from bench.load.reactor import Reactor
from bench.peers import install
from bench.peers.protocols import Colyseus, PeerConnection, SocketIo
from bench.processes import ROOT, free_port, listens, service
from server.store.embedded import find_server

START_SECONDS = 20.0
STOP_SECONDS = 10.0
TURN_SECONDS = 3_600


@dataclass
class Target:
    """One server.

    Attributes:
        pid: of the server.
        store: of its Valkey.
        connection_type: the protocol of its clients.
        join: what they say in `join`.
    """

    name: str
    port: int
    pid: int
    store: int
    connection_type: type[PeerConnection]
    join: dict[str, str]

    def cpu(self) -> tuple[float, float]:
        """Seconds of the server and of Valkey."""
        return accounting.running_seconds(self.pid), accounting.running_seconds(self.store)

    def reactor(self, first_source: int = 0) -> Reactor:
        """For clients of this server."""
        request = self.connection_type.request("127.0.0.1", self.port)
        return Reactor("127.0.0.1", self.port, request, first_source)


@contextmanager
def jielong(folder: Path) -> Iterator[Target]:
    """The service, one worker."""
    with service(folder, turn_seconds=TURN_SECONDS) as program:
        parts = accounting.family(program.process.pid)
        store = next(pid for pid, part in parts.items() if part == accounting.VALKEY)
        join = {"phrase": short_phrase(program.http)}
        yield Target("jielong", program.port, program.process.pid, store, PeerConnection, join)


@contextmanager
def peer(
    name: str, folder: Path, command: list[str], connection_type: type[PeerConnection]
) -> Iterator[Target]:
    """`command PORT REDIS_URL`, with a Valkey that writes its file as the service's does."""
    folder.mkdir(parents=True, exist_ok=True)
    path, port, log = folder / "valkey.sock", free_port(), folder / "log"
    options = {
        "port": "0",
        "unixsocket": str(path),
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
    }
    words = [word for key, value in options.items() for word in (f"--{key}", value)]
    with log.open("ab") as out:
        store = subprocess.Popen([find_server(), *words], stdout=out, stderr=out)
        try:
            _wait(lambda: bool(redis.Redis(unix_socket_path=str(path)).ping()), store, log)
            server = subprocess.Popen(
                [*command, str(port), f"unix://{path}"],
                cwd=ROOT,
                env=os.environ | {"NODE_ENV": "production"},
                stdout=out,
                stderr=out,
            )
            try:
                _wait(lambda: listens(port), server, log)
                yield Target(name, port, server.pid, store.pid, connection_type, {})
            finally:
                _stop(server)
        finally:
            _stop(store)


def commands() -> dict[str, tuple[list[str], type[PeerConnection]]]:
    """How each peer is started, and how it speaks; installs what is missing."""
    node, channels = install.node(), install.channels()
    return {
        "bare picows": ([sys.executable, "-m", "bench.peers.picows_relay"], PeerConnection),
        "bare ws (Node)": (["node", str(node / "ws.mjs")], PeerConnection),
        "Socket.IO": (["node", str(node / "socketio.mjs")], SocketIo),
        "Colyseus": (["node", str(node / "colyseus.mjs")], Colyseus),
        "Django Channels": (
            [str(channels), str(install.HERE / "channels_relay.py")],
            PeerConnection,
        ),
    }


def _wait(ready: object, process: subprocess.Popen[bytes], log: Path) -> None:
    assert callable(ready)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError, redis.RedisError):
            if ready():
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text()[-2_000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
