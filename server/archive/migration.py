"""Brings the tables to the form that this version needs: one process at a time, all or nothing."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select, text

from server.archive import migrations

_LOCK = 5_640_213_787_411_902_517
"""The number of the advisory lock in PostgreSQL, which processes of other programs must not use."""

_VERSION = Table("alembic_version", MetaData(), Column("version_num", String))

_REVISION = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_REVISION_BEFORE = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


class UnknownRevisionError(Exception):
    """The tables are of a form that this version does not know; `revision` is its name."""

    def __init__(self, revision: str) -> None:
        """A later version has made the tables."""
        super().__init__(f"the tables have the unknown revision {revision}")
        self.revision = revision


def is_current(connection: Connection) -> bool:
    """Whether the tables have the form that this version needs.

    Raises:
        UnknownRevisionError: a later version has made them.
    """
    known, newest = _revisions()
    found = None
    if inspect(connection).has_table(_VERSION.name):
        found = connection.scalar(select(_VERSION.c.version_num))
    if found is not None and found not in known:
        raise UnknownRevisionError(found)
    return found == newest


def migrate(connection: Connection) -> None:
    """Do the steps that are missing, within the transaction of `connection`.

    The lock is held until the transaction ends. Whoever waited for it finds nothing left to do.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    if not is_current(connection):
        from server.archive.migration_steps import upgrade  # noqa: PLC0415 - Alembic, seldom needed

        upgrade(connection)


@cache
def _revisions() -> tuple[set[str], str]:
    """The names of all forms that this version knows, and the newest one.

    They are read from the text of the steps, which cannot be imported without Alembic.
    """
    folder = files(migrations) / "versions"
    steps = [step.read_text("utf-8") for step in folder.iterdir() if step.name.startswith("m")]
    known = {name for step in steps for name in _REVISION.findall(step)}
    before = {name for step in steps for name in _REVISION_BEFORE.findall(step)}
    (newest,) = known - before
    return known, newest
