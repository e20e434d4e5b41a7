"""The fields of the campaign editor; their names are the paths of what they set.

Texts have a field for each language that the campaign has; see `campaign_languages`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from server.campaign.check_links import LINK_CHARS
from server.campaign.checks import LINE_CHARS, SEAL_CHARS, TEXT_CHARS, TITLE_CHARS
from server.console.campaign_languages import NAMES, name_of
from server.console.forms import Field, Kind
from server.console.texts import text

CATEGORIES = {
    "cheer": text("Cheer"),
    "thanks": text("Thanks"),
    "love": text("Love"),
    "health": text("Health"),
    "study": text("Study"),
    "festival": text("Festivals"),
    "sport": text("Sport"),
    "nature": text("Nature"),
    "disaster-relief": text("Disaster relief"),
    "city": text("Cities"),
}
"""Those of the library's phrases."""

LINES = {"phrases", "embed"}
"""Lists of words: one on each line of a field."""

ACCOUNTS = ("webhook", "wechat", "stripe")
ADD, FORGET = "add", "forget"
"""A new secret of an account, and whether the saved ones are removed. Secrets are never shown."""

ADD_LANGUAGE, WANTS_LANGUAGE, REMOVE_LANGUAGE = "language.add", "language.wanted", "language.remove"
"""The language to add, and what the buttons of the languages post."""

MORE_ROWS = 2
"""Empty rows below those that there are."""

LONG = 20_000


class Group(NamedTuple):
    """Fields that stand together; the texts are in English, and translated."""

    title: str
    fields: Sequence[Field]
    hint: str = ""


class Rows(NamedTuple):
    """A list of entries, each with these fields; `path` is that of the list."""

    path: str
    title: str
    columns: Sequence[Field]
    hint: str = ""

    def row(self, number: int) -> list[Field]:
        """The fields of one entry."""
        return [replace(it, name=f"{self.path}.{number}.{it.name}") for it in self.columns]


def _free(name: str, label: str, kind: Kind = "text", hint: str = "", most: int = 200) -> Field:
    return Field(name, label, kind, hint, required=False, most=most)


def _by_language(
    name: str, most: int, languages: Sequence[str], kind: Kind = "text", label: str = ""
) -> list[Field]:
    """A field for each language, which is its label, or its hint below a `label`."""
    return [
        Field(
            f"{name}.{tag}",
            label or name_of(tag),
            kind,
            name_of(tag) if label else "",
            required=False,
            most=most,
        )
        for tag in languages
    ]


def _account(name: str, *more: Field) -> list[Field]:
    return [
        *more,
        _free(
            f"{name}.{ADD}",
            text("New secret"),
            "password",
            text("It is added to those that are saved, and not shown again."),
            512,
        ),
        _free(f"{name}.{FORGET}", text("Remove the secrets that are saved"), "tick"),
        _free(f"{name}.secrets_from", text("Environment variable with secrets")),
    ]


