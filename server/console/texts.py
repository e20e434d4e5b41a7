"""The languages of the console: English in the code, other ones in TOML files beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

ENGLISH, CHINESE = "en", "zh"
LANGUAGES: Mapping[str, str] = {ENGLISH: "English", CHINESE: "中文"}
"""By code, as each calls itself."""

_FOLDER = Path(__file__).with_name("texts")


class Translate(Protocol):
    """Gives a text in one language, with `{name}` in it filled in."""

    def __call__(self, english: str, **values: object) -> str:
        """The text; the English one where there is no other."""
        ...


def text(english: str) -> str:
    """Mark a text that is translated where it is shown."""
    return english


def read_texts(folder: Path = _FOLDER) -> dict[str, dict[str, str]]:
    """By language, the translations of English texts, of all files `LANGUAGE/*.toml`."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*/*.toml")):
        texts = tomllib.loads(path.read_text(encoding="utf-8"))
        found.setdefault(path.parent.name, {}).update(texts)
    return found


def translator(texts: Mapping[str, str]) -> Translate:
    """Translates with these texts."""

    def translate(english: str, **values: object) -> str:
        found = texts.get(english, english)
        return found.format(**values) if values else found

    return translate


def choose_language(chosen: str | None, accepted: str) -> str:
    """The language that was chosen, else the first of `Accept-Language` that there is."""
    if chosen is not None and chosen in LANGUAGES:
        return chosen
    for part in accepted.split(","):
        language = part.partition(";")[0].strip().partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return ENGLISH
