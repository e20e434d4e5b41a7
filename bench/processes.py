"""Starts what is measured, each in a process of its own, and reads what CPU the system counted.

Everything listens on 127.0.0.1, ends with the benchmark, and keeps its data in a folder that is
removed afterwards.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

ROOT = Path(__file__).parent.parent
START_SECONDS = 20.0
STOP_SECONDS = 15.0
_TICK = os.sysconf("SC_CLK_TCK")


class Usage(msgspec.Struct, frozen=True):
    """Seconds of CPU, user and system together.

    Attributes:
        server: of the Python processes.
        store: of the Valkey that one of them started; 0 where there is none.
    """

    server: float = 0.0
    store: float = 0.0

    @property
    def total(self) -> float:
        """Both together."""
        return self.server + self.store

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.server + other.server, self.store + other.store)

    def __sub__(self, other: Usage) -> Usage:
        return Usage(self.server - other.server, self.store - other.store)

    def __mul__(self, factor: float) -> Usage:
        return Usage(self.server * factor, self.store * factor)


NOTHING = Usage()


@dataclass
class Program:
    """A running program that serves on `port` of 127.0.0.1 and writes to `log`."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def http(self) -> str:
        """Where its HTTP is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """Where its WebSockets are."""
        return f"ws://127.0.0.1:{self.port}/ws"

    def usage(self) -> Usage:
        """What it and its children have used so far, to 10 ms, threads included."""
        below = descendants(self.process.pid)
        web = [pid for pid in below if is_web(pid)]
        store = [pid for pid in below if pid not in web]
        pids = self.process.pid, *web
        return Usage(sum(map(cpu_seconds, pids)), sum(map(cpu_seconds, store)))

    def stop(self) -> None:
        """End it, by force if it does not go."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, with all its threads and the children it waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICK


def children(pid: int) -> list[int]:
    """The living children of a process, started by any of its threads."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def descendants(pid: int) -> list[int]:
    """The living children of a process, and theirs."""
    below = children(pid)
    return [*below, *(grandchild for child in below for grandchild in descendants(child))]


def is_web(pid: int) -> bool:
    """Whether it is a worker's web process, or the keeper of one."""
    return Path(f"/proc/{pid}/comm").read_text().startswith("jielong-")


@contextmanager
def service(folder: Path, checkout: Path = ROOT, **settings: object) -> Iterator[Program]:
    """`jielong serve` with its data in `folder` and `JIELONG_<NAME>` for every setting.

    `checkout` is where the code of the service is. The guard, the check of works and `pace` are off
    if nothing else is said: a load comes from one address and writes faster than any hand, the
    check would have a core of the two, and the programs that make it do not slow their ink down.
    """
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JIELONG_")}
    environment |= {"JIELONG_PORT": str(port), "JIELONG_DATA": str(folder)}
    environment |= {"JIELONG_GUARD": "off", "JIELONG_CHECK": "off", "JIELONG_PACE_LOAD": "0"}
    environment |= {f"JIELONG_{name.upper()}": str(value) for name, value in settings.items()}
    paths = (checkout, checkout / "client" / "python", environment.get("PYTHONPATH", ""))
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, map(str, paths)))
    print(f"the guard is {environment['JIELONG_GUARD']}", flush=True)
    command = [sys.executable, "-m", "server", "serve"]
    with _running(command, folder, port, environment, checkout) as program:
        _wait(program, _is_ready)
        yield program


@contextmanager
def bare_picows(folder: Path, *arguments: str) -> Iterator[Program]:
    """`bench.bare_picows` with these arguments."""

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "bench.bare_picows", str(port), *arguments]

    with running(command, folder) as program:
        yield program


@contextmanager
def running(command: Callable[[int], list[str]], folder: Path) -> Iterator[Program]:
    """The program of `command`, which gets the port to listen on; its log is in `folder`."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    with _running(command(port), folder, port, dict(os.environ)) as program:
        _wait(program, lambda started: listens(started.port))
        yield program


@contextmanager
def _running(
    command: list[str], folder: Path, port: int, environment: dict[str, str], checkout: Path = ROOT
) -> Iterator[Program]:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "program.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=checkout, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    program = Program(process, port, log)
    try:
        yield program
    finally:
        program.stop()


def _wait(program: Program, ready: Callable[[Program], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and program.process.poll() is None:
        with suppress(OSError):
            if ready(program):
                return
        time.sleep(0.05)
    raise RuntimeError(f"{program.process.args} did not start:\n{program.log.read_text()}")


def listens(port: int) -> bool:
    """Whether somebody takes connections on this port of 127.0.0.1; raises OSError if not."""
    with socket.create_connection(("127.0.0.1", port), 1):
        return True


def _is_ready(program: Program) -> bool:
    with urllib.request.urlopen(f"{program.http}/readyz", timeout=1) as answer:
        return bool(answer.status == 200)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
