"""Puts the peers' packages into a cache folder, once for each lock file."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
INSTALL_SECONDS = 600
_NODE_FILES = ("package.json", "package-lock.json", ".npmrc")


class CannotInstallError(Exception):
    """npm or pip failed, or is missing; the message says which."""


def _cache(name: str, *contents: Path) -> Path:
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in contents)).hexdigest()[:12]
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "jielong-bench" / f"{name}-{digest}"


def node() -> Path:
    """A folder with the Node peers and their packages.

    Raises:
        CannotInstallError: npm is missing or fails.
    """
    folder = _cache("node", *(HERE / name for name in _NODE_FILES))
    folder.mkdir(parents=True, exist_ok=True)
    for path in (*(HERE / name for name in _NODE_FILES), *HERE.glob("*.mjs")):
        shutil.copy(path, folder)
    done = folder / "installed"
    if not done.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise CannotInstallError("npm is needed for the peers; Node 20 brings it")
        _run([npm, "ci", "--ignore-scripts", "--no-progress"], folder)
        done.touch()
    return folder


def channels() -> Path:
    """The Python of an environment with Django Channels.

    Raises:
        CannotInstallError: pip fails.
    """
    requirements = HERE / "requirements.txt"
    folder = _cache("channels", requirements)
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.exists():
        _run([sys.executable, "-m", "venv", str(folder)], HERE)
        _run([str(python), "-m", "pip", "install", "-qq", "-r", str(requirements)], HERE)
        done.touch()
    return python


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )
    if done.returncode:
        raise CannotInstallError(f"{' '.join(command)} failed:\n{done.stderr[-2_000:]}")


def versions(folder: Path, python: Path) -> dict[str, str]:
    """Of Node and of everything that a peer is made of."""
    node_version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    found = {"node": node_version.stdout.strip().removeprefix("v")}
    listed = subprocess.run(
        ["npm", "ls", "--depth=0", "--parseable", "--long"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    for line in listed.stdout.splitlines()[1:]:
        name, _, version = line.split(":")[1].rpartition("@")
        found[name] = version
    frozen = subprocess.run(
        [str(python), "-m", "pip", "freeze"], capture_output=True, text=True, check=True
    )
    for line in frozen.stdout.splitlines():
        name, _, version = line.partition("==")
        if name.lower() in {
            "channels",
            "channels-redis",
            "channels_redis",
            "uvicorn",
            "websockets",
        }:
            found[f"{name} (channels)"] = version
    return found
