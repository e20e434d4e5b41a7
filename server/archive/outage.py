"""Outages of the database of works, from the first use that fails until it serves again.

The log has one line for the beginning and one for the end, however much fails between. Whoever
opens a database says what is wrong with one that has never served.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from time import monotonic

import structlog

log = structlog.get_logger()

CALM_SECONDS = 2.0
"""The end is logged when nothing has failed for so long."""

LATEST_SECONDS = 30.0
"""A failure is the state of now for so long: everybody who has to write tries again before."""


class Use(enum.Enum):
    """What the database is used for; one whose disk is full can still be read."""

    READ = "read"
    WRITE = "written"


@dataclass
class _Outage:
    """Since when, when the last use failed (monotonic seconds), how many did, and whether one was
    served after the last.
    """

    since: float
    last: float
    failed: int = 0
    over: bool = False

    def is_over(self, now: float) -> bool:
        """Whether it ended long enough ago, or nobody had to try again for long."""
        return self.last <= now - (CALM_SECONDS if self.over else LATEST_SECONDS)


class Outages:
    """The outages of one database, as one process sees them."""

    def __init__(self) -> None:
        """It has not served yet."""
        self._served = False
        self._open: dict[Use, _Outage] = {}

    @property
    def active(self) -> frozenset[Use]:
        """What the database cannot be used for at this moment."""
        oldest = monotonic() - LATEST_SECONDS
        return frozenset(use for use, it in self._open.items() if not it.over and it.last > oldest)

    def failed(self, use: Use, error: str, cure: str) -> None:
        """A use failed; `cure` is what an operator can do about it, or empty."""
        if not self._served:
            return
        now = monotonic()
        if use not in self._open:
            self._open[use] = _Outage(now, now)
            told = {"error": error} | ({"cure": cure} if cure else {})
            log.error(f"the database of works cannot be {use.value}", **told)
        outage = self._open[use]
        outage.last, outage.over = now, False
        outage.failed += 1

    def served(self, use: Use) -> None:
        """A use was served."""
        self._served = True
        if not self._open:
            return
        if use in self._open:
            self._open[use].over = True
        now = monotonic()
        for ended in [use for use, it in self._open.items() if it.is_over(now)]:
            outage = self._open.pop(ended)
            log.warning(
                f"the database of works can be {ended.value} again",
                failed=outage.failed,
                seconds=round(outage.last - outage.since, 1),
            )
