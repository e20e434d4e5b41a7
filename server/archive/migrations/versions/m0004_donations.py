"""Donations and refunds as providers reported them, and the totals of each fund."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "donation_reports",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, comment="SHA-256 of the body"),
    )
    op.create_table(
        "donations",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("fund", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False, comment="in the smallest unit"),
        sa.Column("refunded", sa.BigInteger, nullable=False, comment="of it"),
        sa.Column("ref", sa.String(128), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
    )
    op.create_table(
        "refunds",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("donation", sa.String(128), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False, comment="in the smallest unit"),
        sa.Column("at", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
        sa.Column("state", sa.String(8), nullable=False, comment="waiting, taken or aside"),
    )
    op.create_index("refunds_of_donation", "refunds", ["campaign", "donation"])
    op.create_table(
        "fund_totals",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("fund", sa.String(64), primary_key=True),
        sa.Column("raised", sa.BigInteger, nullable=False, comment="given less refunded"),
        sa.Column("donations", sa.BigInteger, nullable=False, comment="not wholly refunded"),
    )