_CURRENCIES = ("CNY", "HKD", "TWD", "SGD", "JPY", "KRW", "USD", "EUR", "GBP")
_TIME_ZONES = (
    *("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo"),
    *("Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "UTC"),
)

_ID = text("Small letters, digits and dashes; left empty, one is made.")

_COUNTERS = [
    ("relays", text("Finished works")),
    ("participants", text("Times that people took part")),
    ("pledges", text("Pledges")),
]
_OTHER_GROUPS = (
    Group(
        text("Look"),
        [
            _free("theme.seal", text("Characters of the seal"), most=SEAL_CHARS),
            _free("theme.light.accent", text("Accent by day"), "colour"),
            _free("theme.light.paper", text("Paper by day"), "colour"),
            _free("theme.dark.accent", text("Accent by night"), "colour"),
            _free("theme.dark.paper", text("Paper by night"), "colour"),
        ],
        text("Colours that people cannot read are refused."),
    ),
    Group(
        text("When"),
        [
            Field(
                "time_zone",
                text("Time zone"),
                hint=text("For example Asia/Shanghai."),
                required=False,
                proposed=[(it, "") for it in _TIME_ZONES],
            ),
            _free("opens", text("Opens"), "datetime"),
            _free("closes", text("Closes"), "datetime"),
        ],
    ),
    Group(
        text("Ways to take part"),
        [
            _free("relays.write", text("Write with a stranger"), "tick"),
            _free("relays.pledge", text("Make a pledge"), "tick"),
            _free("relays.give", text("Give money"), "tick"),
        ],
    ),
    Group(
        text("Phrases"),
        [
            *(_free(f"categories.{it}", label, "tick") for it, label in CATEGORIES.items()),
            _free(
                "phrases", text("Single phrases, by id"), "area", text("One on each line."), LONG
            ),
            _free("own_only", text("Only the campaign's own phrases"), "tick"),
            _free(
                "weights",
                text("Weights"),
                "area",
                text("An id and how often it is chosen, on each line: jiayou 3"),
                LONG,
            ),
        ],
        text("Tick what people may write. Without a tick and an id, they may write all of it."),
    ),
    Group(
        text("Works"),
        [
            Field(
                "moderation",
                text("A person looks at works"),
                "choice",
                choices=[
                    ("after", text("after the check made them public")),
                    ("before", text("before anybody sees them")),
                ],
            ),
            _free(
                "embed",
                text("Sites that may show the campaign"),
                "area",
                text("Origins such as https://example.org, one on each line."),
                LONG,
            ),
        ],
    ),
)

_ACCOUNTS = (
    Group(text("Reports of your payment page"), _account("webhook")),
    Group(
        text("WeChat Pay"),
        _account(
            "wechat",
            _free("wechat.merchant", text("Merchant number")),
            _free("wechat.keys", text("Public keys or certificates (PEM)"), "area", most=LONG),
            _free("wechat.fund", text("Fund of orders that name none")),
        ),
    ),
    Group(
        text("Stripe"),
        _account("stripe", _free("stripe.fund", text("Fund of payments that name none"))),
    ),
)


class Layout:
    """The editor of a campaign with texts in these languages.

    Attributes:
        languages: their tags, that of the page first.
        groups: fields that stand together.
        lists: those of what there may be several of.
        accounts: groups of fields of who may report donations.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        """Texts are in these languages."""
        self.languages = languages
        self.groups = [*_text_groups(languages), *_OTHER_GROUPS]
        self.lists = _lists(languages)
        self.accounts = _ACCOUNTS

    def fields(self, plain: Mapping[str, object], posted: Sequence[str] = ()) -> list[Field]:
        """All fields for a campaign: with rows for its lists, for what was posted, and more."""
        found = [field for group in (*self.groups, *self.accounts) for field in group.fields]
        for rows in self.lists:
            for number in range(row_count(rows, plain, posted)):
                found += rows.row(number)
        return found


def _text_groups(languages: Sequence[str]) -> list[Group]:
    named = [(tag, name_of(tag)) for tag in languages]
    page = Field("locale", text("Language of the page"), "choice", choices=named)
    more = Field(
        ADD_LANGUAGE,
        text("Another language"),
        hint=text("Choose one, or write its tag, such as pt-BR."),
        required=False,
        proposed=[it for it in NAMES.items() if it[0] not in languages],
    )
    return [
        Group(text("Languages"), [page, more]),
        Group(text("Name"), _by_language("title", TITLE_CHARS, languages)),
        Group(text("In one line"), _by_language("summary", LINE_CHARS, languages)),
        Group(text("Cause"), _by_language("cause", TEXT_CHARS, languages, "area")),
        Group(text("After the end"), _by_language("result", TEXT_CHARS, languages, "area")),
        Group(text("Legal notice"), _by_language("legal", TEXT_CHARS, languages, "area")),
        Group(
            text("Organiser"),
            [
                *_by_language("organiser.name", TITLE_CHARS, languages, label=text("Organiser")),
                _free("organiser.link", text("Address of the organiser"), "url", most=LINK_CHARS),
                _free("link", text("Address with more about the campaign"), "url", most=LINK_CHARS),
                _free("picture", text("Address of a picture"), "url", most=LINK_CHARS),
            ],
        ),
    ]


def _lists(languages: Sequence[str]) -> list[Rows]:
    reached = [
        Field("counter", text("What is counted"), "choice", required=False, choices=_COUNTERS),
        _free("at", text("Number"), "number"),
        *_by_language("text", LINE_CHARS, languages, label=text("Text")),
    ]
    return [
        Rows(
            "phrase",
            text("Phrases of its own"),
            [
                _free("id", text("Id"), hint=_ID),
                _free("text", text("Text")),
                _free("locale", text("Language"), hint=text("For example zh-Hans or en.")),
            ],
        ),
        Rows(
            "pledge",
            text("Pledges"),
            [
                _free("id", text("Id"), hint=_ID),
                *_by_language("text", LINE_CHARS, languages, label=text("What is promised")),
                _free("offered", text("Offered"), "tick"),
            ],
            text("Certificates name a pledge, so none can be removed: take the tick away."),
        ),
        Rows(
            "fund",
            text("Funds"),
            [
                _free("id", text("Id"), hint=_ID),
                *_by_language("title", TITLE_CHARS, languages, label=text("Title")),
                Field(
                    "currency",
                    text("Currency"),
                    hint=text("For example CNY."),
                    required=False,
                    proposed=[(it, "") for it in _CURRENCIES],
                ),
                _free(
                    "goal", text("Goal"), hint=text("In the currency, for example 5000 or 99.50.")
                ),
                _free("url", text("Payment page"), "url", most=LINK_CHARS),
            ],
            text("Donations name a fund, so none can be removed."),
        ),
        Rows("goal", text("Goals"), reached),
        Rows("milestone", text("Milestones"), reached),
        Rows(
            "network",
            text("Networks with many participants"),
            [
                _free("address", text("Address or network")),
                _free("participants", text("People at a time"), "number"),
            ],
        ),
    ]


def row_count(rows: Rows, plain: Mapping[str, object], posted: Sequence[str] = ()) -> int:
    """How many rows of a list are shown."""
    there = plain.get(rows.path)
    count = len(there) if isinstance(there, list | tuple) else 0
    numbers = [name.split(".")[1] for name in posted if name.startswith(f"{rows.path}.")]
    sent = max((int(it) + 1 for it in numbers if it.isdecimal() and len(it) < 4), default=0)
    return max(count + MORE_ROWS, sent)
