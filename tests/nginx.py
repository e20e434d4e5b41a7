"""A real nginx, started with a configuration of the test's own and told to read it again."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

START_SECONDS = 10.0
PATHS = "/usr/local/sbin:/usr/sbin:/usr/bin:/usr/local/bin"
RELOADED = "gracefully shutting down"
"""What an old process says, at the level `notice`, when new ones have taken over."""


def temporary_paths(folder: Path) -> str:
    """Directives that keep nginx's temporary files in a folder."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(f"{kind}_temp_path {folder / kind};" for kind in kinds)


@dataclass
class Nginx:
    """A running nginx.

    Attributes:
        log: what it writes to standard error.
    """

    log: Path
    _process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, configuration: Path, pid: Path) -> Self:
        """Start it; the configuration names the file `pid` and logs errors to standard error.

        Raises:
            RuntimeError: it does not start; the message is its own.
        """
        log = configuration.parent / "stderr.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [_program(), "-c", str(configuration), "-g", "daemon off;"], stderr=out
            )
        deadline = time.monotonic() + START_SECONDS
        while not pid.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RuntimeError(log.read_text())
            time.sleep(0.01)
        return cls(log, process)

    def reload(self) -> None:
        """Let new processes read the configuration again; the old ones keep their connections."""
        before = self.log.read_text().count(RELOADED)
        self._process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + START_SECONDS
        while self.log.read_text().count(RELOADED) == before:
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.01)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(START_SECONDS)


def check(configuration: Path) -> str:
    """What `nginx -t` says of a configuration; "" when it finds nothing.

    Raises:
        AssertionError: the configuration is wrong.
    """
    done = subprocess.run(
        [_program(), "-t", "-q", "-c", str(configuration)],
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def _program() -> str:
    return shutil.which("nginx", path=PATHS) or "nginx"
