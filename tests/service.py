"""Starts the real service, as an operator would, for the tests that talk to it from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.forked import ForkedProcess

ROOT = Path(__file__).parent.parent
SERVE = (sys.executable, "-m", "server", "serve")
START_SECONDS = 20.0
STOP_SECONDS = 15.0
READY = b"stop:  Ctrl-C"

PORTS, PORT_IS_TAKEN = 3, "is in use; choose another with JIELONG_PORT"
"""A free port may be somebody else's a moment later: so many are tried."""


@dataclass
class Service:
    """One running `jielong serve`, on 127.0.0.1."""

    process: subprocess.Popen[bytes] | ForkedProcess
    port: int
    data: Path
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop it and return its exit status; killed if it does not stop in time."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def reserve_port(owner: object) -> int:
    """A TCP port of 127.0.0.1 that nobody else is given for as long as `owner` exists.

    A server that sets SO_REUSEADDR, as Valkey does, can listen on it nevertheless.
    """
    reserving = socket.socket()
    weakref.finalize(owner, reserving.close)
    reserving.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserving.bind(("127.0.0.1", 0))
    port: int = reserving.getsockname()[1]
    return port


def start_service(
    data: Path,
    *,
    port: int | None = None,
    command: Sequence[str | Path] | None = None,
    cwd: Path = ROOT,
    **settings: object,
) -> Service:
    """Start `jielong serve` with `JIELONG_<NAME>` for every setting and wait until it is ready.

    Args:
        data: folder for its data and its log; made when missing.
        port: the port to listen on; a free one when None.
        command: what to start; a process forked from this checkout's when None.
        cwd: the folder in which it starts.
        settings: e.g. `turn_seconds=2`, `redis_url="redis://127.0.0.1:7000"`.
    """
    tries = PORTS if port is None else 1
    while True:
        tries -= 1
        try:
            return _start(data, port or free_port(), settings, command, cwd)
        except RuntimeError as error:
            if not tries or PORT_IS_TAKEN not in str(error):
                raise


def _start(
    data: Path,
    port: int,
    settings: dict[str, object],
    command: Sequence[str | Path] | None,
    cwd: Path,
) -> Service:
    data.mkdir(parents=True, exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JIELONG_")}
    environment |= {"JIELONG_PORT": str(port), "JIELONG_DATA": str(data)}
    # Tests write faster than hands, and made-up ink shows nothing: those of the guard and of the
    # check turn them on. A busy machine is no reason to slow ink down.
    environment |= {"JIELONG_GUARD": "off", "JIELONG_CHECK": "off", "JIELONG_LOG_FORMAT": "text"}
    environment["JIELONG_PACE_LOAD"] = "0"
    if os.environ.get("TESTS_PAGE") == "sources":
        environment["JIELONG_BUNDLED"] = "false"
    environment |= {f"JIELONG_{name.upper()}": str(value) for name, value in settings.items()}
    log = data / "service.log"
    said = log.stat().st_size if log.exists() else 0
    process = _process(command, environment, cwd, log)
    service = Service(process, port, data, log)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{service.url}/readyz", timeout=1) as answer:
                # An old worker may still answer at a port that the new ones do not get.
                if answer.status == 200 and READY in log.read_bytes()[said:]:
                    return service
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    process.kill()
    process.wait()
    raise RuntimeError(f"the service did not start; its log:\n{log.read_text()}")


def _process(
    command: Sequence[str | Path] | None, environment: dict[str, str], cwd: Path, log: Path
) -> subprocess.Popen[bytes] | ForkedProcess:
    if command is None:
        return ForkedProcess(["serve"], environment, cwd, log)
    with log.open("ab") as out:
        return subprocess.Popen(
            command, cwd=cwd, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
