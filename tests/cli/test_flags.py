"""Flags and settings: those that the protocol names are flags of `jielong serve`, too."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.main import get_command
from typer.testing import CliRunner

from server.cli.app import app

NAMED = (
    *("host", "port", "data", "redis_url", "workers", "turn_seconds", "grace_seconds"),
    *("campaigns", "base_path", "guard"),
)


@pytest.fixture(autouse=True)
def logging_of_tests() -> Iterator[None]:
    """A command sets the logging of its process up; here other tests follow."""
    handlers = logging.getLogger().handlers[:]
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers


def test_serve_has_a_flag_for_each_setting_that_tools_rely_on() -> None:
    serve = get_command(app).commands["serve"]  # type: ignore[attr-defined]
    flags = {flag for parameter in serve.params for flag in parameter.opts}
    assert {f"--{name.replace('_', '-')}" for name in NAMED} <= flags
    assert "--file" in flags


@pytest.mark.parametrize("words", [["works", "expire", "--days", "3"], ["works", "held"]])
def test_a_wrong_setting_is_one_line_for_every_command(
    monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("JIELONG_PORT", "many")
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("jielong: JIELONG_PORT: ")


def test_a_report_that_cannot_be_written_stops_a_rehearsal_before_it_begins(tmp_path: Path) -> None:
    report = tmp_path / "missing" / "report.json"
    result = CliRunner().invoke(app, ["rehearse", "spring", "--report", str(report)])
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.endswith(f"'{report}'")


NO_ADDRESSES = [
    *("nonsense/", "ftp://example.org/", "http:///", "http://[::1/", "http://here:99999/"),
    "https://example.org",
]


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_a_rehearsal_needs_the_address_of_a_service(url: str) -> None:
    result = CliRunner().invoke(app, ["rehearse", "spring", "--url", url])
    assert result.exit_code == 2
    assert result.stderr == f"jielong: {url!r} is no base address like https://example.org/\n"
