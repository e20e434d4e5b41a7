"""A wrong file of campaigns is refused in one line that names the file, the entry and the field."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.campaign.compose import compose
from server.campaign.definition import Definition
from server.campaign.file import CampaignFile, read_file, with_own_phrases, write_toml
from server.campaign.source import built_in
from server.catalogue import CatalogueError, load_library
from server.relay.campaign import Campaign, CampaignNetwork, Thresholds

LIBRARY = load_library()

DEFAULT = '[[campaign]]\nid = "default"\n'
PLEDGE = 'relays = ["pledge"]\n[[campaign.pledge]]\nid = "tea"\ntext = "Tea"\n'
FUND = (
    'relays = ["give"]\n[[campaign.fund]]\nid = "angels"\ntitle = "Angels"\ncurrency = "CNY"\n'
    'url = "https://pay.example.org/?ref={ref}"\n'
)


def phrase(text: str, name: str = "own", locale: str = "en", more: str = "") -> str:
    """A phrase in an operator's file."""
    return f'[[phrase]]\nid = "{name}"\ntext = "{text}"\nlocale = "{locale}"\n{more}\n'


def own(text: str, name: str = "own", locale: str = "en") -> str:
    """A phrase of one campaign."""
    return "[[campaign.phrase]]" + phrase(text, name, locale).removeprefix("[[phrase]]")


def network(address: str, participants: int) -> str:
    """A network of the campaign before."""
    return f'[[campaign.network]]\naddress = "{address}"\nparticipants = {participants}\n'


