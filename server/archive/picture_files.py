"""Pictures that were drawn, as files: those asked for least lately go when there are too many."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from glob import escape
from pathlib import Path

USED_SECONDS = 3_600.0
"""A file is marked as used this often at most."""

PART_SECONDS = 60.0
"""A file that is not complete after so long never will be."""

FILLED = 0.9
"""So much of the space is left in use when room is made."""

SUFFIXES, PART = frozenset((".png", ".webp", ".gif")), ".part"


def forget(folder: Path, work_id: str) -> None:
    """Remove a work's pictures from a folder of pictures, however they were drawn."""
    for path in folder.glob(f"*/{escape(work_id)}.*"):
        with suppress(OSError):
            path.unlink()


class PictureFiles:
    """The pictures of one machine; several processes may use the same folder."""

    def __init__(self, folder: Path, kind: str, most_bytes: int) -> None:
        """Nothing is read yet.

        Args:
            folder: of all pictures.
            kind: names the way in which they are drawn; files of another one are not read, and go
                first.
            most_bytes: of all pictures together.
        """
        self._folder = folder
        self._here = folder / kind
        self._most_bytes = most_bytes

    def path(self, name: str) -> Path:
        """Where the picture of this name is, or will be."""
        return self._here / name

    def read(self, name: str) -> bytes | None:
        """A picture, which is now used; None when there is none."""
        path = self.path(name)
        try:
            picture = path.read_bytes()
        except OSError:
            return None
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > USED_SECONDS:
                os.utime(path)
        return picture

    def forget(self, work_id: str) -> None:
        """Remove the pictures of a work, however they were drawn."""
        forget(self._folder, work_id)

    def make_room(self) -> int:
        """Remove the files that were used least lately, until the rest is within the bound.

        Answers how many were removed.
        """
        now, removed, total = time.time(), 0, 0
        files = []
        for path in self._folder.glob("*/*"):
            with suppress(OSError):
                at = path.stat()
                if path.suffix == PART and now - at.st_mtime > PART_SECONDS:
                    path.unlink()
                elif path.suffix in SUFFIXES:
                    files.append((path.parent == self._here, at.st_mtime, at.st_size, path))
                    total += at.st_size
        if total <= self._most_bytes:
            return 0
        for _, _, size, path in sorted(files):
            if total <= self._most_bytes * FILLED:
                break
            with suppress(OSError):
                path.unlink()
                removed += 1
            total -= size
        return removed
