"""Columns that the tables of an older database lack."""

from __future__ import annotations

from sqlalchemy import Column, Connection, inspect, text
from sqlalchemy.schema import CreateColumn

from server.archive import schema


def add_later_columns(connection: Connection) -> None:
    """Add the columns that came after their tables; takes no time, however long a table is."""
    for column in schema.LATER_COLUMNS:
        if column.name not in _columns(connection, column.table.name):
            connection.execute(text(_add_column(connection, column.table.name, column)))


def missing_columns(connection: Connection) -> list[str]:
    """A statement for each column that the tables lack."""
    statements = []
    for table in schema.metadata.sorted_tables:
        found = _columns(connection, table.name)
        missing = [column for column in table.columns if column.name not in found]
        statements += [_add_column(connection, table.name, column) for column in missing]
    return statements


def _add_column(connection: Connection, table: str, column: Column[object]) -> str:
    definition = CreateColumn(column).compile(dialect=connection.dialect)
    return f"ALTER TABLE {table} ADD COLUMN {definition}"


def _columns(connection: Connection, table: str) -> set[str]:
    return {column["name"] for column in inspect(connection).get_columns(table)}
