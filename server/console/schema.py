"""The tables of the console; archive/migrations makes them. `campaign.schema` has the audit log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from server.archive.schema import metadata
from server.campaign.schema import audit

__all__ = ["accounts", "audit", "metadata", "sessions"]

accounts = Table(
    "console_accounts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password", String(256), nullable=False, comment="argon2; empty: OIDC only"),
    Column("created_at", BigInteger, nullable=False, comment="milliseconds since 1970"),
    Column("seen_at", BigInteger, nullable=False, comment="last sign-in; 0: never"),
)

sessions = Table(
    "console_sessions",
    metadata,
    Column("id", String(64), primary_key=True, comment="SHA-256 of what the cookie holds"),
    Column("account", String(64), nullable=False, index=True),
    Column("proof", LargeBinary, nullable=False, comment="digest of what let the account in"),
    Column("expires_at", BigInteger, nullable=False, comment="milliseconds since 1970"),
)
