"""The review of works: its state, what the check found, and the participants who are barred.

Works that are older than the check are public, unless they are held. The last version without
migrations may have made all of this already.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_PUBLIC, _UNJUDGED = sa.text("review = 1"), sa.text("review = 0")


def upgrade() -> None:
    """Make what is missing; takes no time, however many works there are, but for the indexes."""
    found = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("works")}
    for column in (
        sa.Column(
            "review", sa.SmallInteger, nullable=False, server_default="1", comment="ReviewState"
        ),
        sa.Column("verdicts", sa.LargeBinary, comment="packed list of each character's Judgement"),
    ):
        if column.name not in found:
            op.add_column("works", column)
    op.create_index(
        "works_public",
        "works",
        ["campaign", "completed_at", "id"],
        sqlite_where=_PUBLIC,
        postgresql_where=_PUBLIC,
        if_not_exists=True,
    )
    op.create_index(
        "works_unjudged",
        "works",
        ["completed_at", "id"],
        sqlite_where=_UNJUDGED,
        postgresql_where=_UNJUDGED,
        if_not_exists=True,
    )
    op.create_table(
        "barred",
        sa.Column("participant", sa.String(64), primary_key=True),
        sa.Column("barred_at", sa.BigInteger, nullable=False, comment="milliseconds since 1970"),
        if_not_exists=True,
    )
