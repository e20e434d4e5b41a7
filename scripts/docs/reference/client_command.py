"""The part of the page of commands that is about `jielong-client`."""

from __future__ import annotations

import argparse
from typing import Any

from jielong import write_command
from jielong.conformance import command as conformance_command

from scripts.docs.reference.language import Language
from scripts.docs.reference.table import table

COMMANDS = {
    "write": ("Take part: join, write characters, print what happens.", write_command),
    "conformance": (
        "Test a server from outside against the promises of the protocol.",
        conformance_command,
    ),
}


class _Recorder(argparse.ArgumentParser):
    """Remembers what is added to it."""

    def __init__(self) -> None:
        super().__init__(add_help=False)
        self.added: list[argparse.Action] = []

    def add_argument(self, *names: Any, **about: Any) -> argparse.Action:
        action = super().add_argument(*names, **about)
        self.added.append(action)
        return action


def section(language: Language) -> list[str]:
    """Both commands with their arguments."""
    lines = []
    for name, (about, module) in COMMANDS.items():
        recorder = _Recorder()
        module.add_arguments(recorder)
        lines += ["", f"## jielong-client {name}", "", language.say(about), ""]
        lines += ["```console", f"jielong-client {name} URL [OPTIONS]", "```", ""]
        head = map(language.say, ("option", "default", "meaning"))
        lines += table(head, [_row(action, language) for action in recorder.added])
    return lines


def _row(action: argparse.Action, language: Language) -> list[str]:
    typed = action.option_strings[0] if action.option_strings else action.dest.upper()
    value = action.default
    default = f"`{value:g}`" if isinstance(value, float | int) and value is not False else ""
    return [f"`{typed}`", default, language.say(action.help or "")]
