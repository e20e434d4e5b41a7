"""When to connect again after a connection was lost: whether at all, and after how long."""

from __future__ import annotations

import random

from .exceptions import CannotConnect, Closed, JielongError, Refused, TimedOut
from .messages import Bye

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 10.0
_MOST_DOUBLINGS = 16
_LAST_TRY = 0.9
"""The share of the time that is left after which the last attempts are made."""
_ELSEWHERE = 4001
_FINAL_STATUS = (400, 403)


def is_final(error: JielongError, bye: Bye | None) -> bool:
    """Whether the next connection would end the same way.

    That is so after an idle room, when the participant connected elsewhere, and when the server
    refused without naming a time.
    """
    if bye is not None and bye.why == "idle":
        return True
    match error:
        case Refused():
            return error.retry_ms is None
        case Closed():
            return error.code == _ELSEWHERE
        case CannotConnect():
            return error.status in _FINAL_STATUS
    return not isinstance(error, TimedOut)


def delay(error: JielongError, bye: Bye | None, attempt: int, left: float) -> float:
    """Seconds to wait: what the server said, else random within a time that doubles up to 10 s.

    So there are about five attempts while the server keeps the seat (15 s), and after that one
    every 5 s on average.

    Args:
        error: what ended the last connection, or the attempt at one.
        bye: what the server said before, if anything.
        attempt: how many attempts there were before this one.
        left: seconds left for all attempts; a random time ends before them.
    """
    if bye is not None:
        return bye.retry_ms / 1000
    if isinstance(error, Refused) and error.retry_ms is not None:
        return error.retry_ms / 1000
    span = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(attempt, _MOST_DOUBLINGS))
    return min(random.uniform(0, span), _LAST_TRY * left)
