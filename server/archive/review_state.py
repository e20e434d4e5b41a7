"""How far the review of a finished work is, and so who may see it."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Literal

Told = Literal["public", "waiting", "private"]


class ReviewState(IntEnum):
    """The states, as SQL holds them. A report holds a work back whatever its state."""

    UNJUDGED = 0
    """The check has not looked at it yet."""

    PUBLIC = 1
    """Everybody may see it: the check found each character, or a person released it."""

    WAITING = 2
    """A person is to decide: the check was not sure."""

    PRIVATE = 3
    """Those who wrote it may see it: the check or a person found something else than was asked."""

    REMOVED = 4
    """Nobody may see it, and it is removed for good in a day: a person decided so."""

    @property
    def told(self) -> Told:
        """The word for it in the API."""
        if self is ReviewState.PUBLIC:
            return "public"
        return "private" if self >= ReviewState.PRIVATE else "waiting"


FirstReview = Callable[[str], ReviewState]
"""In which state the review of a campaign's new works begins."""
