"""What the editor shows of a campaign and posts again is the same campaign."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from server.campaign.problems import CampaignError
from server.campaign.reading import plain_of, read_definition
from server.campaign.schedule import moment
from server.catalogue import load_library
from server.console.campaign_fields import fields_of
from server.console.campaign_values import field_of, plain_from, values_of

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


def posted(plain: dict[str, Any], **changes: str) -> tuple[dict[str, str], list[str]]:
    """What a browser posts of the editor, with these changes; and all names of fields."""
    fields = fields_of(plain)
    values = values_of(plain, fields) | {key.replace("__", "."): it for key, it in changes.items()}
    names = [field.name for field in fields]
    return {name: values.get(name, "") for name in names}, names


def test_a_campaign_that_is_saved_unchanged_is_the_same() -> None:
    before = read_definition(tomllib.loads(WHOLE), LIBRARY)
    values, _ = posted(plain_of(before))
    assert "whsec_" not in " ".join(values.values())
    after = read_definition(plain_from(values, plain_of(before))[0], LIBRARY)
    for name in before.__struct_fields__:
        if name not in ("summary", "cause", "organiser", "pledge", "fund", "goal", "closes"):
            assert getattr(after, name) == getattr(before, name), name
    assert moment(after.closes, after.time_zone) == before.closes
    assert after.summary == {"en": "In one line"}
    assert [it.text for it in after.pledge] == [{"en": "Tea"}, {"en": "Old", "fr": "Vieux"}]
    values, _ = posted(plain_of(after))
    assert read_definition(plain_from(values, plain_of(after))[0], LIBRARY) == after


def test_secrets_are_added_and_removed_and_never_shown() -> None:
    before = plain_of(read_definition(tomllib.loads(WHOLE), LIBRARY))
    new = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    added, _ = plain_from(posted(before, webhook__add=new)[0], before)
    assert len(added["webhook"]["secrets"]) == 2
    replaced, _ = plain_from(posted(before, webhook__add=new, webhook__forget="on")[0], before)
    assert replaced["webhook"] == {"secrets": [new]}
    removed, _ = plain_from(posted(before, webhook__forget="on")[0], before)
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
    plain, used = plain_from(values, before)
    with pytest.raises(CampaignError) as error:
        read_definition(plain, LIBRARY)
    found = {field_of(problem, names, used) for problem in error.value.problems}
    left_out = {"fund.2.title.zh-Hans", "fund.2.currency", "fund.2.url"}
    assert found == (set(wrong) | left_out) - {"fund.2.id"}
