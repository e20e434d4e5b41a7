"""Brings the tables to the form that this version needs: one process at a time, all or nothing."""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

_LOCK = 5_640_213_787_411_902_517
"""The number of the advisory lock in PostgreSQL, which processes of other programs must not use."""


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
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in _revisions():
        raise UnknownRevisionError(found)
    return found == _revisions()[0]


def migrate(connection: Connection) -> None:
    """Do the steps that are missing, within the transaction of `connection`.

    The lock is held until the transaction ends. Whoever waited for it finds nothing left to do.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    if not is_current(connection):
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@cache
def _revisions() -> list[str]:
    """The names of all forms that this version knows, the newest first."""
    scripts = ScriptDirectory.from_config(_config())
    return [script.revision for script in scripts.walk_revisions()]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "server.archive:migrations")
    return config
