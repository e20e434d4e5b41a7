"""Fixtures shared by every test: the real service, started and stopped around a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.service import Service, start_service


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
def service(serve: Callable[..., Service]) -> Service:
    """A service of one's own with the default settings."""
    return serve()
