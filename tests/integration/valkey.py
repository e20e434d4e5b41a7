"""A Valkey of the tests' own, on a TCP port, that can be killed, frozen and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import redis

from server.store.embedded import find_server
from tests.service import free_port

READY_SECONDS = 20.0


class Valkey:
    """One server with its data in a folder; every write is on disk before it is answered."""

    def __init__(self, folder: Path, master: Valkey | None = None) -> None:
        self._folder = folder
        self._master = master
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.environment: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, with what was written before, and wait until it serves."""
        self._folder.mkdir(parents=True, exist_ok=True)
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self._folder, "save": ""}
        options |= {"appendonly": "yes", "appendfsync": "always", "repl-diskless-sync-delay": 0}
        if self._master:
            options |= {"replicaof": f"127.0.0.1 {self._master.port}"}
        with (self._folder / "valkey.log").open("ab") as log:
            self._process = subprocess.Popen(
                [find_server(), *(str(w) for k, v in options.items() for w in (f"--{k}", v))],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | self.environment,
            )
        deadline = time.monotonic() + READY_SECONDS
        with redis.Redis(port=self.port) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.RedisError:
                    assert time.monotonic() < deadline, "Valkey does not start"
                    assert self._process.poll() is None, "Valkey ended"
                    time.sleep(0.01)

    def kill(self) -> None:
        """End it without notice."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it answer nothing until `thaw`."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)
