"""The tables of finished works. One schema for SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)

from server.archive.review_state import ReviewState

metadata = MetaData()

works = Table(
    "works",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("campaign", String(64), nullable=False),
    Column("phrase", LargeBinary, nullable=False, comment="packed Phrase"),
    Column("writers", LargeBinary, nullable=False, comment="hand of each character, a byte each"),
    Column("ink", LargeBinary, nullable=False, comment="packed list of each character's strokes"),
    Column("completed_at", BigInteger, nullable=False, comment="milliseconds since 1970"),
    Column("held", Boolean, nullable=False, comment="reported, waits for review"),
    Column("review", SmallInteger, nullable=False, server_default="1", comment="ReviewState"),
    Column("verdicts", LargeBinary, comment="packed list of each character's Judgement"),
    Index("works_newest", "campaign", "completed_at", "id"),
)

works_of_phrase = Index(
    "works_of_phrase",
    works.c.campaign,
    works.c.phrase,
    works.c.completed_at,
    works.c.id,
)
"""Came after the table: made when it is missing."""

public_works = Index(
    "works_public",
    works.c.campaign,
    works.c.completed_at,
    works.c.id,
    sqlite_where=works.c.review == ReviewState.PUBLIC.value,
    postgresql_where=works.c.review == ReviewState.PUBLIC.value,
)
"""Made when it is missing, with the column: so many private works cost a list nothing."""

unjudged_works = Index(
    "works_unjudged",
    works.c.completed_at,
    works.c.id,
    sqlite_where=works.c.review == ReviewState.UNJUDGED.value,
    postgresql_where=works.c.review == ReviewState.UNJUDGED.value,
)
"""Made when it is missing, with the column: what the check has still to look at."""

LATER_COLUMNS = (works.c.review, works.c.verdicts)
"""Came after the table: added when they are missing. Works that are older are public."""

LATER_INDEXES = (works_of_phrase, public_works, unjudged_works)

hands = Table(
    "hands",
    metadata,
    Column("work", ForeignKey("works.id"), primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("participant", String(64), nullable=False),
    Column("serial", BigInteger, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    Column("work", String(32), primary_key=True),
    Column("participant", String(64), primary_key=True),
    Column("why", String(16), nullable=False),
    Column("reported_at", BigInteger, nullable=False),
)

barred = Table(
    "barred",
    metadata,
    Column("participant", String(64), primary_key=True),
    Column("barred_at", BigInteger, nullable=False, comment="milliseconds since 1970"),
)

lane_totals = Table(
    "lane_totals",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("lane", SmallInteger, primary_key=True),
    Column(
        "relays", BigInteger, nullable=False, comment="works ever stored, removed ones included"
    ),
    Column("participants", BigInteger, nullable=False, comment="hands in them"),
    Column("serial", BigInteger, nullable=False, comment="the highest one"),
)
"""Came after `works`: filled from them when it is empty."""

version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

VERSION = 1
