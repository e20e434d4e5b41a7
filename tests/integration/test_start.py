"""Starts that cannot succeed: one line that says what to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.forked import run_to_the_end
from tests.integration.command import SECONDS, environment
from tests.service import ROOT, Service, free_port


def fails(data: Path, **settings: object) -> str:
    """Start the service, which ends at once with status 1 and one line of explanation."""
    (line,) = lines_of_failure(data, **settings)
    return line


def lines_of_failure(data: Path, **settings: object) -> list[str]:
    """Start the service, which ends at once with status 1; what it says."""
    run = run_to_the_end(["serve"], environment(data, **settings), ROOT, SECONDS)
    assert run.returncode == 1, run
    assert run.stdout == ""
    lines = run.stderr.strip().splitlines()
    assert all(line.startswith("jielong: ") for line in lines), run.stderr
    return lines


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in fails(tmp_path / "data", port=port)


def test_data_that_are_a_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("not a folder")
    assert str(path) in fails(path)


def test_a_folder_in_use_is_named(service: Service) -> None:
    assert "in use" in fails(service.data)


def nobody() -> str:
    return f"redis://127.0.0.1:{free_port()}"


def no_sentinel() -> str:
    return f"redis+sentinel://127.0.0.1:{free_port()}/jielong"


def test_several_workers_that_cannot_start_say_no_more_than_one(tmp_path: Path) -> None:
    """However many have failed by the time at which all are ended."""
    lines = lines_of_failure(tmp_path / "data", workers=3, redis_url=nobody())
    assert 1 <= len(lines) <= 3
    assert all("redis cannot be used" in line for line in lines)


FAULTS = [
    pytest.param({"port": "many"}, "JIELONG_PORT", id="port"),
    pytest.param({"port": 70_000}, "JIELONG_PORT", id="port-too-high"),
    pytest.param({"workers": 0}, "JIELONG_WORKERS", id="no-workers"),
    pytest.param({"turn_seconds": 0}, "JIELONG_TURN_SECONDS", id="no-time"),
    pytest.param({"turn_seconds": "nan"}, "JIELONG_TURN_SECONDS", id="time-that-is-no-number"),
    pytest.param({"grace_seconds": -1}, "JIELONG_GRACE_SECONDS", id="negative-grace"),
    pytest.param({"turn_seconds": 0.0001}, "JIELONG_TURN_SECONDS", id="turns-of-0-ms"),
    pytest.param({"host": "no.such.host.invalid"}, "JIELONG_HOST", id="host"),
    pytest.param({"host": "192.0.2.1"}, "JIELONG_HOST", id="host-of-another-machine"),
    pytest.param({"origins": "example.org"}, "JIELONG_ORIGINS", id="origin-without-scheme"),
    pytest.param({"durability": "replica"}, "JIELONG_REDIS_URL", id="no-replica"),
    pytest.param({"campaigns": "/no/such/file.toml"}, "/no/such/file.toml", id="no-campaigns"),
    pytest.param({"campaigns": __file__}, "TOML", id="campaigns-that-are-no-toml"),
    pytest.param({"redis_url": nobody()}, "redis", id="no-redis"),
    pytest.param({"redis_url": no_sentinel()}, "no Sentinel at 127.0.0.1:", id="no-sentinel"),
    pytest.param({"redis_url": "http://127.0.0.1"}, "redis", id="redis-url-of-another-kind"),
    pytest.param({"database_url": "nonsense"}, "database", id="database-url"),
    pytest.param({"database_url": "nonsense://host/x"}, "database", id="unknown-database"),
    pytest.param(
        {"database_url": "sqlite+aiosqlite:////no/such/folder/x"}, "database", id="no-database"
    ),
    pytest.param(
        {"database_url": "postgres://host/x"}, "postgresql+asyncpg://", id="database-by-old-name"
    ),
    pytest.param(
        {"database_url": "postgresql+asyncpg://host:port/x"}, "DATABASE_URL", id="database-port"
    ),
    pytest.param(
        {"database_url": "mysql+aiomysql://host/x"}, "'.[postgresql]'", id="missing-driver"
    ),
    pytest.param(
        {"database_url": "postgresql+asyncpg://127.0.0.1:1/x?sslmode=require"},
        "?ssl=require",
        id="database-option",
    ),
]


@pytest.mark.parametrize(("settings", "named"), FAULTS)
def test_a_wrong_setting_is_named_in_one_line(
    tmp_path: Path, settings: dict[str, object], named: str
) -> None:
    assert named.lower() in fails(tmp_path / "data", **settings).lower()
