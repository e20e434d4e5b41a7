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

works_by_time = Index("works_by_time", works.c.completed_at, works.c.id)
"""For lists of several campaigns."""

_WAITING = works.c.review == ReviewState.WAITING.value
waiting_works = Index(
    "works_waiting",
    works.c.completed_at,
    works.c.id,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
"""What a person is to decide on."""

held_works = Index(
    "works_held",
    works.c.completed_at,
    works.c.id,
    sqlite_where=works.c.held,
    postgresql_where=works.c.held,
)
"""Likewise, because of a report during the relay."""

_PRIVATE = works.c.review == ReviewState.PRIVATE.value
private_works = Index(
    "works_private",
    works.c.completed_at,
    works.c.id,
    sqlite_where=_PRIVATE,
    postgresql_where=_PRIVATE,
)

_REMOVED = works.c.review == ReviewState.REMOVED.value
removed_works = Index(
    "works_removed",
    works.c.completed_at,
    works.c.id,
    sqlite_where=_REMOVED,
    postgresql_where=_REMOVED,
)

hands = Table(
    "hands",
    metadata,
    Column("work", ForeignKey("works.id"), primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("participant", String(64), nullable=False),
    Column("serial", BigInteger, nullable=False),
    Index("hands_of_participant", "participant"),
    Index("hands_of_serial", "serial"),
)

reports = Table(
    "reports",
    metadata,
    Column("work", String(32), primary_key=True),
    Column("participant", String(64), primary_key=True),
    Column("why", String(16), nullable=False),
    Column("reported_at", BigInteger, nullable=False),
    Index("reports_of_participant", "participant"),
)

confirmed_reports = Table(
    "confirmed_reports",
    metadata,
    Column("work", String(32), primary_key=True),
    Column("participant", String(64), primary_key=True, comment="who was reported"),
    Column("confirmed_at", BigInteger, nullable=False, comment="milliseconds since 1970"),
    Index("confirmed_reports_of_participant", "participant"),
)

review_leases = Table(
    "review_leases",
    metadata,
    Column("work", String(32), primary_key=True),
    Column("moderator", String(128), nullable=False, comment="nobody for a work that is put off"),
    Column("until", BigInteger, nullable=False, comment="milliseconds since 1970"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("work", String(32), nullable=False),
    Column("moderator", String(128), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("decided_at", BigInteger, nullable=False, comment="milliseconds since 1970"),
    Column("undone", Boolean, nullable=False),
    Column("review", SmallInteger, nullable=False, comment="ReviewState before"),
    Column("held", Boolean, nullable=False, comment="before"),
    Column("reports", LargeBinary, nullable=False, comment="packed list of those before"),
    Index("decisions_on_work", "work", "number"),
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
