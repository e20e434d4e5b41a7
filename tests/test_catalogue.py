"""A wrong file of campaigns is refused in one line that names the file and the entry."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.catalogue import CatalogueError, load

DEFAULT = '[[campaign]]\nid = "default"\n'


def phrase(text: str, name: str = "own", locale: str = "en", more: str = "") -> str:
    """A phrase in an operator's file."""
    return f'[[phrase]]\nid = "{name}"\ntext = "{text}"\nlocale = "{locale}"\n{more}\n'


def network(address: str, participants: int) -> str:
    """A network of the campaign before."""
    return f'[[campaign.network]]\naddress = "{address}"\nparticipants = {participants}\n'


WRONG = [
    pytest.param("campaign = 3", "$.campaign", id="no-list"),
    pytest.param("campaign = [3]", "$.campaign[0]", id="no-table"),
    pytest.param('[[campaign]]\ntitle = "nameless"', "`id`", id="no-id"),
    pytest.param("[[campaign]]\nid = 3", "$.campaign[0].id", id="id-that-is-a-number"),
    pytest.param(DEFAULT + DEFAULT, "'default' is there twice", id="id-twice"),
    pytest.param('[[campaign]]\nid = "one"', "no campaign has the id 'default'", id="no-default"),
    pytest.param('[[campaign]]\nid = "A b"', "lower-case letters", id="id-that-is-no-slug"),
    pytest.param(DEFAULT + '[[campaigns]]\nid = "b"', "`campaigns`", id="unknown-table"),
    pytest.param(DEFAULT + 'locale = "chinese"', "is no locale", id="unknown-locale"),
    pytest.param(
        DEFAULT + "opens = 2030-01-02T00:00:00Z\ncloses = 2030-01-02T08:00:00+08:00",
        "closes before it opens",
        id="closes-when-it-opens",
    ),
    pytest.param(DEFAULT + network("a school", 300), "is no network", id="network-by-name"),
    pytest.param(DEFAULT + network("203.0.113.7", 0), "at least one", id="network-without-people"),
    pytest.param(DEFAULT + '[[phrase]]\nid = "own"', "$.phrase[0]", id="phrase-without-text"),
    pytest.param(DEFAULT + phrase("a"), "has 1 characters", id="phrase-too-short"),
    pytest.param(DEFAULT + phrase("many words"), "has 10 characters", id="phrase-too-long"),
    pytest.param(DEFAULT + phrase("a b"), "blank", id="phrase-with-a-blank"),
    pytest.param(DEFAULT + phrase("ab") * 2, "'own' is there twice", id="phrase-twice"),
    pytest.param(DEFAULT + phrase("ab", "jiayou"), "built-in", id="phrase-of-the-catalogue"),
    pytest.param(DEFAULT + phrase("ab", locale="deutsch"), "'deutsch'", id="phrase-of-no-locale"),
    pytest.param(DEFAULT + "title = 3", "$.campaign[0].title", id="title-that-is-a-number"),
    pytest.param(DEFAULT + 'open = "no"', "$.campaign[0].open", id="open-that-is-a-word"),
    pytest.param(DEFAULT + 'phrases = "jiayou"', "$.campaign[0].phrases", id="phrases-no-list"),
    pytest.param(DEFAULT + 'phrases = [["jiayou"]]', "phrases[0]", id="list-in-a-list"),
    pytest.param(DEFAULT + 'phrases = ["nope"]', "nope", id="unknown-phrase"),
    pytest.param(DEFAULT + "categories = [{}]", "categories[0]", id="category-that-is-a-table"),
    pytest.param(DEFAULT + 'category = ["cheer"]', "`category`", id="unknown-key"),
    pytest.param(DEFAULT + "opens = 2030-01-01", "$.campaign[0].opens", id="date-without-time"),
    pytest.param(DEFAULT + "closes = 2030-01-01T08:00:00", "timezone", id="moment-without-offset"),
    pytest.param(DEFAULT + 'moderation = "never"', "$.campaign[0].moderation", id="moderation"),
    pytest.param(DEFAULT + "check = { ok = 2 }", "$.campaign[0].check.ok", id="no-score"),
    pytest.param(DEFAULT + "check = { ok = 0.1, no = 0.9 }", "at most", id="no-above-ok"),
    pytest.param("default", "TOML", id="no-toml"),
]


@pytest.mark.parametrize(("text", "named"), WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        load(written(tmp_path, text.encode()))
    said = str(refused.value)
    assert named in said
    assert "\n" not in said


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, (DEFAULT + 'title = "加油"').encode("gb18030"))
    with pytest.raises(CatalogueError, match="is not TOML: 'utf-8'"):
        load(path)


def test_a_campaign_is_read_whole(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        b"""
        [[campaign]]
        id = "default"

        [[campaign]]
        id = "autumn"
        title = "Autumn"
        open = false
        locale = "en"
        opens = 2030-09-01T00:00:00Z
        closes = 2030-12-01T01:00:00+01:00
        categories = ["cheer"]
        phrases = ["en-onward"]
        """,
    )
    campaigns = load(path).campaigns
    autumn, default = campaigns["autumn"], campaigns["default"]
    assert (autumn.title, autumn.enabled, autumn.locale) == ("Autumn", False, "en")
    assert autumn.opens == datetime(2030, 9, 1, tzinfo=UTC)
    assert autumn.closes == datetime(2030, 12, 1, tzinfo=UTC)
    assert {"jiayou", "en-onward"} <= set(autumn.phrases) < set(default.phrases)
    assert (default.title, default.enabled, default.opens) == ("default", True, None)


def test_phrases_of_ones_own_are_offered_beside_the_built_in(tmp_path: Path) -> None:
    own = phrase("春风", "chunfeng", "zh-Hans", 'category = "spring"') + phrase("ab")
    chosen = '[[campaign]]\nid = "spring"\ncategories = ["spring"]\nphrases = ["jiayou"]\n'
    campaigns = load(written(tmp_path, (DEFAULT + chosen + own).encode())).campaigns
    assert set(campaigns["spring"].phrases) == {"chunfeng", "jiayou"}
    assert campaigns["spring"].phrases["chunfeng"].chars == ("春", "风")
    assert {"chunfeng", "own", "jiayou"} <= set(campaigns["default"].phrases)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "campaigns.toml"
    path.write_bytes(content)
    return path
