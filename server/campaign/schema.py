"""The tables of campaigns, audit and donations; archive/migrations makes them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from server.archive.schema import metadata

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("definition", Text, nullable=False, comment="JSON"),
    Column("revision", BigInteger, nullable=False, comment="of the change that made it so"),
)

campaigns_revision = Table(
    "campaigns_revision",
    metadata,
    Column("revision", BigInteger, primary_key=True, comment="of the last change; one row"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", BigInteger, nullable=False, comment="milliseconds since 1970"),
    Column("who", String(128), nullable=False),
    Column("action", String(32), nullable=False),
    Column("campaign", String(64), nullable=False),
    Column("details", Text, nullable=False, comment="JSON; what it is since then"),
    Column("target", String(160), nullable=False, server_default="", comment="what it was done on"),
    Column("before", Text, comment="JSON, where it is short"),
)

donation_reports = Table(
    "donation_reports",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("id", String(128), primary_key=True),
    Column("digest", LargeBinary, nullable=False, comment="SHA-256 of the body"),
)

donations = Table(
    "donations",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("id", String(128), primary_key=True),
    Column("fund", String(64), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", BigInteger, nullable=False, comment="in the smallest unit"),
    Column("refunded", BigInteger, nullable=False, comment="of it"),
    Column("ref", String(128), nullable=False),
    Column("at", BigInteger, nullable=False, comment="milliseconds since 1970"),
    Column("source", String(16), nullable=False, server_default="webhook", comment="who told"),
    Index("donations_newest", "campaign", "at", "id"),
    Index("donations_of_ref", "campaign", "ref"),
)

refunds = Table(
    "refunds",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("id", String(128), primary_key=True),
    Column("donation", String(128), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", BigInteger, nullable=False, comment="in the smallest unit"),
    Column("at", BigInteger, nullable=False, comment="milliseconds since 1970"),
    Column("state", String(8), nullable=False, comment="waiting, taken, aside or settled"),
    Column("source", String(16), nullable=False, server_default="webhook", comment="who told"),
    Index("refunds_of_donation", "campaign", "donation"),
    Index("refunds_newest", "campaign", "at", "id"),
)

fund_totals = Table(
    "fund_totals",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("fund", String(64), primary_key=True),
    Column("raised", BigInteger, nullable=False, comment="given less refunded"),
    Column("donations", BigInteger, nullable=False, comment="not wholly refunded"),
)
