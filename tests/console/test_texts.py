"""Every text of the console is there in Chinese, and no translation is left over."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from pathlib import Path

from server.console.texts import CHINESE, choose_language, read_texts
from tests.service import ROOT

CONSOLE = ROOT / "server" / "console"
IN_TEMPLATE = re.compile(r"""\bt\(\s*"((?:[^"\\]|\\.)*)\"""")


def in_templates() -> set[str]:
    found: set[str] = set()
    for path in (CONSOLE / "templates").glob("*.html"):
        content = path.read_text(encoding="utf-8")
        found.update(IN_TEMPLATE.findall(content))
    return found


def in_code() -> set[str]:
    """What is marked with `text(...)`."""
    found: set[str] = set()
    for path in CONSOLE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "text":
                found.add(str(ast.literal_eval(node.args[0])))
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_there_in_chinese() -> None:
    chinese = read_texts()[CHINESE]
    used = in_templates() | in_code()
    assert sorted(used - set(chinese)) == []
    assert sorted(set(chinese) - used) == [], "these are used nowhere"


def test_translations_fill_in_the_same_values() -> None:
    wrong = [
        english
        for english, chinese in read_texts()[CHINESE].items()
        if placeholders(english) != placeholders(chinese)
    ]
    assert wrong == []


def test_no_text_is_translated_in_two_files() -> None:
    keys = [
        key
        for path in Path(CONSOLE / "texts" / CHINESE).glob("*.toml")
        for key in tomllib.loads(path.read_text(encoding="utf-8"))
    ]
    assert sorted(keys) == sorted(set(keys))


def test_the_language_is_the_chosen_one_or_the_first_that_there_is() -> None:
    assert choose_language(None, "fr, zh-TW;q=0.9, en;q=0.8") == "zh"
    assert choose_language("en", "zh") == "en"
    assert choose_language("xx", "") == "en"
