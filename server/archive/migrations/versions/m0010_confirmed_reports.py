"""Reports that a person has confirmed, by the participant whom they are about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "confirmed_reports",
        sa.Column(
            "participant", sa.String(64), primary_key=True, comment="whom the reports are about"
        ),
        sa.Column("work", sa.String(32), primary_key=True),
        sa.Column("confirmed_at", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
    )
