"""A Valkey whose wall clock a test can set, by libfaketime."""

from __future__ import annotations

from pathlib import Path

from tests.integration.valkey import Valkey

LIBRARIES = "faketime/libfaketimeMT.so.1"


def library() -> Path:
    """Where libfaketime is."""
    found = [*Path("/usr/lib").glob(f"*/{LIBRARIES}"), *Path("/usr/lib").glob(LIBRARIES)]
    assert found, "libfaketime is not installed"
    return found[0]


class AdjustableValkey(Valkey):
    """Its wall clock is the machine's until it is set; its monotonic clock stays the machine's."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._offset = folder.with_name("faketime")
        self.set_clock(0)
        self.environment = {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set_clock(self, seconds: int) -> None:
        """So many seconds ahead of the machine's clock, or behind it."""
        self._offset.write_text(f"{seconds:+d}s\n")
