"""The page of the `jielong` command."""

from __future__ import annotations

import inspect

from typer.core import TyperArgument, TyperCommand, TyperOption

from scripts.docs.reference.commands import choices_of, commands, options_of, setting_of
from scripts.docs.reference.language import Language
from scripts.docs.reference.table import table


def page(language: Language) -> str:
    """Every command with its options."""
    lines = [
        f"# {language.say('The jielong command')}",
        "",
        language.say(
            "`jielong COMMAND --help` says the same. Every setting is also an environment "
            "variable: see [Settings from A to Z](settings.md)."
        ),
    ]
    for name, command in commands().items():
        lines += ["", f"## jielong {name}", "", *_about(command, name, language)]
    return "\n".join(lines)


def _about(command: TyperCommand, name: str, language: Language) -> list[str]:
    options = options_of(command)
    usage = [name, *_arguments(command), *(["[OPTIONS]"] if options else [])]
    lines = []
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        lines += [language.say(paragraph), ""]
    lines += ["```console", f"jielong {' '.join(usage)}", "```"]
    if options:
        rows = ([_spelled(option), _meaning(option, language)] for option in options)
        lines += ["", *table([language.say("option"), language.say("meaning")], rows)]
    return lines


def _arguments(command: TyperCommand) -> list[str]:
    return [
        f"{str(param.name).upper()}{'...' if param.nargs == -1 else ''}"
        for param in command.params
        if isinstance(param, TyperArgument)
    ]


def _spelled(option: TyperOption) -> str:
    return " ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))


def _meaning(option: TyperOption, language: Language) -> str:
    about = setting_of(option)
    if about is not None:
        meaning, setting, default = about
        return language.say(
            "{meaning} (JIELONG_{setting}; {default})",
            meaning=language.say(meaning),
            setting=setting.upper(),
            default=language.say("empty") if default == "empty" else default,
        )
    meaning = language.say(option.help or "")
    if choices := choices_of(option):
        values = language.pause.join(f"`{choice}`" for choice in choices)
        return language.say("{meaning} One of {values}.", meaning=meaning, values=values)
    return meaning
