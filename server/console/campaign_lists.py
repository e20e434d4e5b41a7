"""The editor's lists: what a campaign may have several of."""

from __future__ import annotations

from collections.abc import Sequence

from server.campaign.check_links import LINK_CHARS
from server.campaign.checks import LINE_CHARS, TITLE_CHARS
from server.console.campaign_languages import NAMES
from server.console.campaign_parts import Rows, by_language, free
from server.console.forms import Field
from server.console.texts import text

_CURRENCIES = ("CNY", "HKD", "TWD", "SGD", "JPY", "KRW", "USD", "EUR", "GBP")
_ID = free(
    "id", text("Id"), hint=text("Small letters, digits and dashes; left empty, one is made.")
)
_COUNTERS = [
    ("relays", text("Finished works")),
    ("participants", text("Times that people took part")),
    ("pledges", text("Pledges")),
]

_PHRASES = Rows(
    "phrase",
    text("Phrases of its own"),
    [
        free("text", text("Text"), hint=text("2 to 8 characters.")),
        Field(
            "locale",
            text("Language"),
            hint=text("For example zh-Hans or en; left empty, that of the page."),
            required=False,
            proposed=list(NAMES.items()),
        ),
        _ID,
    ],
)
_NETWORKS = Rows(
    "network",
    text("Networks with many participants"),
    [
        free("address", text("Address or network")),
        free("participants", text("People at a time"), "number"),
    ],
    text("For a school or an office whose people share one address on the internet."),
)


def lists_in(languages: Sequence[str]) -> list[Rows]:
    """Those of a campaign with texts in these languages."""
    reached = [
        Field("counter", text("What is counted"), "choice", required=False, choices=_COUNTERS),
        free("at", text("Number"), "number"),
        *by_language("text", LINE_CHARS, languages, label=text("Text")),
    ]
    return [
        _PHRASES,
        _pledges(languages),
        _funds(languages),
        Rows("goal", text("Goals"), reached, text("The page shows how far it is to them.")),
        Rows(
            "milestone",
            text("Milestones"),
            reached,
            text("Whoever is on the page when one is reached, or comes later, is told once."),
        ),
        _NETWORKS,
    ]


def _pledges(languages: Sequence[str]) -> Rows:
    return Rows(
        "pledge",
        text("Pledges"),
        [
            *by_language("text", LINE_CHARS, languages, label=text("What is promised")),
            free("offered", text("Offered"), "tick"),
            _ID,
        ],
        text("Certificates name a pledge, so none can be removed: take the tick away."),
        is_kept=True,
    )


def _funds(languages: Sequence[str]) -> Rows:
    return Rows(
        "fund",
        text("Funds"),
        [
            *by_language("title", TITLE_CHARS, languages, label=text("Title")),
            Field(
                "currency",
                text("Currency"),
                hint=text("For example CNY."),
                required=False,
                proposed=[(it, "") for it in _CURRENCIES],
            ),
            free("goal", text("Goal"), hint=text("In the currency, for example 5000 or 99.50.")),
            free(
                "url",
                text("Payment page"),
                "url",
                text("Your own, or your provider's. {ref} in it becomes the reference."),
                LINK_CHARS,
            ),
            free("offered", text("Offered"), "tick"),
            _ID,
        ],
        text("Donations name a fund, so none can be removed: take the tick away."),
        is_kept=True,
    )
