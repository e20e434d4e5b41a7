"""What the document of a campaign's page says, in the campaign's own language.

The page's script changes the texts into the reader's language and keeps the totals up to date. What
it needs for that stands in the document, too.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import msgspec
from markupsafe import Markup

from server.archive.drawing import HEIGHT, WIDTH
from server.campaign.check_links import origin_of
from server.campaign.current_figures import Figures
from server.campaign.definition import Definition
from server.campaign.phase import Phase
from server.campaign.schedule import moment
from server.catalogue import DEFAULT
from server.relay.campaign import Campaign
from server.relay.phrase import Phrase, direction_of, language_of, make_phrase
from server.relay.texts import Texts
from server.web.money import moment_in
from server.web.theme import seal_of, style_of
from server.web.words import words_for

_SAMPLE = make_phrase("jiayou", "加油", "zh-Hans")
_SAMPLE_CHARS = 4


class _Share(NamedTuple):
    """What other sites show of the page; `size` is known of our own picture only."""

    address: str
    oembed: str
    picture: str
    size: tuple[int, int] | None


class _Organiser(NamedTuple):
    name: str
    link: str


class _Moment(NamedTuple):
    iso: str
    text: str


class _Pledge(NamedTuple):
    id: str
    text: str


class _Fund(NamedTuple):
    id: str
    title: str
    currency: str
    goal: int | None


def document_values(
    campaign: Campaign, definition: Definition, phase: Phase, base_path: str, public_url: str
) -> dict[str, object]:
    """The values of the templates of a campaign's pages; the figures come later."""
    is_default = campaign.id == DEFAULT
    here = f"{base_path}/" if is_default else f"{base_path}/c/{campaign.id}"
    no_goals = {"relays": 0, "participants": 0, "pledges": 0}
    return {
        "id": campaign.id,
        "here": here,
        "query": "" if is_default else f"?campaign={campaign.id}",
        "share": _share(campaign, definition, here, base_path, public_url) if public_url else None,
        "phase": phase,
        "enabled": campaign.enabled,
        "archived": definition.archived,
        "opens": _moment(definition.opens, definition.time_zone),
        "closes": _moment(definition.closes, definition.time_zone),
        "goals": no_goals | {goal.counter: goal.at for goal in definition.goal},
        "data": Markup(_data(campaign, definition)),
        **_texts(campaign, definition),
        **_offers(campaign),
        **_look(campaign, definition),
    }


def _texts(campaign: Campaign, definition: Definition) -> dict[str, object]:
    """What is written on the page, and where it leads."""
    text, words, organiser = campaign.text, words_for(campaign.locale), definition.organiser
    written = [definition.cause, definition.legal, definition.link, organiser]
    return {
        "locale": words.language,
        "words": words,
        "title": text(campaign.title),
        "summary": text(definition.summary),
        "cause": text(definition.cause),
        "result": text(definition.result),
        "legal": text(definition.legal),
        "organiser": _Organiser(text(organiser.name), organiser.link) if organiser else None,
        "link": definition.link,
        "picture": definition.picture,
        "about": any(written) or bool(campaign.offered_funds),
    }


def _offers(campaign: Campaign) -> dict[str, object]:
    """The ways to take part, with the pledges and funds that the campaign offers."""
    text, funds = campaign.text, campaign.offered_funds
    promises = campaign.pledges if "pledge" in campaign.relays else ()
    return {
        "relays": campaign.relays,
        "ways": campaign.relays != ("write",),
        "pledges": [_Pledge(it.id, text(it.text)) for it in promises if it.offered],
        "funds": [_Fund(it.id, text(it.title), it.currency, it.goal) for it in funds],
        "hosts": ", ".join(sorted({urlsplit(it.url).hostname or "" for it in funds})),
    }


def _look(campaign: Campaign, definition: Definition) -> dict[str, object]:
    """The drawing, the seal and the colours."""
    art, theme = _art(campaign), definition.theme
    return {
        "art": art,
        "art_direction": direction_of(art.text),
        "seal": seal_of(theme),
        "seal_picture": theme.seal_picture,
        "style": Markup(style_of(theme)),
        "paper_by_day": theme.light.paper,
        "paper_by_night": theme.dark.paper,
    }


def _share(
    campaign: Campaign, definition: Definition, here: str, base_path: str, public_url: str
) -> _Share:
    base, address = f"{public_url}{base_path}", f"{public_url}{here}"
    is_drawn = not definition.picture
    return _Share(
        address,
        f"{base}/oembed?{urlencode({'url': address, 'format': 'json'})}",
        definition.picture or f"{base}/c/{campaign.id}/picture.png",
        (WIDTH, HEIGHT) if is_drawn else None,
    )


def totals_of(figures: Figures) -> dict[str, int]:
    """The figures by the keys that the page has for them."""
    counters = figures.counters
    return {
        "relays": counters.relays,
        "participants": counters.participants,
        "online": counters.online,
        "writing": counters.writing,
        "pledges": sum(figures.pledges.values()),
        "donations": sum(it.donations for it in figures.raised.values()),
        **{f"pledge.{key}": count for key, count in figures.pledges.items()},
        **{f"fund.{key}": it.raised for key, it in figures.raised.items()},
    }


def picture_sources(definition: Definition) -> list[str]:
    """The origins of pictures that the page shows."""
    found = (definition.picture, definition.theme.seal_picture)
    return sorted({origin_of(address) for address in found if address})


def _moment(given: datetime | None, zone: str) -> _Moment | None:
    found = moment(given, zone)
    return None if found is None else _Moment(found.isoformat(), moment_in(found, zone))


def _art(campaign: Campaign) -> Phrase:
    """The phrase in the picture until another one is chosen."""
    if _SAMPLE.id in campaign.phrases and language_of(campaign.locale) == "zh":
        return _SAMPLE
    offered = campaign.phrases_for(campaign.locale)
    return next((it for it in offered if len(it.chars) <= _SAMPLE_CHARS), offered[0])


def _data(campaign: Campaign, definition: Definition) -> str:
    """What the script needs, as JSON that may stand in a document."""
    texts: dict[str, Texts] = {
        "title": campaign.title,
        "summary": definition.summary,
        "cause": definition.cause,
        "result": definition.result,
        "legal": definition.legal,
        "organiser": definition.organiser.name if definition.organiser else "",
        **{f"pledge.{it.id}": it.text for it in campaign.pledges},
        **{f"fund.{it.id}": it.title for it in campaign.funds},
    }
    content = {
        "id": campaign.id,
        "locale": campaign.locale,
        "relays": campaign.relays,
        "enabled": campaign.enabled,
        "archived": definition.archived,
        "zone": definition.time_zone,
        "opens": moment(definition.opens, definition.time_zone),
        "closes": moment(definition.closes, definition.time_zone),
        # What is there in one language only stands in the document already.
        "texts": {key: it for key, it in texts.items() if isinstance(it, dict) and len(it) > 1},
        "currencies": {it.id: it.currency for it in campaign.funds},
        "milestones": [
            {"counter": it.counter, "at": it.at, "text": it.text} for it in definition.milestone
        ],
    }
    return msgspec.json.encode(content).decode().replace("<", "\\u003c")
