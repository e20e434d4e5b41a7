"""Single values of a campaign are set and removed as an organiser writes them."""

from __future__ import annotations

from typing import Any

import pytest

from server.campaign.editing import edited
from server.campaign.problems import CampaignError

PLAIN = {"id": "spring", "title": "春天", "locale": "zh-Hans", "theme": {"seal": "春"}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("title=春", {"title": "春"}),
        ('title = "Spring"', {"title": "Spring"}),
        ("title.en=Spring", {"title": {"zh-Hans": "春天", "en": "Spring"}}),
        ("summary.en=1 = one", {"summary": {"en": "1 = one"}}),
        ("open=false", {"open": False}),
        ("theme.light.accent=#123456", {"theme": {"seal": "春", "light": {"accent": "#123456"}}}),
        ('pledge=[{id="a", text="b"}]', {"pledge": [{"id": "a", "text": "b"}]}),
    ],
)
def test_a_value_is_set(change: str, expected: dict[str, Any]) -> None:
    assert edited(PLAIN, [change], ()) == PLAIN | expected


def test_a_value_is_removed() -> None:
    assert edited(PLAIN, (), ["theme.seal", "title"]) == {
        "id": "spring",
        "locale": "zh-Hans",
        "theme": {},
    }


@pytest.mark.parametrize(
    ("changes", "removed", "said"),
    [
        (["title"], [], "'title' is no change"),
        (["=x"], [], "'=x' is no change"),
        (["locale.en=x"], [], "locale.en: locale is not a table"),
        ([], ["cause"], "cause: is not set"),
        ([], ["title.en"], "title.en: is not set"),
    ],
)
def test_what_cannot_be_done_is_said(changes: list[str], removed: list[str], said: str) -> None:
    with pytest.raises(CampaignError, match=said):
        edited(PLAIN, changes, removed)
