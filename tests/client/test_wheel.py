"""The client's own distribution, in an environment without the service."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
from jielong import __version__

from server import __version__ as version_of_the_service
from tests.installed import build_wheel, install
from tests.service import ROOT, Service

CLIENT = ROOT / "client" / "python"
RUN_SECONDS = 60


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(CLIENT, tmp_path_factory.mktemp("wheel"), "jielong_client")


@pytest.fixture(scope="module")
def python(wheel: Path) -> Path:
    """The `python` of an environment that holds the client alone."""
    return install(wheel.parent / "environment", wheel)


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command outside the checkout."""
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=cwd, env=bare, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )


def test_it_has_the_types_the_characters_and_their_licence(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [name for name in names if name.endswith("METADATA")]
        needs = [
            line.removeprefix("Requires-Dist: ")
            for line in archive.read(metadata).decode().splitlines()
            if line.startswith("Requires-Dist: ")
        ]
    assert {"jielong/py.typed", "jielong/characters/medians.json"} <= set(names)
    assert any(name.endswith("ARPHICPL.TXT") for name in names)
    assert sorted(needs) == ["msgspec>=0.21", "websockets>=15"]
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {
        "jielong",
        "jielong_client",
    }


def test_it_has_the_version_of_the_service() -> None:
    assert __version__ == version_of_the_service


def test_it_does_without_the_service(python: Path, tmp_path: Path) -> None:
    found = run(python, "-c", "import jielong, server.cli", cwd=tmp_path)
    assert "No module named 'server" in found.stderr


def test_its_command_writes_a_work(python: Path, tmp_path: Path, shared: Service) -> None:
    command = python.with_name("jielong-client")
    flags = ("--people", "2", "--pace", "0.1", "--phrase", "jiayou")
    done = run(command, "write", shared.ws_url, *flags, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f": {shared.url}/w/") == 2


def test_its_command_tests_a_server(python: Path, tmp_path: Path, shared: Service) -> None:
    command = python.with_name("jielong-client")
    done = run(command, "conformance", shared.ws_url, "--only", "messages", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "0 failed" in done.stdout
