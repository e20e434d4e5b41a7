"""Which works are shown, and which wait for a person: conditions that indexes answer."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select

from server.archive import schema
from server.archive.review_state import ReviewState

_works, _reports = schema.works.c, schema.reports.c


class Shown(StrEnum):
    """Which works are wanted, by who may see them."""

    ALL = "all"
    PUBLIC = "public"
    WAITING = "waiting"
    UNCHECKED = "unchecked"
    PRIVATE = "private"
    REMOVED = "removed"


def _is(state: ReviewState) -> ColumnElement[bool]:
    """Compare with a literal and no parameter: only then is the partial index of the state used."""
    return _works.review == literal_column(str(state.value))


reported = exists().where(_reports.work == _works.id)
"""Whether somebody reported the finished work."""

there = _works.review != literal_column(str(ReviewState.REMOVED.value))

_free = and_(~_works.held, ~reported)

WAITS: list[ColumnElement[bool]] = [
    _is(ReviewState.WAITING),
    and_(_works.held, there),
    and_(_works.id.in_(select(_reports.work)), there),
]
"""The reasons to wait for a person, each with an index of its own."""

SHOWN: dict[Shown, ColumnElement[bool]] = {
    Shown.ALL: there,
    Shown.PUBLIC: and_(_is(ReviewState.PUBLIC), _free),
    Shown.WAITING: or_(*WAITS),
    Shown.UNCHECKED: and_(_is(ReviewState.UNJUDGED), _free),
    Shown.PRIVATE: and_(_is(ReviewState.PRIVATE), _free),
    Shown.REMOVED: _is(ReviewState.REMOVED),
}
"""The condition for each."""
