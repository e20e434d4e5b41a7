"""Fixtures shared by every test: the real service, started and stopped around a test."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.integration.valkey import Valkey
from tests.service import Service, start_service

LONGEST = ("tests/model/test_lane.py", "tests/faults/test_runs.py")
"""Begun first: at the end of a run, all others would wait for them."""

HUNG_SECONDS = 600.0
"""A test with its tries and fixtures may last so long: `timeout` does not end what comes after."""


# Examples of properties are the same in every run, and no test fails because the machine is busy.
hypothesis_settings.register_profile(
    "suite",
    derandomize=os.environ.get("JIELONG_TEST_PROFILE") != "long",
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """End the process when a test hangs; pytest-xdist then reports it and goes on in another."""
    watchdog = threading.Timer(HUNG_SECONDS, _end_process, [item.nodeid])
    watchdog.daemon = True
    watchdog.start()
    try:
        return (yield)
    finally:
        watchdog.cancel()


def _end_process(test: str) -> None:
    print(f"{test} hangs", file=sys.__stderr__, flush=True)
    faulthandler.dump_traceback(sys.__stderr__)
    os._exit(1)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts services; each call takes settings as `start_service` does. All stop at the end."""
    running: list[Service] = []

    def start(name: str = "data", **settings: object) -> Service:
        service = start_service(tmp_path / name, **settings)  # type: ignore[arg-type]
        running.append(service)
        return service

    yield start
    for service in running:
        if service.process.poll() is None:
            service.stop()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey of one's own."""
    server = Valkey(tmp_path / "valkey")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def service(serve: Callable[..., Service]) -> Service:
    """A service of one's own with the default settings."""
    return serve()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Settings of the module's service; a module with wishes has its own."""
    return {}


@pytest.fixture(scope="module")
def shared(
    settings: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """One service for all tests of a module, which must not have failed inside by their end."""
    folder: Path = tmp_path_factory.mktemp("service")
    service = start_service(folder / "data", **settings)  # type: ignore[arg-type]
    yield service
    assert service.stop() == 0
    assert "Traceback" not in service.log.read_text()
