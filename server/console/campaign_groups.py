"""The editor's groups of fields: texts, times, looks, phrases, works."""

from __future__ import annotations

from collections.abc import Sequence

from server.campaign.check_links import LINK_CHARS
from server.campaign.checks import LINE_CHARS, SEAL_CHARS, TEXT_CHARS, TITLE_CHARS
from server.console.campaign_languages import NAMES, name_of
from server.console.campaign_parts import LONG, Group, by_language, free
from server.console.forms import Field
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

ADD_LANGUAGE, WANTS_LANGUAGE, REMOVE_LANGUAGE = "language.add", "language.wanted", "language.remove"
"""The language to add, and what the buttons of the languages post."""

_TIME_ZONES = (
    *("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo"),
    *("Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "UTC"),
)

_FIRST_GROUPS = (
    Group(
        text("Ways to take part"),
        [
            free("relays.write", text("Write with a stranger"), "tick"),
            free("relays.pledge", text("Make a pledge"), "tick"),
            free("relays.give", text("Give money"), "tick"),
        ],
        text("What people pledge and give for is written below, under Pledges and Funds."),
        is_open=True,
    ),
    Group(
        text("When"),
        [
            free("opens", text("Opens"), "datetime"),
            free("closes", text("Closes"), "datetime"),
            Field(
                "time_zone",
                text("Time zone"),
                hint=text("For example Asia/Shanghai."),
                required=False,
                proposed=[(it, "") for it in _TIME_ZONES],
            ),
        ],
        text(
            "Without times it is open from the button Open to the button Close. With times it "
            "opens and closes by itself; the button Open is needed all the same."
        ),
        is_open=True,
    ),
)
_OTHER_GROUPS = (
    Group(
        text("Look"),
        [
            free(
                "theme.seal",
                text("Characters of the seal"),
                hint=text("1 to 4 characters."),
                most=SEAL_CHARS,
            ),
            free(
                "theme.seal_picture",
                text("Address of a picture in place of the seal"),
                "url",
                text("A square, such as your emblem."),
                LINK_CHARS,
            ),
            free("theme.light.accent", text("Accent by day"), "colour"),
            free("theme.light.paper", text("Paper by day"), "colour"),
            free("theme.dark.accent", text("Accent by night"), "colour"),
            free("theme.dark.paper", text("Paper by night"), "colour"),
        ],
        text("Colours that people cannot read are refused."),
    ),
    Group(
        text("Phrases"),
        [
            *(free(f"categories.{it}", label, "tick") for it, label in CATEGORIES.items()),
            free(
                "phrases",
                text("Single phrases"),
                "area",
                text("As people write them, one on each line."),
                LONG,
            ),
            free("own_only", text("Only the campaign's own phrases"), "tick"),
            free(
                "weights",
                text("How often phrases come"),
                "area",
                text("A phrase and a number on each line: 加油 3 comes three times as often."),
                LONG,
            ),
        ],
        text("Tick what people may write. Without any choice, they may write all of it."),
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
            Field(
                "deletion",
                text("When a participant deletes what is theirs"),
                "choice",
                choices=[
                    ("keep", text("their works stay, written by somebody unknown")),
                    ("remove", text("their works are removed")),
                ],
            ),
            free(
                "retention_days",
                text("Days that works are kept"),
                "number",
                text("Empty: as the operator has set it. 0: for ever."),
            ),
        ],
    ),
    Group(
        text("On other sites"),
        [
            free(
                "embed",
                text("Sites that may show the campaign"),
                "area",
                text("Addresses such as https://example.org, without a path, one on each line."),
                LONG,
            ),
        ],
    ),
)


def groups_in(languages: Sequence[str]) -> list[Group]:
    """Those of a campaign with texts in these languages, as one fills them in."""
    return [
        _languages(languages),
        Group(text("Name"), by_language("title", TITLE_CHARS, languages), is_open=True),
        Group(
            text("In one line"),
            by_language("summary", LINE_CHARS, languages),
            text("The large words on the page. Without them it says how the writing goes."),
            is_open=True,
        ),
        *_FIRST_GROUPS,
        _organiser(languages),
        Group(
            text("Cause"),
            by_language("cause", TEXT_CHARS, languages, "area"),
            text("What people write and give for, in as many words as you like."),
        ),
        Group(
            text("After the end"),
            by_language("result", TEXT_CHARS, languages, "area"),
            text("What came of it. The page shows it when the campaign is over or archived."),
        ),
        Group(
            text("Legal notice"),
            by_language("legal", TEXT_CHARS, languages, "area"),
            text("For example the licence to raise funds, and who answers for the page."),
        ),
        *_OTHER_GROUPS,
    ]


def _languages(languages: Sequence[str]) -> Group:
    named = [(tag, name_of(tag)) for tag in languages]
    page = Field("locale", text("Language of the page"), "choice", choices=named)
    more = Field(
        ADD_LANGUAGE,
        text("Another language"),
        hint=text("Choose one, or write its tag, such as pt-BR."),
        required=False,
        proposed=[it for it in NAMES.items() if it[0] not in languages],
    )
    return Group(text("Languages"), [page, more], is_open=True)


def _organiser(languages: Sequence[str]) -> Group:
    return Group(
        text("Organiser"),
        [
            *by_language("organiser.name", TITLE_CHARS, languages, label=text("Organiser")),
            free("organiser.link", text("Address of the organiser"), "url", most=LINK_CHARS),
            free("link", text("Address with more about the campaign"), "url", most=LINK_CHARS),
            free(
                "picture",
                text("Address of a picture"),
                "url",
                text("Wide, such as 1200 by 630 pixels; also shown where the page is shared."),
                LINK_CHARS,
            ),
        ],
    )
