"""The languages of a campaign's texts: those that its editor shows, and how they are named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from server.catalogue import fault_of_locale
from server.relay.fault import FaultError

NAMES: Mapping[str, str] = {
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
    "en": "English",
    "ja": "日本語",
    "ko": "한국어",
    "fr": "Français",
    "de": "Deutsch",
    "es": "Español",
    "pt": "Português",
    "it": "Italiano",
    "ru": "Русский",
    "vi": "Tiếng Việt",
    "th": "ไทย",
    "id": "Bahasa Indonesia",
    "ms": "Bahasa Melayu",
    "hi": "हिन्दी",
    "ar": "العربية",
}
"""Languages that the editor proposes, by BCP 47 tag, as each calls itself; others are typed."""

TEXTS = ("title", "summary", "cause", "result", "legal", "organiser.name")
"""Paths whose value is a text, or texts by language."""

ROW_TEXTS = {"pledge": "text", "fund": "title", "goal": "text", "milestone": "text"}
"""The same in the entries of lists, by the path of the list."""

_TYPED = {name.casefold(): tag for tag, name in NAMES.items()} | {
    tag.casefold(): tag for tag in NAMES
}


def name_of(tag: str) -> str:
    """How people call a language; its tag, where it is none of `NAMES`."""
    return NAMES.get(tag, tag)


def read_language(typed: str) -> str:
    """The tag of a language that somebody chose or typed, by its tag or its own name.

    Raises:
        FaultError: it is none.
    """
    tag = _TYPED.get(typed.strip().casefold(), typed.strip())
    if fault := fault_of_locale(tag):
        raise FaultError(fault)
    return tag


def languages_of(plain: Mapping[str, Any], posted: Mapping[str, str] | None = None) -> list[str]:
    """The languages that an editor shows, that of the page first.

    Args:
        plain: the campaign.
        posted: the form, if one was sent: it has a title in each of its languages. Without one,
            those of the campaign's texts are shown.
    """
    sent = posted or {}
    own = sent.get("locale") or str(plain.get("locale", "zh-Hans"))
    titles = [name.removeprefix("title.") for name in sent if name.startswith("title.")]
    found = [tag for tag in titles if not fault_of_locale(tag)]
    if not found:
        found = [tag for texts in _texts_of(plain) for tag in texts]
    return list(dict.fromkeys([own, *found]))


def keep_languages(plain: dict[str, Any], kept: Iterable[str]) -> None:
    """Remove the texts in other languages than these."""
    languages = set(kept)
    for texts in _texts_of(plain):
        for tag in set(texts) - languages:
            del texts[tag]


def _texts_of(plain: Mapping[str, Any]) -> list[dict[str, str]]:
    """All texts that are tables by language."""
    found = [_at(plain, path) for path in TEXTS]
    for path, column in ROW_TEXTS.items():
        found += [entry.get(column) for entry in plain.get(path, ())]
    return [texts for texts in found if isinstance(texts, dict)]


def _at(plain: Mapping[str, Any], path: str) -> object:
    at: Any = plain
    for part in path.split("."):
        at = at.get(part) if isinstance(at, dict) else None
    return at
