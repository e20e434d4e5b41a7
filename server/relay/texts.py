"""Texts that organisers write: one for everybody, or one for each language."""

from __future__ import annotations

from server.relay.phrase import fits, language_of

Texts = str | dict[str, str]
"""A text in the campaign's own language, or texts by locale (BCP 47), e.g. {"zh-Hans": "加油"}."""


_SCRIPTS = {"CN": "zh-Hans", "SG": "zh-Hans"} | dict.fromkeys(("TW", "HK", "MO"), "zh-Hant")


def text_in(texts: Texts, wanted: str, own: str) -> str:
    """The text for a reader of the locale `wanted`.

    Taken in this order: the same locale or a longer one ("zh" takes "zh-Hans"), another one of the
    same language, the one of the locale `own`, any. "" if there is none.
    """
    if isinstance(texts, str):
        return texts
    for locale in map(_with_script, (wanted, own)):
        for suits in (fits, _same_language):
            for tag, text in texts.items():
                if locale and suits(_with_script(tag), locale):
                    return text
    return next(iter(texts.values()), "")


def _with_script(locale: str) -> str:
    """Chinese by its script instead of by its region: "zh-Hant" for "zh_TW"."""
    tag = locale.replace("_", "-")
    language, _, region = tag.partition("-")
    if language.lower() != "zh" or not region:
        return tag
    return _SCRIPTS.get(region.upper(), tag)


def _same_language(tag: str, locale: str) -> bool:
    return language_of(tag) == language_of(locale)
