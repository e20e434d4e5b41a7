"""The service that is fuzzed, and what must be true of it in the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.talk import SENT
from tests.service import Service, start_service

GROWTH_KIB = 96 * 1024
"""So much more memory the service may have in the end; a worker's caches fill in the beginning."""


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all, which serves until the end, with little more memory than before.

    All connections come from one network, more of them than a school's, so no limit is on that
    counts by network.
    """
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    service = start_service(folder / "data", guard="off")
    before = _resident_kib(service)
    yield service
    assert service.process.poll() is None
    grown = _resident_kib(service) - before
    assert service.stop() == 0
    assert "Traceback" not in service.log.read_text()
    assert grown < GROWTH_KIB


def _resident_kib(service: Service) -> int:
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was sent."""
    if SENT:
        told = ", ".join(f"{count:,} {what}" for what, count in sorted(SENT.items()))
        terminalreporter.write_line(f"fuzz: {told}")
