"""What participants wrote and reported is found; works are found by time and by review.

Several moderators share the queue of works that wait, and their decisions are kept.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"

_WHERE = {
    "works_waiting": "review = 2",
    "works_private": "review = 3",
    "works_removed": "review = 4",
}


def upgrade() -> None:
    """Takes some seconds for a million works."""
    op.create_index("hands_of_participant", "hands", ["participant"])
    op.create_index("hands_of_serial", "hands", ["serial"])
    op.create_index("reports_of_participant", "reports", ["participant"])
    op.create_index("works_by_time", "works", ["completed_at", "id"])
    for name, condition in _WHERE.items():
        where = sa.text(condition)
        _index_works(name, where, where)
    _index_works("works_held", sa.text("held = 1"), sa.text("held"))
    op.create_table(
        "confirmed_reports",
        sa.Column("work", sa.String(32), primary_key=True),
        sa.Column("participant", sa.String(64), primary_key=True, comment="who was reported"),
        sa.Column("confirmed_at", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
        sa.Index("confirmed_reports_of_participant", "participant"),
    )
    op.create_table(
        "review_leases",
        sa.Column("work", sa.String(32), primary_key=True),
        sa.Column(
            "moderator",
            sa.String(128),
            nullable=False,
            comment="nobody for a work that is put off",
        ),
        sa.Column("until", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
    )
    _make_decisions()


def _index_works(name: str, sqlite: sa.TextClause, postgresql: sa.TextClause) -> None:
    columns = ["completed_at", "id"]
    op.create_index(name, "works", columns, sqlite_where=sqlite, postgresql_where=postgresql)


def _make_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("work", sa.String(32), nullable=False),
        sa.Column("moderator", sa.String(128), nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
        sa.Column("undone", sa.Boolean, nullable=False),
        sa.Column("review", sa.SmallInteger, nullable=False, comment="ReviewState before"),
        sa.Column("held", sa.Boolean, nullable=False, comment="before"),
        sa.Column("reports", sa.LargeBinary, nullable=False, comment="packed list of those before"),
        sa.Index("decisions_on_work", "work", "number"),
    )
