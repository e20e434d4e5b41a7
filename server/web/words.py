"""The page's texts in its languages, for documents that are read before a script runs.

The modules in `static/js/strings` hold them; each line of theirs is one text, in JSON's form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import orjson

from server.relay.phrase import language_of
from server.web.locations import STATIC

_LINE = re.compile(r'^  (\w+): ("(?:[^"\\]|\\.)*"),$', re.MULTILINE)

LANGUAGES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "ja": "ja", "en": "en"}
"""The page's languages, as campaigns name them and as the page does."""


class Words:
    """The texts in one language.

    Attributes:
        language: of the page, for `lang`.
    """

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        """`texts` by their keys."""
        self.language = language
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """A text; `{name}` in it is replaced by a value. KeyError for an unknown key."""
        return self._texts[key].format(**values) if values else self._texts[key]


def words_for(locale: str) -> Words:
    """The texts for a campaign or a reader of this locale; English where the page has no other."""
    return _words(LANGUAGES[language_of_page(locale)])


def language_of_page(locale: str) -> str:
    """The key in `LANGUAGES` of the page's language that suits a locale best."""
    parts = locale.replace("_", "-").lower().split("-")
    if parts[0] in {"zh", "yue"}:
        is_traditional = "hant" in parts or bool({"tw", "hk", "mo"} & set(parts))
        return "zh-Hant" if is_traditional and "hans" not in parts else "zh-Hans"
    language = language_of(locale)
    return language if language in LANGUAGES else "en"


@cache
def _words(language: str) -> Words:
    texts: dict[str, str] = {}
    for folder in ("first", "campaign"):
        source = (STATIC / "js" / "strings" / folder / f"{language}.js").read_text(encoding="utf-8")
        texts |= {key: orjson.loads(text) for key, text in _LINE.findall(source)}
    return Words(language, texts)
