"""The languages of the reference: English from the code, Chinese from `zh.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from scripts.docs.stage import DOCS

CHINESE = Path(__file__).with_name("zh.toml")


class TextsError(Exception):
    """The translations do not fit the code; the message lists what to add and what to remove."""


class Language:
    """One language of the reference.

    Attributes:
        folder: where its pages lie.
        comma: between the clauses of a cell.
        pause: between the values of a list.
    """

    def __init__(
        self,
        folder: Path,
        comma: str = ", ",
        pause: str = ", ",
        texts: Mapping[str, str] | None = None,
    ) -> None:
        """`texts` translates every text of the code; None: they stay as they are."""
        self.folder = folder
        self.comma = comma
        self.pause = pause
        self._texts = texts
        self._said: set[str] = set()

    def say(self, english: str, **values: object) -> str:
        """A text in this language, its line breaks removed, with `{name}` in it filled in."""
        text = " ".join(english.split())
        self._said.add(text)
        said = text if self._texts is None else self._texts.get(text, text)
        return said.format(**values) if values else said

    def raise_if_incomplete(self) -> None:
        """Raise `TextsError` if a text that was said is not translated, or another one is."""
        if self._texts is None:
            return
        missing = sorted(self._said - self._texts.keys() - {""})
        unused = sorted(self._texts.keys() - self._said)
        if missing or unused:
            lines = [f"add to {CHINESE.name}: {text}" for text in missing]
            lines += [f"remove from {CHINESE.name}: {text}" for text in unused]
            raise TextsError("\n".join(lines))


def languages() -> tuple[Language, ...]:
    """All languages that the reference is written in."""
    texts = tomllib.loads(CHINESE.read_text(encoding="utf-8"))
    return (
        Language(DOCS / "reference"),
        Language(DOCS / "zh" / "reference", comma="，", pause="、", texts=texts),
    )
