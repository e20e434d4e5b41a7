"""Which of several texts a reader gets."""

from __future__ import annotations

import pytest

from server.relay.texts import text_in

TEXTS = {"zh-Hans": "简", "zh-Hant": "繁", "en": "en", "pt-BR": "pt"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("zh-Hant", "繁"),
        ("zh", "简"),
        ("zh-TW", "繁"),
        ("zh-SG", "简"),
        ("zh_Hant", "繁"),
        ("en-GB", "en"),
        ("EN", "en"),
        ("pt", "pt"),
        ("pt-PT", "pt"),
        ("de", "繁"),
        ("", "繁"),
    ],
)
def test_the_reader_s_language_comes_before_the_campaign_s(wanted: str, expected: str) -> None:
    assert text_in(TEXTS, wanted, "zh-Hant") == expected


def test_without_either_any_text_is_better_than_none() -> None:
    assert text_in({"ja": "日"}, "de", "en") == "日"
    assert text_in({}, "de", "en") == ""
    assert text_in("one for all", "de", "en") == "one for all"
