"""Calls that Redis answers with an error, from the first one until calls are served again.

The log has one line for the beginning and one for the end, however many calls are refused between.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from time import monotonic

import structlog
from redis import exceptions

from server.store.errors import ArchiveUnreachableError, NotPermittedError

log = structlog.get_logger()

LIMIT_SECONDS = 2.0
"""When a function was refused for so long, and not served, the service is not ready."""


class Reason(enum.Enum):
    """Why Redis serves no calls."""

    OUT_OF_MEMORY = "out of memory"
    DISK_FULL = "disk full"
    """Or not writable for another reason; the log has Redis' own words."""
    READ_ONLY = "read-only"
    NOT_PERMITTED = "not permitted"
    TOO_FEW_REPLICAS = "too few replicas"
    LOADING = "loading"
    ARCHIVE_AWAY = "the archive is away"
    """After a restart or a loss, lanes must be compared with it first."""
    FAILED = "failed"
    """A function failed; other functions may work."""


_CODES = {
    "OOM": Reason.OUT_OF_MEMORY,
    "MISCONF": Reason.DISK_FULL,
    "READONLY": Reason.READ_ONLY,
    "NOPERM": Reason.NOT_PERMITTED,
    "NOAUTH": Reason.NOT_PERMITTED,
    "NOREPLICAS": Reason.TOO_FEW_REPLICAS,
    "LOADING": Reason.LOADING,
}

_CLASSES = (  # redis-py cuts the code off the messages of these
    (exceptions.OutOfMemoryError, Reason.OUT_OF_MEMORY),
    (exceptions.ReadOnlyError, Reason.READ_ONLY),
    (exceptions.NoPermissionError, Reason.NOT_PERMITTED),
    (NotPermittedError, Reason.NOT_PERMITTED),
    (ArchiveUnreachableError, Reason.ARCHIVE_AWAY),
    (exceptions.AuthenticationError, Reason.NOT_PERMITTED),
    (exceptions.BusyLoadingError, Reason.LOADING),
)


def reason_of_reply(error: str) -> Reason:
    """The reason in an error reply."""
    return _CODES.get(error.partition(" ")[0], Reason.FAILED)


def reason_of_exception(error: Exception | None) -> Reason | None:
    """The reason in an exception of redis-py; None when Redis did not answer or says nothing."""
    for kind, reason in _CLASSES:
        if isinstance(error, kind):
            return reason
    return _CODES.get(str(error).partition(" ")[0])


@dataclass
class _Refused:
    """When a function was refused first and last, in monotonic seconds."""

    since: float
    last: float


class Refusals:
    """The refused calls of one connection.

    Attributes:
        active: whether a function was refused and not served since.
    """

    def __init__(self) -> None:
        """Nothing was refused."""
        self.active = False
        self._by_function: dict[str, _Refused] = {}
        self._reason = Reason.FAILED
        self._began = 0.0
        self._last = 0.0
        self._count = 0

    @property
    def reason(self) -> Reason | None:
        """Why calls could not be served for `LIMIT_SECONDS`; None when they could."""
        spans = (it.last - it.since for it in self._by_function.values())
        return self._reason if max(spans, default=0.0) >= LIMIT_SECONDS else None

    def add(self, function: str, error: str) -> Reason:
        """A call of `function` was answered with this error."""
        now = self._last = monotonic()
        self._reason = reason_of_reply(error)
        self.active = True
        self._by_function.setdefault(function, _Refused(now, now)).last = now
        self._count += 1
        if self._count == 1:
            self._began = now
            log.error(
                "redis refuses calls", reason=self._reason.value, function=function, error=error
            )
        return self._reason

    def served(self, function: str) -> None:
        """A call of `function` was served; so others can be, unless `function` alone had failed."""
        if self._reason is Reason.FAILED:
            self._by_function.pop(function, None)
        else:
            self._by_function.clear()
        self.active = bool(self._by_function)

    def log_end(self) -> None:
        """Log the end, once nothing was refused for `LIMIT_SECONDS`."""
        if self._count and not self.active and monotonic() - self._last >= LIMIT_SECONDS:
            seconds = round(self._last - self._began, 1)
            log.warning("redis serves calls again", refused=self._count, seconds=seconds)
            self._count = 0
