"""The commands of `jielong`, as Typer knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperOption

from server.cli.app import app

_OF_A_SETTING = re.compile(r"(.*) \(JIELONG_(\w+); (.*)\)")


def commands() -> dict[str, TyperCommand]:
    """Every command, by its name; those of a group have two words."""

    def walk(command: TyperCommand, name: str) -> Iterator[tuple[str, TyperCommand]]:
        children = getattr(command, "commands", None)
        if children is None:
            yield name, command
        else:
            for child, below in children.items():
                if not below.hidden:
                    yield from walk(below, f"{name} {child}".strip())

    return dict(walk(typer.main.get_command(app), ""))


def options_of(command: TyperCommand) -> list[TyperOption]:
    """The options of a command that its help shows."""
    return [
        param for param in command.params if isinstance(param, TyperOption) and not param.hidden
    ]


def arguments_of(command: TyperCommand) -> list[TyperArgument]:
    """The arguments of a command, in their order."""
    return [param for param in command.params if isinstance(param, TyperArgument)]


def spelled(argument: TyperArgument) -> str:
    """An argument in a line of usage: `ID...` for several, `[ID]` if it may be missing."""
    name = argument.metavar or str(argument.name).upper()
    several = f"{name}{'...' if argument.nargs == -1 else ''}"
    return several if argument.required else f"[{several}]"


def choices_of(param: TyperArgument | TyperOption) -> list[str]:
    """The values that a parameter takes; none for one that takes any."""
    members = getattr(param.type_descriptor.annotation, "__members__", {})
    return [str(member.value) for member in members.values()]


def default_of(param: TyperArgument | TyperOption) -> str:
    """The value of a parameter that is not given; "" where that says nothing."""
    default = getattr(param.default, "value", param.default)
    return str(default) if default and default is not True and not param.required else ""


def setting_of(param: TyperArgument | TyperOption) -> tuple[str, str, str] | None:
    """Meaning, setting and default of one that stands for a setting; None for others."""
    found = _OF_A_SETTING.fullmatch(param.help or "")
    return (found[1], found[2].lower(), found[3]) if found else None


def flags() -> dict[str, tuple[str, str]]:
    """For each setting that has an option of `jielong serve`: its name, and what it means."""
    found = {}
    for option in options_of(commands()["serve"]):
        about = setting_of(option)
        if about is not None:
            found[about[1]] = option.opts[-1], about[0]
    return found
