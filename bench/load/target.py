"""The target of the load: its address, its CPU and its archive."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench import accounting


@dataclass
class Target:
    """The service that is measured; its process and archive if they are on this machine."""

    http: str
    pid: int | None
    archive: Path | None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.http)
        return parts.hostname or "127.0.0.1", parts.port or 80

    def cpu(self) -> Counter[str]:
        """CPU seconds so far, by part and kind."""
        return accounting.cpu(accounting.family(self.pid)) if self.pid else Counter()

    def archived(self) -> tuple[int, int] | None:
        """Works and hands in SQL, if it can be read."""
        if self.archive is None:
            return None
        with closing(sqlite3.connect(f"file:{self.archive}?mode=ro", uri=True)) as database:
            works = database.execute("SELECT count(*) FROM works").fetchone()[0]
            hands = database.execute("SELECT count(*) FROM hands").fetchone()[0]
        return works, hands
