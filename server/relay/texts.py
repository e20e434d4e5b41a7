"""Texts that organisers write: one for everybody, or one for each language."""

from __future__ import annotations

from server.relay.phrase import fits, language_of

Texts = str | dict[str, str]
"""A text in the campaign's own language, or texts by locale (BCP 47), e.g. {"zh-Hans": "加油"}."""


def text_in(texts: Texts, wanted: str, own: str) -> str:
    """The text for a reader of the locale `wanted`.

    Taken in this order: the same locale or a longer one ("zh" takes "zh-Hans"), another one of the
    same language, the one of the locale `own`, any. "" if there is none.
    """
    if isinstance(texts, str):
        return texts
    wanted, own = wanted.replace("_", "-"), own.replace("_", "-")
    for locale in (wanted, own):
        for suits in (fits, _same_language):
            for tag, text in texts.items():
                if locale and suits(tag, locale):
                    return text
    return next(iter(texts.values()), "")


def _same_language(tag: str, locale: str) -> bool:
    return language_of(tag) == language_of(locale)