WRONG = [
    pytest.param("campaign = 3", "$.campaign", id="no-list"),
    pytest.param("campaign = [3]", "$.campaign[0]", id="no-table"),
    pytest.param('[[campaign]]\ntitle = "nameless"', "campaign[0]: Object missing", id="no-id"),
    pytest.param("[[campaign]]\nid = 3", "campaign[0]: id: ", id="id-that-is-a-number"),
    pytest.param(DEFAULT + DEFAULT, "'default' is there twice", id="id-twice"),
    pytest.param('[[campaign]]\nid = "one"', "no campaign has the id 'default'", id="no-default"),
    pytest.param('[[campaign]]\nid = "A b"', "id: an id is lower-case letters", id="no-slug"),
    pytest.param(DEFAULT + '[[campaigns]]\nid = "b"', "`campaigns`", id="unknown-table"),
    pytest.param(DEFAULT + 'locale = "chinese"', "locale: 'chinese' is no locale", id="no-locale"),
    pytest.param(
        DEFAULT + "opens = 2030-01-02T00:00:00Z\ncloses = 2030-01-02T08:00:00+08:00",
        "closes: the campaign closes before it opens",
        id="closes-when-it-opens",
    ),
    pytest.param(
        DEFAULT + 'time_zone = "Europe/Berlin"\n'
        "opens = 2030-03-31T02:30:00\ncloses = 2030-03-31T03:15:00",
        "closes: the campaign closes before it opens",
        id="opens-in-the-hour-that-is-left-out",
    ),
    pytest.param(DEFAULT + '[[phrase]]\nid = "own"', "$.phrase[0]", id="phrase-without-text"),
    pytest.param(DEFAULT + phrase("a"), "has 1 characters", id="phrase-too-short"),
    pytest.param(DEFAULT + phrase("many words"), "has 10 characters", id="phrase-too-long"),
    pytest.param(DEFAULT + phrase("a b"), "blank", id="phrase-with-a-blank"),
    pytest.param(DEFAULT + phrase("ab") * 2, "'own' is there twice", id="phrase-twice"),
    pytest.param(DEFAULT + phrase("ab", "jiayou"), "built-in", id="phrase-of-the-catalogue"),
    pytest.param(DEFAULT + phrase("ab", locale="deutsch"), "'deutsch'", id="phrase-of-no-locale"),
    pytest.param(DEFAULT + own("a"), "phrase[0].text: has 1 char", id="own-phrase-short"),
    pytest.param(DEFAULT + own("ab", "jiayou"), "phrase[0].id: 'jiayou'", id="own-phrase-built-in"),
    pytest.param(DEFAULT + own("ab") * 2, "phrase: 'own' is there twice", id="own-phrase-twice"),
    pytest.param(
        DEFAULT + "own_only = true", "own_only: the campaign has no", id="none-of-its-own"
    ),
    pytest.param(
        DEFAULT + 'own_only = true\nphrases = ["jiayou"]\n' + own("ab"),
        "own_only: goes with no choice of the library",
        id="own-only-and-others",
    ),
    pytest.param(DEFAULT + "weights = { nope = 2 }", "weights: 'nope'", id="weight-of-nothing"),
    pytest.param(DEFAULT + "weights = { jiayou = 0 }", "weights.jiayou: 0", id="weight-of-zero"),
    pytest.param(DEFAULT + "title = 3", "title: Expected", id="title-that-is-a-number"),
    pytest.param(DEFAULT + 'title = { chinese = "x" }', "title.chinese: 'ch", id="title-locale"),
    pytest.param(DEFAULT + f'title = "{"x" * 81}"', "title: has 81 characters", id="title-long"),
    pytest.param(DEFAULT + 'open = "no"', "open: Expected", id="open-that-is-a-word"),
    pytest.param(DEFAULT + 'phrases = "jiayou"', "phrases: Expected", id="phrases-no-list"),
    pytest.param(DEFAULT + 'phrases = [["jiayou"]]', "phrases[0]: Expected", id="list-in-a-list"),
    pytest.param(DEFAULT + 'phrases = ["nope"]', "phrases: 'nope'", id="unknown-phrase"),
    pytest.param(DEFAULT + "categories = [{}]", "categories[0]", id="category-that-is-a-table"),
    pytest.param(DEFAULT + 'category = ["cheer"]', "`category`", id="unknown-key"),
    pytest.param(DEFAULT + "opens = 2030-01-01", "opens: Expected", id="date-without-time"),
    pytest.param(
        DEFAULT + "closes = 2030-01-01T08:00:00", "closes: needs a time zone", id="no-zone"
    ),
    pytest.param(DEFAULT + "opens = 0001-01-01T00:00:00Z", "opens: is before 1970", id="year-1"),
    pytest.param(DEFAULT + 'time_zone = "Peking"', "time_zone: 'Peking'", id="unknown-zone"),
    pytest.param(DEFAULT + 'link = "javascript:alert(1)"', "link: 'java", id="link-of-a-script"),
    pytest.param(DEFAULT + 'picture = "/etc/passwd"', "picture: '/etc", id="picture-of-a-file"),
    pytest.param(DEFAULT + 'organiser = { name = "" }', "organiser.name: is empty", id="nobody"),
    pytest.param(DEFAULT + 'theme.seal = "五个字太多"', "theme.seal: has 5", id="seal-too-long"),
    pytest.param(
        DEFAULT + 'theme.light.accent = "red"', "theme.light.accent: 'red' is no", id="no-colour"
    ),
    pytest.param(
        DEFAULT + 'theme.light.accent = "#ffd700"',
        "theme.light.accent: texts of #ffd700 on #f1e7d3 have a contrast of 1.1",
        id="pale-accent",
    ),
    pytest.param(
        DEFAULT + 'theme.dark.paper = "#ffffff"', "theme.dark.paper: texts of", id="bright-night"
    ),
    pytest.param(DEFAULT + "relays = []", "relays: is empty", id="no-relay"),
    pytest.param(DEFAULT + 'relays = ["dance"]', "relays[0]: ", id="unknown-relay"),
    pytest.param(DEFAULT + 'relays = ["pledge"]', "relays: has pledge, but", id="no-pledge"),
    pytest.param(DEFAULT + PLEDGE.replace("tea", "T!"), "pledge[0].id: an id", id="pledge-id"),
    pytest.param(
        DEFAULT + PLEDGE + '[[campaign.pledge]]\nid = "tea"\ntext = "No"',
        "pledge: 'tea' is there twice",
        id="pledge-twice",
    ),
    pytest.param(DEFAULT + 'relays = ["give"]', "relays: has give, but", id="no-fund"),
    pytest.param(DEFAULT + FUND.replace("CNY", "yuan"), "fund[0].currency: 'yuan'", id="currency"),
    pytest.param(DEFAULT + FUND + "goal = 0", "fund[0].goal: 0", id="goal-of-nothing"),
    pytest.param(DEFAULT + FUND.replace("https", "http"), "fund[0].url: ", id="page-without-tls"),
    pytest.param(DEFAULT + FUND.replace("{ref}", "{who}"), "'who' in braces", id="placeholder"),
    pytest.param(DEFAULT + FUND.replace("{ref}", "{ref:>9}"), "'ref:>9' in braces", id="form"),
    pytest.param(
        DEFAULT + 'webhook.secrets = ["whsec_c2hvcnQ="]', "webhook.secrets[0]", id="short-secret"
    ),
    pytest.param(DEFAULT + 'goal = [{ counter = "likes", at = 1 }]', "goal[0].counter", id="goal"),
    pytest.param(DEFAULT + 'goal = [{ counter = "relays", at = 0 }]', "goal[0].at: 0", id="zero"),
    pytest.param(DEFAULT + 'embed = ["example.org"]', "embed[0]: 'example.org'", id="no-origin"),
    pytest.param(
        DEFAULT + """embed = ["https://a.org; script-src-elem *"]""",
        "embed[0]: 'https://a.org; script-src-elem *'",
        id="origin-with-a-policy-in-it",
    ),
    pytest.param(DEFAULT + 'embed = ["https://[::1"]', "embed[0]: 'https://[::1'", id="half-host"),
    pytest.param(
        DEFAULT + 'picture = "https://a.org;sandbox/p.png"', "picture: 'https://a.org;", id="host"
    ),
    pytest.param(
        DEFAULT + 'link = "javascript:alert(1)"', "link: 'javascript:", id="link-that-is-a-script"
    ),
    pytest.param(DEFAULT + 'title = "a\\u0000b"', "title: has U+0000", id="title-with-nul"),
    pytest.param(DEFAULT + 'theme.seal = "\\u001b["', "theme.seal: has U+001B", id="seal-escape"),
    pytest.param(
        DEFAULT + network("a school", 300), "network[0].address: 'a school' is", id="no-network"
    ),
    pytest.param(
        DEFAULT + network("203.0.113.7", 0), "network[0].participants: a network", id="nobody-there"
    ),
    pytest.param(DEFAULT + 'moderation = "never"', "moderation: Invalid", id="moderation"),
    pytest.param(DEFAULT + "check = { ok = 2 }", "check.ok: Expected", id="no-score"),
    pytest.param(DEFAULT + "check = { ok = 0.1, no = 0.9 }", "check: `no` is at", id="no-above-ok"),
    pytest.param("default", "TOML", id="no-toml"),
]


