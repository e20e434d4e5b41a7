"""The console's accounts and sessions; the audit log names what was done on what, and before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "console_accounts",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.String(256), nullable=False, comment="argon2; empty: OIDC only"),
        sa.Column("created_at", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
        sa.Column("seen_at", sa.BigInteger, nullable=False, comment="last sign-in; 0: never"),
    )
    op.create_table(
        "console_sessions",
        sa.Column(
            "id", sa.String(64), primary_key=True, comment="SHA-256 of what the cookie holds"
        ),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column(
            "proof", sa.LargeBinary, nullable=False, comment="digest of what let the account in"
        ),
        sa.Column("expires_at", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
    )
    op.create_index("ix_console_sessions_account", "console_sessions", ["account"])
    op.add_column(
        "audit",
        sa.Column(
            "target",
            sa.String(160),
            nullable=False,
            server_default="",
            comment="what it was done on",
        ),
    )
    op.add_column("audit", sa.Column("before", sa.Text, comment="JSON, where it is short"))
