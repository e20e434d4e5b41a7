"""The commands of `jielong`, each imported when somebody asks for it.

Together they import twice what a worker needs, and every process of a service is such a command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

NAMES = (
    *("serve", "campaign", "works", "participants", "donations", "admin"),
    *("doctor", "rehearse", "judge", "check", "conformance", "worker"),
)
"""Each is a function, or a group of commands, in the module of the same name."""

HIDDEN = frozenset({"worker"})


class ImportedCommands(Mapping[str, Any]):
    """Commands by their names; the value is imported when it is first looked up."""

    def __init__(self) -> None:
        """None is imported yet."""
        self._imported: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Import a command."""
        if name not in NAMES:
            raise KeyError(name)
        if name not in self._imported:
            found = getattr(import_module(f"server.cli.{name}"), name)
            self._imported[name] = _command(name, found)
        return self._imported[name]

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the help."""
        return iter(NAMES)

    def __len__(self) -> int:
        """How many there are."""
        return len(NAMES)


class Commands(TyperGroup):
    """The group of all commands."""

    def __init__(self, **attributes: Any) -> None:
        """Take Typer's attributes, and the commands from their modules."""
        super().__init__(**attributes | {"commands": ImportedCommands()})


def _command(name: str, found: typer.Typer | Callable[..., None]) -> Any:
    """What Typer makes of a group, or of a function."""
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name, hidden=name in HIDDEN)(found)
    return get_command(alone)
