"""Writes what a benchmark found, with everything that is needed to judge it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from server import __version__
from server.store.embedded import find_server

FOLDER = Path(__file__).parent / "results"
PACKAGES = ("picows", "aiofastnet", "uvloop", "uvicorn", "msgspec", "redis", "hiredis")


def write(name: str, content: Mapping[str, object]) -> Path:
    """Write `bench/results/<name>-<date>.json` and say where it is.

    The command that is named is the module that runs, with its arguments.
    """
    now = datetime.now(UTC)
    FOLDER.mkdir(exist_ok=True)
    path = path_of(name, now)
    head = {
        "command": " ".join(["python", "-m", _module(), *sys.argv[1:]]),
        "date": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "versions": versions(),
        "machine": machine(),
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(head | dict(content)), indent=2))
    return path


def path_of(name: str, now: datetime | None = None) -> Path:
    """Where a result of this day is."""
    return FOLDER / f"{name}-{now or datetime.now(UTC):%Y-%m-%d}.json"


def _module() -> str:
    """The name after `python -m`."""
    spec = sys.modules["__main__"].__spec__
    return spec.name.removesuffix(".__main__") if spec else sys.argv[0]


def versions() -> dict[str, str]:
    """Of everything that has a share in the figures."""
    valkey = subprocess.run(
        [find_server(), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return {
        "jielong": __version__,
        "python": sys.version,
        **{package: version(package) for package in PACKAGES},
        "valkey": valkey,
        "kernel": platform.release(),
    }


def machine() -> dict[str, object]:
    """The processor, and how busy it was when the benchmark ended."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "cpu": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "load_average": [round(value, 2) for value in os.getloadavg()],
    }
