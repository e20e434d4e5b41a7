"""The reference pages, made from the code in each language: settings, command, messages."""

from __future__ import annotations

from pathlib import Path

from scripts.docs.reference import command, messages, settings
from scripts.docs.reference.language import Language, languages

NOTE = "Made from the code by `make reference`. Change the code, not this page."

PAGES = {"settings.md": settings.page, "command.md": command.page, "messages.md": messages.page}


def pages() -> dict[Path, str]:
    """Every reference page: where it lies, and what it says.

    Raises:
        TextsError: a text of the code has no translation, or a translation has no text.
    """
    return {path: text for language in languages() for path, text in _pages(language).items()}


def _pages(language: Language) -> dict[Path, str]:
    note = f"<!-- {language.say(NOTE)} -->"
    made = {
        language.folder / name: f"{note}\n\n{page(language).rstrip()}\n"
        for name, page in PAGES.items()
    }
    language.raise_if_incomplete()
    return made


def stale() -> list[Path]:
    """The pages that do not say what the code says."""
    return [
        path
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def write() -> None:
    """Write every page anew."""
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
