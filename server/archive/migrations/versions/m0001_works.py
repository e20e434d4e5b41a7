"""Finished works, their hands and reports, and the totals of each lane.

A database from before there were migrations has these tables, or the older ones of them: what it
lacks is made.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_LETTERS = "0123456789abcdefghijklmnopqrstuv"
"""The last character of a work's id is that of its lane."""


def upgrade() -> None:
    """Make the tables that are missing."""
    op.create_table(
        "works",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("campaign", sa.String(64), nullable=False),
        sa.Column("phrase", sa.LargeBinary, nullable=False, comment="packed Phrase"),
        sa.Column(
            "writers", sa.LargeBinary, nullable=False, comment="hand of each character, a byte each"
        ),
        sa.Column(
            "ink", sa.LargeBinary, nullable=False, comment="packed list of each character's strokes"
        ),
        sa.Column("completed_at", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
        sa.Column("held", sa.Boolean, nullable=False, comment="reported, waits for review"),
        if_not_exists=True,
    )
    op.create_index("works_newest", "works", ["campaign", "completed_at", "id"], if_not_exists=True)
    op.create_index(
        "works_of_phrase",
        "works",
        ["campaign", "phrase", "completed_at", "id"],
        if_not_exists=True,
    )
    op.create_table(
        "hands",
        sa.Column("work", sa.String(32), sa.ForeignKey("works.id"), primary_key=True),
        sa.Column("number", sa.SmallInteger, primary_key=True),
        sa.Column("participant", sa.String(64), nullable=False),
        sa.Column("serial", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "reports",
        sa.Column("work", sa.String(32), primary_key=True),
        sa.Column("participant", sa.String(64), primary_key=True),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("reported_at", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    _make_lane_totals()
    op.execute("DROP TABLE IF EXISTS schema_version")


def _make_lane_totals() -> None:
    """A table without rows is filled from the works: it came after them."""
    op.create_table(
        "lane_totals",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("lane", sa.SmallInteger, primary_key=True),
        sa.Column(
            "relays",
            sa.BigInteger,
            nullable=False,
            comment="works ever stored, removed ones included",
        ),
        sa.Column("participants", sa.BigInteger, nullable=False, comment="hands in them"),
        sa.Column("serial", sa.BigInteger, nullable=False, comment="the highest one"),
        if_not_exists=True,
    )
    connection = op.get_bind()
    if connection.execute(sa.text("SELECT lane FROM lane_totals LIMIT 1")).first() is None:
        _fill_lane_totals(connection)


def _fill_lane_totals(connection: sa.Connection) -> None:
    lanes: dict[tuple[str, int], dict[str, int]] = {}
    counted = sa.text(
        "SELECT campaign, substr(id, length(id)), count(*) FROM works"
        " GROUP BY campaign, substr(id, length(id))"
    )
    for campaign, letter, count in connection.execute(counted):
        lane = lanes.setdefault((campaign, _lane(letter)), _nothing())
        lane["relays"] += count
    numbered = sa.text(
        "SELECT campaign, substr(id, length(id)), count(*), max(serial) FROM works"
        " JOIN hands ON hands.work = works.id GROUP BY campaign, substr(id, length(id))"
    )
    for campaign, letter, count, serial in connection.execute(numbered):
        lane = lanes.setdefault((campaign, _lane(letter)), _nothing())
        lane["participants"] += count
        lane["serial"] = max(lane["serial"], serial)
    insert = sa.text(
        "INSERT INTO lane_totals (campaign, lane, relays, participants, serial)"
        " VALUES (:campaign, :lane, :relays, :participants, :serial)"
    )
    for (campaign, number), totals in lanes.items():
        connection.execute(insert, {"campaign": campaign, "lane": number} | totals)


def _lane(letter: str) -> int:
    return max(_LETTERS.find(letter), 0)


def _nothing() -> dict[str, int]:
    return {"relays": 0, "participants": 0, "serial": 0}
