"""A wall clock that a test sets while a process reads it, by libfaketime."""

from __future__ import annotations

from pathlib import Path

_LIBRARY = "faketime/libfaketimeMT.so.1"


class SettableClock:
    """The wall clock of one process; its monotonic clock stays the machine's."""

    def __init__(self, file: Path) -> None:
        """The process reads `file` whenever it asks for the time.

        Raises:
            AssertionError: libfaketime is not installed.
        """
        found = [*Path("/usr/lib").glob(f"*/{_LIBRARY}"), *Path("/usr/lib").glob(_LIBRARY)]
        assert found, "libfaketime is not installed"
        self._file = file
        self._ahead = 0
        file.parent.mkdir(parents=True, exist_ok=True)
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    @property
    def right(self) -> bool:
        """Whether it says what the machine's clock says."""
        return self._ahead == 0

    def set(self, seconds: int) -> None:
        """So many seconds ahead of the machine's clock, or behind it."""
        self._ahead = seconds
        new = self._file.with_name(f"{self._file.name}.new")
        new.write_text(f"{seconds:+d}s\n")
        new.replace(self._file)

    def set_back(self, seconds: int) -> None:
        """So many seconds behind what it says."""
        self.set(self._ahead - seconds)
