"""The reference pages, made from the code: settings, the `jielong` command, messages."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import click
import msgspec
import typer
from pydantic_core import PydanticUndefined

from server import settings
from server.cli.app import app
from server.relay import from_client, to_client

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
NOTE = "<!-- Made from the code by `make reference`. Change the code, not this page. -->\n"


def pages() -> dict[Path, str]:
    """Every reference page: where it lies, and what it says."""
    made = {"settings.md": _settings(), "command.md": _command(), "messages.md": _messages()}
    return {FOLDER / name: f"{NOTE}\n{text.rstrip()}\n" for name, text in made.items()}


def _settings() -> str:
    docstrings = _docstrings(settings.Settings)
    options = {option.name: option for option in _commands()["serve"].params}
    lines = [
        "# Settings from A to Z",
        "",
        "Every setting, as the code declares it. [Settings](../operate/settings.md) explains them.",
        "Each is an environment variable; those with a flag are also options of `jielong serve`.",
        "",
        "| variable | flag | type | default | meaning |",
        "|---|---|---|---|---|",
    ]
    for name, field in sorted(settings.Settings.model_fields.items()):
        kind = _type_name(field.annotation)
        bounds = ", ".join(filter(None, map(_bound, field.metadata)))
        default = "" if field.default is PydanticUndefined else _plain(field.default)
        flag = f"`{options[name].opts[0]}`" if name in options else ""
        said = options[name].help.partition(" (")[0] if name in options else ""
        text = " ".join(docstrings.get(name, said).split())
        variable = f"`JIELONG_{name.upper()}`"
        allowed = f"{kind}, {bounds}" if bounds else kind
        lines.append(
            f"| {variable} | {flag} | {allowed} | {default} | {text} |".replace("|  |", "| |")
        )
    return "\n".join(lines)


def _docstrings(of: type) -> dict[str, str]:
    """The string after each field of a class."""
    (body,) = ast.parse(inspect.getsource(of)).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            found[field.target.id] = str(text.value.value)
    return found


def _type_name(annotation: Any) -> str:
    if get_origin(annotation) is Annotated:
        return _type_name(get_args(annotation)[0])
    if get_origin(annotation) in {types.UnionType, Union}:
        return " or ".join(map(_type_name, get_args(annotation)))
    if annotation is types.NoneType:
        return "empty"
    members = getattr(annotation, "__members__", None)
    if members:
        return ", ".join(f"`{member.value}`" for member in members.values())
    if args := get_args(annotation):
        if all(isinstance(arg, str) for arg in args):
            return ", ".join(f"`{arg}`" for arg in args)
        return "list, by commas"
    names = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
    return names.get(annotation.__name__, annotation.__name__.lower())


def _bound(constraint: Any) -> str:
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    return next(
        (
            f"{word} {getattr(constraint, name):,}"
            for name, word in words.items()
            if getattr(constraint, name, None) is not None
        ),
        "",
    )


def _plain(default: object) -> str:
    value = getattr(default, "value", default)
    if value in ("", None, ()):
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _commands() -> dict[str, click.Command]:
    """Every command of `jielong`, by its name; those of a group have two words."""

    def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
        children = getattr(command, "commands", None)
        if children is None:
            yield name, command
        else:
            for child, below in children.items():
                if not below.hidden:
                    yield from walk(below, f"{name} {child}".strip())

    return dict(walk(typer.main.get_command(app), ""))


def _command() -> str:
    lines = [
        "# The jielong command",
        "",
        "`jielong COMMAND --help` says the same. Every setting is also an environment variable:",
        "see [Settings from A to Z](settings.md).",
    ]
    for name, command in _commands().items():
        arguments = [param for param in command.params if param.param_type_name == "argument"]
        options = [param for param in command.params if param.param_type_name == "option"]
        usage = [name, *(f"{str(param.name).upper()}" for param in arguments)]
        lines += ["", f"## jielong {name}", "", inspect.cleandoc(command.help or ""), ""]
        lines += [
            "```console",
            f"jielong {' '.join(usage)}{' [OPTIONS]' if options else ''}",
            "```",
        ]
        if options:
            lines += ["", "| option | meaning |", "|---|---|"]
            for option in options:
                spelled = " ".join(f"`{each}`" for each in (*option.opts, *option.secondary_opts))
                lines.append(f"| {spelled} | {' '.join((option.help or '').split())} |")
    return "\n".join(lines)


def _messages() -> str:
    lines = [
        "# Messages from A to Z",
        "",
        "Every message as the service's types declare it. `?` marks a key that may be missing.",
        "[The protocol](../build/protocol.md) says how the messages belong together.",
        "",
        "## From a client",
        "",
        *_table(msgspec.inspect.multi_type_info(get_args(from_client.FromClient))),
        "",
        "## From the server",
        "",
        *_table(_from_server()),
        "",
        "## Error codes",
        "",
        ", ".join(f"`{code}`" for code in get_args(to_client.ErrorCode)) + ".",
    ]
    return "\n".join(lines)


def _from_server() -> list[msgspec.inspect.Type]:
    """Those of the server's types that are messages: they have a tag."""
    classes = [
        value
        for value in vars(to_client).values()
        if isinstance(value, type)
        and issubclass(value, msgspec.Struct)
        and value.__module__ == to_client.__name__
        and value.__struct_config__.tag_field == "t"
    ]
    passed_on = [from_client.Ink, from_client.Undo, from_client.React]
    return list(msgspec.inspect.multi_type_info([*classes, *passed_on]))


def _table(types_: Any) -> list[str]:
    lines = ["| t | keys | meaning |", "|---|---|---|"]
    for kind in sorted(types_, key=lambda each: each.tag):
        keys = ", ".join(
            f"`{field.encode_name}`{'' if field.required else '?'}" for field in kind.fields
        )
        text = " ".join((kind.cls.__doc__ or "").split())
        lines.append(f"| `{kind.tag}` | {keys} | {text} |".replace("|  |", "| |"))
    return lines


def stale() -> list[Path]:
    """The pages that do not say what the code says."""
    return [
        path
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def write() -> None:
    """Write every page anew."""
    FOLDER.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
