"""Pledges, and the totals of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "pledges",
        sa.Column("certificate", sa.String(32), primary_key=True),
        sa.Column("campaign", sa.String(64), nullable=False),
        sa.Column("pledge", sa.String(64), nullable=False),
        sa.Column("participant", sa.String(64), nullable=False),
        sa.Column(
            "number", sa.BigInteger, nullable=False, comment="of this participant in the pledge"
        ),
        sa.Column("pledged_at", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
    )
    op.create_index(
        "pledges_of_participant", "pledges", ["campaign", "participant", "pledge"], unique=True
    )
    op.create_table(
        "pledge_totals",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("pledge", sa.String(64), primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False, comment="pledges ever stored"),
        sa.Column("number", sa.BigInteger, nullable=False, comment="the highest one"),
    )
