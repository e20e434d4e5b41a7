"""Where a session is: the address under which the store and other workers find it."""

from __future__ import annotations

from functools import lru_cache

Address = tuple[str, int]
"""A worker and the number of a session on it."""


_REMEMBERED = 4_096
"""Parsed addresses that are kept: each comes about six times for a participant, in a short time."""


@lru_cache(_REMEMBERED)
def parse_address(address: str) -> Address | None:
    """`worker/session`, or None for an empty address."""
    if not address:
        return None
    worker, _, session = address.partition("/")
    return worker, int(session)


def format_address(worker: str, session: int) -> str:
    """The address of a session as the library stores it."""
    return f"{worker}/{session}"
