"""Does the steps of `migrations` with Alembic, which nothing else loads."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Do the steps that are missing, on the connection and within its transaction."""
    config = Config()
    config.set_main_option("script_location", "server.archive:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
