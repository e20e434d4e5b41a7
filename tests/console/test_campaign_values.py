"""What the editor shows of a campaign and posts again is the same campaign."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from server.campaign.compose import compose
from server.campaign.problems import CampaignError
from server.campaign.reading import plain_of, read_definition
from server.campaign.schedule import moment
from server.catalogue import load_library
from server.console.campaign_fields import Layout
from server.console.campaign_languages import languages_of, read_language
from server.console.campaign_phrases import named_by_id, named_by_text
from server.console.campaign_values import WrongValuesError, field_of, plain_from, values_of
from server.relay.fault import FaultError

WHOLE = """
id = "spring"
locale = "en"
title = { en = "Spring", zh-Hans = "春", fr = "Printemps" }
summary = "In one line"
cause = "Two\\nlines"
organiser = { name = "Green Hills", link = "https://example.org" }
theme = { light = { accent = "#7a1f5c" }, seal = "春" }
time_zone = "Asia/Shanghai"
opens = 2030-01-01T00:00:00
closes = 2030-02-01T00:00:00+08:00
relays = ["pledge", "give"]
weights = { jiayou = 2.5 }
moderation = "before"
embed = ["https://example.org"]
phrase = [{ id = "hi", text = "hi", locale = "en" }]
pledge = [
  { id = "tea", text = "Tea" },
  { id = "old", text = { en = "Old", fr = "Vieux" }, offered = false },
]
goal = [{ counter = "pledges", at = 100, text = "Many" }]
network = [{ address = "203.0.113.0/24", participants = 500 }]
webhook = { secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] }
stripe = { secrets = ["whsec_x"], fund = "angels" }
[[fund]]
id = "angels"
title = "Angels"
currency = "CNY"
url = "https://pay.example.org"
goal = 5
"""

LIBRARY = load_library()


def layout_of(plain: dict[str, Any], *more: str) -> Layout:
    return Layout([*languages_of(plain), *more])


def posted(plain: dict[str, Any], *more: str, **changes: str) -> tuple[dict[str, str], list[str]]:
    """What a browser posts of the editor, with these changes; and all names of fields.

    The editor has the languages `more` in addition.
    """
    fields = layout_of(plain, *more).fields(plain)
    values = values_of(plain, fields) | {key.replace("__", "."): it for key, it in changes.items()}
    names = [field.name for field in fields]
    return {name: values.get(name, "") for name in names}, names


def test_a_campaign_that_is_saved_unchanged_is_the_same() -> None:
    before = read_definition(tomllib.loads(WHOLE), LIBRARY)
    values, _ = posted(plain_of(before))
    assert "whsec_" not in " ".join(values.values())
    after = read_definition(
        plain_from(layout_of(plain_of(before)), values, plain_of(before))[0], LIBRARY
    )
    for name in before.__struct_fields__:
        if name not in ("summary", "cause", "organiser", "pledge", "fund", "goal", "closes"):
            assert getattr(after, name) == getattr(before, name), name
    assert moment(after.closes, after.time_zone) == before.closes
    assert after.summary == {"en": "In one line"}
    assert [it.text for it in after.pledge] == [{"en": "Tea"}, {"en": "Old", "fr": "Vieux"}]
    values, _ = posted(plain_of(after))
    assert (
        read_definition(plain_from(layout_of(plain_of(after)), values, plain_of(after))[0], LIBRARY)
        == after
    )


def test_secrets_are_added_and_removed_and_never_shown() -> None:
    before = plain_of(read_definition(tomllib.loads(WHOLE), LIBRARY))
    new = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    added, _ = plain_from(layout_of(before), posted(before, webhook__add=new)[0], before)
    assert len(added["webhook"]["secrets"]) == 2
    replaced, _ = plain_from(
        layout_of(before), posted(before, webhook__add=new, webhook__forget="on")[0], before
    )
    assert replaced["webhook"] == {"secrets": [new]}
    removed, _ = plain_from(layout_of(before), posted(before, webhook__forget="on")[0], before)
    assert "webhook" not in removed


def test_every_problem_has_its_field() -> None:
    before = plain_of(read_definition(tomllib.loads(WHOLE), LIBRARY))
    wrong = {
        "title.en": "x" * 100,
        "theme.light.accent": "#fffffe",
        "organiser.link": "nowhere",
        "time_zone": "Mars",
        "embed": "nowhere",
        "pledge.0.id": "not an id",
        "fund.0.url": "http://pay.example.org",
        "fund.2.id": "new",
        "goal.0.at": "0",
        "network.0.address": "nowhere",
        "webhook.add": "whsec_short",
        "weights": "nothing 1",
    }
    values, names = posted(before, **wrong)
    plain, used = plain_from(layout_of(before), values, before)
    with pytest.raises(CampaignError) as error:
        read_definition(plain, LIBRARY)
    found = {field_of(problem, names, used) for problem in error.value.problems}
    left_out = {"fund.2.title.en", "fund.2.currency", "fund.2.url"}
    assert found == (set(wrong) | left_out) - {"fund.2.id"}


def test_texts_are_written_in_every_language_that_is_added() -> None:
    before = plain_of(read_definition(tomllib.loads(WHOLE), LIBRARY))
    assert languages_of(before) == ["en", "zh-Hans", "fr"]
    values, _ = posted(before, "pt-BR")
    values |= {"title.pt-BR": "Primavera", "pledge.0.text.pt-BR": "Ch\u00e1"}
    plain, _ = plain_from(Layout(languages_of(before, values)), values, before)
    after = read_definition(plain, LIBRARY)
    assert after.title == {"en": "Spring", "zh-Hans": "春", "fr": "Printemps", "pt-BR": "Primavera"}
    assert after.pledge[0].text == {"en": "Tea", "pt-BR": "Ch\u00e1"}


def test_a_language_that_the_form_has_no_more_is_gone_from_every_text() -> None:
    before = plain_of(read_definition(tomllib.loads(WHOLE), LIBRARY))
    values, _ = posted(before)
    kept = {name: value for name, value in values.items() if not name.endswith(".fr")}
    plain, _ = plain_from(Layout(languages_of(before, kept)), kept, before)
    after = read_definition(plain, LIBRARY)
    assert after.title == {"en": "Spring", "zh-Hans": "春"}
    assert after.pledge[1].text == {"en": "Old"}


def test_a_language_is_named_by_its_tag_or_as_people_call_it() -> None:
    assert [read_language(it) for it in ("fr", "français", "ZH-HANS", "pt-BR")] == [
        "fr",
        "fr",
        "zh-Hans",
        "pt-BR",
    ]
    with pytest.raises(FaultError, match="no locale"):
        read_language("Klingon!")


def test_phrases_are_named_by_what_people_write() -> None:
    chosen = {"id": "a", "phrases": ["jiayou"], "weights": {"jiayou": 2.0, "hi": 3.0}}
    own = {"phrase": [{"id": "hi", "text": "Hiyou", "locale": "en"}]}
    before = plain_of(read_definition(chosen | own, LIBRARY))
    told = named_by_text(before, LIBRARY)
    assert (told["phrases"], told["weights"]) == (["加油"], {"加油": 2.0, "Hiyou": 3.0})
    values, _ = posted(told, phrases="加油\njiayou\nHiyou\n加菜", weights="加油 2\nhiyou 3")
    after = named_by_id(plain_from(layout_of(before), values, before)[0], LIBRARY)
    assert after["phrases"] == ["jiayou", "jiayou", "加菜"], "what is unknown stays as it was typed"
    assert after["weights"] == before["weights"]


def test_a_fund_is_ended_by_taking_the_tick_away() -> None:
    before = plain_of(read_definition(tomllib.loads(WHOLE), LIBRARY))
    values, _ = posted(before, fund__0__offered="")
    ended = read_definition(plain_from(layout_of(before), values, before)[0], LIBRARY)
    assert [it.offered for it in ended.fund] == [False]
    assert compose(ended, LIBRARY).offered_funds == []


def test_a_phrase_without_a_language_is_in_that_of_the_page() -> None:
    before = plain_of(read_definition({"id": "a", "locale": "ja"}, LIBRARY))
    values, _ = posted(before, phrase__0__text="がんばれ")
    plain, _ = plain_from(layout_of(before), values, before)
    assert plain["phrase"] == [{"id": "phrase-1", "text": "がんばれ", "locale": "ja"}]


def test_amounts_are_written_in_the_currency_and_ids_are_made() -> None:
    before = plain_of(read_definition(tomllib.loads(WHOLE), LIBRARY))
    values, _ = posted(before)
    assert values["fund.0.goal"] == "0.05"
    more = {"fund__0__goal": "12.5", "pledge__2__text__en": "Walk"}
    plain, _ = plain_from(layout_of(before), posted(before, **more)[0], before)
    assert (plain["fund"][0]["goal"], plain["pledge"][2]["id"]) == (1_250, "pledge-1")
    with pytest.raises(WrongValuesError) as error:
        wrong = {"fund__0__goal": "much", "weights": "jiayou three", "opens": "soon"}
        plain_from(layout_of(before), posted(before, **wrong)[0], before)
    assert set(error.value.faults) == {"fund.0.goal", "weights", "opens"}
    assert error.value.plain["fund"][0]["id"] == plain["fund"][0]["id"]
