"""What a campaign's documents are made of: figures, amounts, texts by language, colours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.campaign.check_links import origin_of
from server.campaign.colours import contrast
from server.campaign.compose import compose
from server.campaign.definition import DayPalette, Definition, Theme
from server.campaign.phase import phase_of
from server.catalogue import load_library
from server.relay.texts import text_in
from server.web.campaign_document import picture_sources
from server.web.live_document import LiveDocument, bar, figure
from server.web.money import moment_in, money
from server.web.theme import seal_of, style_of
from server.web.words import words_for


def test_figures_are_filled_into_what_was_rendered() -> None:
    document = LiveDocument(
        f"<b>{figure('relays')}</b>{figure('fund.a', 'CNY')} {bar('relays', 9)}"
    )
    assert document.filled({"relays": 1234, "fund.a": 5}) == "<b>1,234</b>¥0.05 9"
    assert document.filled({}) == "<b>0</b>¥0 0"


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (123_450, "CNY", "¥1,234.50"),
        (123_400, "CNY", "¥1,234"),
        (1_234, "JPY", "¥1,234"),
        (1_234_005, "KWD", "KWD 1,234.005"),
        (60_281_257_166, "USD", "$602,812,571.66"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(amount: int, currency: str, words: str) -> None:
    assert money(amount, currency) == words


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("zh-TW", "繁"), ("zh_HK", "繁"), ("zh-CN", "简"), ("zh", "简"), ("ja", "简"), ("en-GB", "E")],
)
def test_chinese_is_chosen_by_its_script(wanted: str, found: str) -> None:
    assert text_in({"zh-Hans": "简", "zh-Hant": "繁", "en": "E"}, wanted, "zh-Hans") == found


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh-Hans", "zh-CN"), ("zh-TW", "zh-TW"), ("zh-Hant-HK", "zh-TW"), ("ja", "ja"), ("pt", "en")],
)
def test_the_page_has_words_for_every_campaign(locale: str, language: str) -> None:
    words = words_for(locale)
    assert words.language == language
    assert "7" in words("goal_of", goal=7)
    with pytest.raises(KeyError):
        words("nonsense")


def test_a_phase_follows_the_dates_and_the_switch() -> None:
    now = datetime.now(UTC)
    hour = timedelta(hours=1)

    def phase(**more: object) -> str:
        definition = Definition(id="spring", **more)  # type: ignore[arg-type]
        return phase_of(compose(definition, load_library()), definition, now)

    assert phase() == phase(opens=now - hour, closes=now + hour) == "open"
    assert phase(opens=now + hour) == "before"
    assert phase(closes=now - hour) == phase(closes=now - hour, open=False) == "ended"
    assert phase(open=False) == phase(open=False, opens=now + hour) == "paused"
    assert phase(open=False, archived=True) == "ended", "also without a date"


def test_lesser_texts_are_readable_on_a_dark_paper() -> None:
    paper = "#c9bfa8"
    style = style_of(Theme(light=DayPalette(accent="#5a1010", paper=paper)))
    assert contrast(style.split("--ink-soft: ")[1][:7], paper) >= 4.5
    assert style_of(Theme()) == seal_of(Theme()) == ""


def test_a_host_with_other_letters_may_stand_in_a_header() -> None:
    picture = "https://例子.测试/加油.png"
    (origin,) = picture_sources(Definition(id="spring", picture=picture))
    assert origin == "https://xn--fsqu00a.xn--0zwm56d"
    assert origin_of("https://*.学校.cn:8443") == "https://*.xn--48s290a.cn:8443"


@pytest.mark.parametrize(
    ("moment", "zone", "shown"),
    [
        ("2030-03-01T08:00:00+08:00", "Asia/Shanghai", "2030-03-01 08:00 (Asia/Shanghai)"),
        ("2030-03-01T00:00:00+00:00", "Asia/Shanghai", "2030-03-01 08:00 (Asia/Shanghai)"),
        ("2030-03-31T01:30:00+00:00", "Europe/Berlin", "2030-03-31 03:30 (Europe/Berlin)"),
        ("2030-03-01T08:00:00+08:00", "", "2030-03-01 08:00 (UTC+08:00)"),
        ("2030-03-01T08:00:00+00:00", "", "2030-03-01 08:00 (UTC)"),
    ],
)
def test_a_moment_is_shown_on_the_clocks_of_the_zone(moment: str, zone: str, shown: str) -> None:
    assert moment_in(datetime.fromisoformat(moment), zone) == shown
