"""Campaigns, and what organisers did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("definition", sa.Text, nullable=False, comment="JSON"),
        sa.Column(
            "revision", sa.BigInteger, nullable=False, comment="of the change that made it so"
        ),
    )
    op.create_table(
        "campaigns_revision",
        sa.Column(
            "revision", sa.BigInteger, primary_key=True, comment="of the last change; one row"
        ),
    )
    op.execute("INSERT INTO campaigns_revision (revision) VALUES (0)")
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
        sa.Column("who", sa.String(128), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("campaign", sa.String(64), nullable=False),
        sa.Column("details", sa.Text, nullable=False, comment="JSON"),
    )
