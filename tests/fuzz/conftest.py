"""The service that is fuzzed, and what must be true of it in the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.talk import SENT
from tests.service import Service

GROWTH_KIB = 96 * 1024
"""So much more memory the service may have in the end; a worker's caches fill in the beginning."""


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    """All connections come from one network, more than a school's."""
    return {"guard": "off"}


@pytest.fixture(scope="module")
def target(shared: Service) -> Iterator[Service]:
    """The module's service, which still serves in the end, with little more memory than before."""
    before = _resident_kib(shared)
    yield shared
    assert shared.process.poll() is None
    assert _resident_kib(shared) - before < GROWTH_KIB


def _resident_kib(service: Service) -> int:
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was sent."""
    if SENT:
        told = ", ".join(f"{count:,} {what}" for what, count in sorted(SENT.items()))
        terminalreporter.write_line(f"fuzz: {told}")
