"""A database of works of each test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.archive.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """It is empty and open."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'works.sqlite'}")
    await database.open()
    yield database
    await database.close()