@pytest.mark.parametrize(("text", "named"), WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        load(written(tmp_path, text.encode()))
    said = str(refused.value)
    assert named in said
    assert "\n" not in said


def test_a_wrong_secret_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as refused:
        load(written(tmp_path, (DEFAULT + 'webhook.secrets = ["hunter2"]').encode()))
    assert "hunter2" not in str(refused.value)


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
        moderation = "before"
        check = { ok = 0.9, no = 0.1 }
        [[campaign.network]]
        address = "203.0.113.0/24"
        participants = 300
        """,
    )
    campaigns = composed(load(path))
    autumn, default = campaigns["autumn"], campaigns["default"]
    assert (autumn.title, autumn.enabled, autumn.locale) == ("Autumn", False, "en")
    assert autumn.opens == datetime(2030, 9, 1, tzinfo=UTC)
    assert autumn.closes == datetime(2030, 12, 1, tzinfo=UTC)
    assert {"jiayou", "en-onward"} <= set(autumn.phrases) < set(default.phrases)
    assert (autumn.moderation, autumn.check) == ("before", Thresholds(0.9, 0.1))
    assert autumn.networks == (CampaignNetwork("203.0.113.0/24", 300),)
    assert (default.title, default.enabled, default.opens) == ("default", True, None)


def test_a_moment_without_an_offset_is_on_the_clocks_of_the_time_zone(tmp_path: Path) -> None:
    local = 'time_zone = "Asia/Shanghai"\nopens = 2030-09-01T08:00:00\n'
    campaign = composed(load(written(tmp_path, (DEFAULT + local).encode())))["default"]
    assert campaign.opens == datetime(2030, 9, 1, tzinfo=UTC)


def test_phrases_of_ones_own_are_offered_beside_the_built_in(tmp_path: Path) -> None:
    shared = phrase("春风", "chunfeng", "zh-Hans", 'category = "spring"') + phrase("ab")
    chosen = '[[campaign]]\nid = "spring"\ncategories = ["spring"]\nphrases = ["jiayou"]\n'
    alone = '[[campaign]]\nid = "alone"\nown_only = true\n' + own("春雨", "chunyu", "zh-Hans")
    file = load(written(tmp_path, (DEFAULT + chosen + alone + shared).encode()))
    campaigns = composed(file)
    assert set(campaigns["spring"].phrases) == {"chunfeng", "jiayou"}
    assert campaigns["spring"].phrases["chunfeng"].chars == ("春", "风")
    assert {"chunfeng", "own", "jiayou"} <= set(campaigns["default"].phrases)
    assert set(campaigns["alone"].phrases) == {"chunyu"}


def test_campaigns_offer_the_same_without_the_file(tmp_path: Path) -> None:
    shared = phrase("春风", "chunfeng", "zh-Hans", 'category = "spring"') + phrase("ab")
    chosen = '[[campaign]]\nid = "spring"\ncategories = ["spring", "cheer"]\n'
    only = '[[campaign]]\nid = "only"\nphrases = ["chunfeng"]\n'
    file = load(written(tmp_path, (DEFAULT + chosen + only + shared).encode()))
    for key, campaign in composed(file).items():
        alone = with_own_phrases(file.definitions[key], file, LIBRARY)
        assert compose(alone, LIBRARY).phrases == campaign.phrases


def test_what_is_exported_is_imported_as_it_was(tmp_path: Path) -> None:
    whole = f"""{DEFAULT}
        title = {{ zh-Hans = "春天", en = "Spring" }}
        time_zone = "Asia/Shanghai"
        closes = 2030-09-01T08:00:00
        organiser = {{ name = "Red Cross", link = "https://example.org" }}
        theme = {{ seal = "春", light = {{ accent = "#123456" }} }}
        weights = {{ jiayou = 2.5 }}
        moderation = "before"
        check = {{ ok = 0.9 }}
        goal = [{{ counter = "relays", at = 1000, text = "!" }}]
        webhook = {{ secrets_from = "SECRETS" }}
        {own("ab")}
        {network("203.0.113.0/24", 300)}
        {FUND.replace('relays = ["give"]', "")}
        """
    file = load(written(tmp_path, whole.encode()))
    again = load(written(tmp_path, write_toml(file.definitions.values()).encode()))
    assert again.definitions == file.definitions
    assert set(file.definitions) == {"default"}


def test_the_campaigns_that_come_with_the_service_are_right() -> None:
    assert isinstance(built_in(LIBRARY).definitions["default"], Definition)


def load(path: Path) -> CampaignFile:
    return read_file(path, LIBRARY, needs_default=True)


def composed(file: CampaignFile) -> dict[str, Campaign]:
    return {key: compose(it, file.library) for key, it in file.definitions.items()}


def written(folder: Path, content: bytes) -> Path:
    path = folder / "campaigns.toml"
    path.write_bytes(content)
    return path
