"""What the archive ever stored of each lane: its works, their hands, and the highest serial.

Kept with the works, in the same transaction, so that nobody has to count millions of rows when
Redis has lost its counters. A work that an operator removes stays counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text

from server.archive import schema
from server.store.lanes import number_of
from server.store.works import FinishedWork

IDS_AT_ONCE = 500

_LOCK = text(
    "INSERT INTO lane_totals (campaign, lane, relays, participants, serial) "
    "VALUES (:campaign, :lane, 0, 0, 0) "
    "ON CONFLICT (campaign, lane) DO UPDATE SET relays = lane_totals.relays"
)
"""Locks the lane's row: one transaction at a time counts new works of the lane."""

_ADD = text(
    "UPDATE lane_totals SET relays = relays + :relays, participants = participants + :participants,"
    " serial = CASE WHEN serial < :serial THEN :serial ELSE serial END"
    " WHERE campaign = :campaign AND lane = :lane"
)


class LaneTotals(NamedTuple):
    """The totals of one lane."""

    relays: int = 0
    participants: int = 0


def lock(connection: Connection, campaign: str, works: Sequence[FinishedWork]) -> None:
    """Have the totals of the works' lanes to oneself until the transaction ends."""
    for lane in sorted({number_of(work.id) for work in works}):
        connection.execute(_LOCK, {"campaign": campaign, "lane": lane})


def add(connection: Connection, campaign: str, works: Iterable[FinishedWork]) -> None:
    """Count works that were not stored before; the lanes are locked."""
    by_lane: defaultdict[int, list[FinishedWork]] = defaultdict(list)
    for work in works:
        by_lane[number_of(work.id)].append(work)
    for lane, new in by_lane.items():
        hands = [hand for work in new for hand in work.hands]
        row = {
            "campaign": campaign,
            "lane": lane,
            "relays": len(new),
            "participants": len(hands),
            "serial": max((hand.serial for hand in hands), default=0),
        }
        connection.execute(_ADD, row)


def of_lane(connection: Connection, campaign: str, lane: int) -> LaneTotals:
    """The totals of a lane; zeros when it has no works."""
    columns = schema.lane_totals.c
    query = select(columns.relays, columns.participants).where(
        columns.campaign == campaign, columns.lane == lane
    )
    row = connection.execute(query).one_or_none()
    return LaneTotals(*row) if row is not None else LaneTotals()


def of_campaign(connection: Connection, campaign: str) -> tuple[int, int]:
    """The highest serial of a campaign, and how many lanes it has had."""
    columns = schema.lane_totals.c
    query = select(func.max(columns.serial), func.max(columns.lane)).where(
        columns.campaign == campaign
    )
    serial, lane = connection.execute(query).one()
    return serial or 0, 0 if lane is None else lane + 1


def known_works(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these works that are stored."""
    known: set[str] = set()
    for some in batches(ids):
        query = select(schema.works.c.id).where(schema.works.c.id.in_(some))
        known.update(connection.scalars(query))
    return known


def batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many ids as one statement takes, again and again."""
    for at in range(0, len(ids), IDS_AT_ONCE):
        yield ids[at : at + IDS_AT_ONCE]
