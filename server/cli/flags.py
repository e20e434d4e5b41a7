"""Flags that stand for settings; their help names the variable and the default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from server.settings import Settings


def flag(setting: str, what: str, *names: str) -> Any:
    """A flag for a setting.

    Args:
        setting: the name of its field in `Settings`.
        what: a sentence of its help.
        names: other ones than that of the argument.
    """
    default = Settings.model_fields[setting].default
    said = "on" if default is True else default or "empty"
    return typer.Option(*names, help=f"{what} (JIELONG_{setting.upper()}; {said})")


DataFolder = Annotated[Path | None, flag("data", "Data folder of the service.")]

DatabaseUrl = Annotated[
    str | None, flag("database_url", "Database of works; empty: SQLite in the data folder.")
]

RedisUrl = Annotated[
    str | None, flag("redis_url", "Redis of the service; empty: its embedded Valkey.")
]

SourceFile = Annotated[
    Path | None,
    flag("campaigns", "File that is the source of the campaigns; empty: the database.", "--file"),
]
