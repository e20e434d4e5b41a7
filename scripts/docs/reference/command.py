"""The page of the commands, `jielong` and `jielong-client`."""

from __future__ import annotations

import inspect

from typer.core import TyperArgument, TyperCommand, TyperOption

from scripts.docs.reference import client_command
from scripts.docs.reference.commands import (
    arguments_of,
    choices_of,
    commands,
    default_of,
    options_of,
    setting_of,
    spelled,
)
from scripts.docs.reference.language import Language
from scripts.docs.reference.table import table


def page(language: Language) -> str:
    """Every command with its arguments and options."""
    lines = [
        f"# {language.say('The jielong command')}",
        "",
        language.say(
            "`jielong COMMAND --help` says the same. Every setting is also an environment "
            "variable: see [Settings from A to Z](settings.md). The option wins. "
            "`jielong-client` comes with the [Python client](../../client/python/README.md)."
        ),
    ]
    for name, command in commands().items():
        lines += ["", f"## jielong {name}", "", *_about(command, name, language)]
    return "\n".join([*lines, *client_command.section(language)])


def _about(command: TyperCommand, name: str, language: Language) -> list[str]:
    arguments, options = arguments_of(command), options_of(command)
    usage = [name, *map(spelled, arguments), *(["[OPTIONS]"] if options else [])]
    lines = []
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        lines += [language.say(paragraph), ""]
    lines += ["```console", f"jielong {' '.join(usage)}", "```"]
    if options:
        rows = [_row(it, language) for it in (*arguments, *options)]
        head = map(language.say, ("option", "default", "meaning"))
        lines += ["", *table(head, rows)]
    return lines


def _row(param: TyperArgument | TyperOption, language: Language) -> list[str]:
    """What to type, its default, and what it means."""
    names = [spelled(param)] if isinstance(param, TyperArgument) else [*param.opts]
    typed = " ".join(f"`{name}`" for name in names)
    about = setting_of(param)
    if about is not None:
        meaning, setting, default = about
        variable = f" `JIELONG_{setting.upper()}`"
        return [typed, _default(default, language), language.say(meaning) + variable]
    meaning = language.say(param.help or "")
    if choices := choices_of(param):
        values = language.pause.join(f"`{choice}`" for choice in choices)
        meaning = language.say("{meaning} One of {values}.", meaning=meaning, values=values)
    return [typed, _default(default_of(param), language), meaning]


def _default(default: str, language: Language) -> str:
    return language.say(default) if default == "empty" else default and f"`{default}`"
