"""The tables of finished works. One schema for SQLite and PostgreSQL.

The steps in `migrations` make them; a change here needs a step.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
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
    Index("works_of_phrase", "campaign", "phrase", "completed_at", "id"),
)

public_works = Index(
    "works_public",
    works.c.campaign,
    works.c.completed_at,
    works.c.id,
    sqlite_where=works.c.review == ReviewState.PUBLIC.value,
    postgresql_where=works.c.review == ReviewState.PUBLIC.value,
)
"""So many private works cost a list nothing."""

unjudged_works = Index(
    "works_unjudged",
    works.c.completed_at,
    works.c.id,
    sqlite_where=works.c.review == ReviewState.UNJUDGED.value,
    postgresql_where=works.c.review == ReviewState.UNJUDGED.value,
)
"""What the check has still to look at."""

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

pledges = Table(
    "pledges",
    metadata,
    Column("certificate", String(32), primary_key=True),
    Column("campaign", String(64), nullable=False),
    Column("pledge", String(64), nullable=False),
    Column("participant", String(64), nullable=False),
    Column("number", BigInteger, nullable=False, comment="of this participant in the pledge"),
    Column("pledged_at", BigInteger, nullable=False, comment="milliseconds since 1970"),
    Index("pledges_of_participant", "campaign", "participant", "pledge", unique=True),
)

pledge_totals = Table(
    "pledge_totals",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("pledge", String(64), primary_key=True),
    Column("count", BigInteger, nullable=False, comment="pledges ever stored"),
    Column("number", BigInteger, nullable=False, comment="the highest one"),
)
