"""Who told of each donation and refund, and their lists by time and by reference."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0008"


def upgrade() -> None:
    """Add the column and the indexes."""
    for table in ("donations", "refunds"):
        op.add_column(
            table,
            sa.Column(
                "source",
                sa.String(16),
                nullable=False,
                server_default="webhook",
                comment="who told",
            ),
        )
    op.create_index("donations_newest", "donations", ["campaign", "at", "id"])
    op.create_index("donations_of_ref", "donations", ["campaign", "ref"])
    op.create_index("refunds_newest", "refunds", ["campaign", "at", "id"])
