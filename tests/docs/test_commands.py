"""Every command in the documentation, in blocks and in sentences: all that it names exists."""

from __future__ import annotations

import argparse
import functools
import re
import shlex
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from typer.core import TyperCommand

from scripts.docs.reference import client_command
from scripts.docs.reference.commands import commands, options_of
from server.cli.commands import NAMES
from server.settings import Settings
from tests.docs.blocks import blocks, commands_of, inline_code
from tests.service import ROOT

Code = Iterable[tuple[str, str]]
"""Pieces of code, each with the place where it is."""

TYPED = [(it.name, line) for it in blocks("sh", "console") for line in commands_of(it.code)]
MENTIONED = [(page, code) for page, code in inline_code() if page != "changelog.md"]
EVERYWHERE = [*TYPED, *MENTIONED]

JIELONG = re.compile(rf"(?:^|[\s/])jielong ((?:{'|'.join(NAMES)})\b[^|&>;]*)")
CLIENT = re.compile(r"(?:^|/)jielong-client (write|conformance)\b([^|&>]*)")
MODULE = re.compile(r"python -m ((?:bench|tests|scripts)(?:\.\w+)*)([^|&]*)")
MAKE = re.compile(r"(?:^|\s)make ([a-z]\w*)((?: [A-Z]+=\S*)*)")
SETTING = re.compile(r"\bJIELONG_([A-Z][A-Z_]*[A-Z])\b")
EXTRA = re.compile(r"\.\[(\w+)\]")
FILE = re.compile(
    r"(?:^|[\s.])((?:deploy|client|scripts|requirements|tests|bench)/[\w./-]+|constraints\.txt)"
)
FILE_OF_COMPOSE = re.compile(r"^cp (\S+)")
OPTION = re.compile(r"(?<!\S)--[a-z][\w-]*")

OF_TESTS = {"TEST_PROFILE"}
"""Variables that only the tests know."""


def found(pattern: re.Pattern[str], code: Code) -> Iterator[tuple[str, re.Match[str]]]:
    """Where a pattern is: a name for messages, and the match."""
    for place, text in code:
        yield from ((f"{place}: {it[0].strip()}", it) for it in pattern.finditer(text))


@functools.cache
def known() -> dict[str, TyperCommand]:
    """Every command of `jielong` by its name."""
    return commands()


def command_of(words: list[str]) -> str:
    """The name of the command that they begin with; "" for one that there is not."""
    return next((it for it in (" ".join(words[:2]), words[0]) if it in known()), "")


def client_parser(command: str) -> argparse.ArgumentParser:
    """What reads the arguments of a command of `jielong-client`."""
    parser = argparse.ArgumentParser()
    client_command.COMMANDS[command][1].add_arguments(parser)
    return parser


def modules(name: str) -> list[Path]:
    """A module, and those of the benches that it imports, directly or not."""
    waiting, seen = [name], list[Path]()
    while waiting:
        path = ROOT.joinpath(*waiting.pop().split("."))
        for module in (path.with_suffix(".py"), path / "__main__.py"):
            if module.exists() and module not in seen:
                seen.append(module)
                text = module.read_text(encoding="utf-8")
                waiting += re.findall(r"^from (bench[\w.]*) import", text, re.MULTILINE)
    return seen


def test_a_command_that_is_typed_is_understood() -> None:
    for place, match in found(JIELONG, TYPED):
        words = shlex.split(match[1])
        name = command_of(words)
        assert name, place
        known()[name].make_context(name, words[len(name.split()) :])
    for _, match in found(CLIENT, TYPED):
        client_parser(match[1]).parse_args(shlex.split(match[2]))


def test_a_command_in_a_sentence_has_options_that_there_are() -> None:
    for place, match in found(JIELONG, MENTIONED):
        words = match[1].split()
        name = command_of(words)
        assert name or len(words) == 1, place
        params = options_of(known()[name]) if name else []
        options = {it for param in params for it in param.opts} | {"--help"}
        assert set(OPTION.findall(match[1])) <= options, place
    for place, match in found(CLIENT, MENTIONED):
        options = set(OPTION.findall(client_parser(match[1]).format_help()))
        assert set(OPTION.findall(match[2])) <= options, place


def test_a_module_is_there_and_declares_its_options() -> None:
    for place, match in found(MODULE, EVERYWHERE):
        text = "".join(it.read_text(encoding="utf-8") for it in modules(match[1]))
        assert text, place
        for option in OPTION.findall(match[2]):
            assert f'"{option}"' in text, f"{place}: {option}"


def test_a_target_and_a_variable_of_make_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    for place, match in found(MAKE, EVERYWHERE):
        assert match[1] in targets, place
        for variable in re.findall(r"[A-Z]+(?==)", match[2]):
            assert re.search(rf"\b{variable}\b", makefile), place


def test_a_setting_is_one_of_ours() -> None:
    ours = {name.upper() for name in Settings.model_fields} | OF_TESTS
    for place, match in found(SETTING, EVERYWHERE):
        assert match[1] in ours, place


def test_an_extra_and_a_file_are_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for place, match in found(EXTRA, EVERYWHERE):
        assert match[1] in project["optional-dependencies"], place
    for pattern, folder in ((FILE, ROOT), (FILE_OF_COMPOSE, ROOT / "deploy" / "compose")):
        for place, match in found(pattern, TYPED):
            assert (folder / match[1]).exists(), place
