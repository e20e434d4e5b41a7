"""The first page of the documentation, followed to the letter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.docs.blocks import blocks_of
from tests.installed import borrow_dependencies, build_wheel
from tests.service import READY, ROOT, STOP_SECONDS, free_port

PROMISED_SECONDS = 60.0
"""From the first command to the first work, as the page promises, without what else pip brings."""

SERVE, ADDRESS = "env/bin/jielong serve\n", "127.0.0.1:8000"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A release."""
    folder = tmp_path_factory.mktemp("release")
    return [
        build_wheel(ROOT, folder),
        build_wheel(ROOT / "client" / "python", folder, "jielong_client"),
    ]


class Reader:
    """Whoever follows the page, in a folder with the wheels; pip finds nothing but them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        path = f"{Path(sys.executable).parent}{os.pathsep}{bare['PATH']}"
        offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "JIELONG_PORT": str(self.port)}
        self.environment = bare | offline | {"PATH": path}

    def here(self, shown: str) -> str:
        """What is shown, with the port of this service."""
        return shown.replace(ADDRESS, f"127.0.0.1:{self.port}")

    def run(self, commands: str, seconds: float) -> str:
        """Type commands, and read what they print."""
        done = subprocess.run(
            ["sh", "-euc", self.here(commands)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The service runs in another terminal, until Ctrl-C; what it printed when it was ready."""
        process = subprocess.Popen(
            SERVE.split(),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert process.stdout
        said = []
        for line in process.stdout:
            said.append(line)
            if READY in line:
                break
        assert said[-1].startswith(READY), b"".join(said).decode()
        yield b"".join(said).decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS) == 0


def test_it_leads_to_a_first_work(wheels: list[Path], tmp_path: Path) -> None:
    install, serve, printed, write, look = (block.code for block in blocks_of("start.md"))
    assert serve == SERVE
    for wheel in wheels:
        (tmp_path / wheel.name).write_bytes(wheel.read_bytes())
    reader = Reader(tmp_path)
    until = time.monotonic() + PROMISED_SECONDS
    reader.run(install, PROMISED_SECONDS)
    borrow_dependencies(tmp_path / "env")
    with reader.serving() as told:
        assert told == reader.here(printed).replace("/home/you", str(tmp_path.resolve()))
        said = reader.run(write, until - time.monotonic())
        assert said.count(f": http://127.0.0.1:{reader.port}/w/") == 2, said
        assert '"relays":1' in reader.run(look, PROMISED_SECONDS).replace(" ", "")
    assert (tmp_path / "data").is_dir()
