"""Every text of the console is there in each of its languages, and no translation is left over."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from pathlib import Path

import pytest

from server.console.texts import ENGLISH, LANGUAGES, choose_language, read_texts
from tests.service import ROOT

SERVER = ROOT / "server"
CONSOLE = SERVER / "console"
OTHERS = sorted(set(LANGUAGES) - {ENGLISH})
IN_TEMPLATE = re.compile(r"""\bt\(\s*"((?:[^"\\]|\\.)*)\"""")


def in_templates() -> set[str]:
    found: set[str] = set()
    for path in (CONSOLE / "templates").glob("*.html"):
        content = path.read_text(encoding="utf-8")
        found.update(IN_TEMPLATE.findall(content))
    return found


def first_arguments(name: str, folder: Path) -> set[str]:
    """The first arguments of all calls of `name`, which are literals."""
    return {
        str(ast.literal_eval(node.args[0]))
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    }


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_and_every_fault_is_there(language: str) -> None:
    translated = read_texts()[language]
    used = in_templates() | first_arguments("text", CONSOLE) | first_arguments("Fault", SERVER)
    assert sorted(used - set(translated)) == []
    assert sorted(set(translated) - used) == [], "these are used nowhere"


@pytest.mark.parametrize("language", OTHERS)
def test_translations_fill_in_the_same_values(language: str) -> None:
    wrong = [
        english
        for english, translated in read_texts()[language].items()
        if placeholders(english) != placeholders(translated)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_translated_in_two_files(language: str) -> None:
    keys = [
        key
        for path in Path(CONSOLE / "texts" / language).glob("*.toml")
        for key in tomllib.loads(path.read_text(encoding="utf-8"))
    ]
    assert sorted(keys) == sorted(set(keys))


def test_the_language_is_the_chosen_one_or_the_first_that_there_is() -> None:
    assert choose_language(None, "fr, zh-TW;q=0.9, en;q=0.8") == "zh"
    assert choose_language("en", "zh") == "en"
    assert choose_language("xx", "") == "en"
