"""The page of a pledge's certificate."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.archive.card import Card
from server.archive.drawing import HEIGHT, WIDTH
from server.archive.pictures import Pictures
from server.archive.pledge_reader import PledgeReader
from server.archive.publishing import timestamp
from server.campaign.colours import mixed, on_colour
from server.campaign.definition import Definition
from server.relay.campaign import Campaign
from server.relay.phrase import direction_of, language_of
from server.relay.pledges import MadePledge
from server.session.campaigns import OpenCampaign
from server.web.answer import answer
from server.web.api import ApiError, reader_locale
from server.web.campaign_document import picture_sources
from server.web.oembed import discovery_of
from server.web.pages import ASK_AGAIN, Pages
from server.web.share_cards import answer_card
from server.web.theme import seal_of, style_of


class _Words(NamedTuple):
    """The texts of the page in one language.

    Attributes:
        number: what stands before and after the number.
        description: `{0}` is the number, `{1}` the pledge.
        date: a date of year `{y}`, month `{m}` with the name `{M}`, and day `{d}`.
    """

    locale: str
    kind: str
    number: tuple[str, str]
    description: str
    join: str
    share: str
    home: str
    date: str


_WORDS = {
    "zh-Hans": _Words(
        "zh-CN",
        "承诺证书",
        ("第", "位承诺者"),
        "第 {0} 位承诺者：{1}",
        "我也来",
        "分享",
        "首页",
        "{y}年{m}月{d}日",
    ),
    "zh-Hant": _Words(
        "zh-TW",
        "承諾證書",
        ("第", "位承諾者"),
        "第 {0} 位承諾者：{1}",
        "我也來",
        "分享",
        "首頁",
        "{y}年{m}月{d}日",
    ),
    "ja": _Words(
        "ja",
        "約束の証",
        ("", "人目"),
        "{0}人目の約束：{1}",
        "わたしも",
        "共有",
        "ホーム",
        "{y}年{m}月{d}日",
    ),
    "en": _Words(
        "en",
        "Pledge",
        ("No.", ""),
        "Pledge no. {0}: {1}",
        "Join in",
        "Share",
        "Home",
        "{d} {M} {y}",
    ),
}
_TRADITIONAL = {"zh-tw", "zh-hk", "zh-mo"}


class Certificates:
    """`/p/{certificate}` and `/p/{certificate}/picture.png`."""

    def __init__(
        self,
        reader: PledgeReader,
        campaigns: Mapping[str, OpenCampaign],
        definition: Callable[[str], Definition],
        pages: Pages,
        pictures: Pictures,
    ) -> None:
        """`pages` fill in the templates; `definition` says how a campaign was defined."""
        self._reader = reader
        self._campaigns = campaigns
        self._definition = definition
        self._pages = pages
        self._pictures = pictures

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/p/{certificate}", self.page, name="certificate-page"),
            Route("/p/{certificate}/picture.png", self.picture, name="certificate-picture"),
        ]

    async def page(self, request: Request) -> Response:
        """Answer with the certificate's page."""
        campaign, made = await self._find(request)
        values = self._values(request, campaign, made)
        pictures = picture_sources(self._definition(campaign.id))
        shown = self._pages.response("", "certificate", ASK_AGAIN, values, pictures=pictures)
        page = answer(shown, request)
        page.headers.add_vary_header("Accept-Language")
        return page

    async def picture(self, request: Request) -> Response:
        """Answer with the share card; `locale` is its language."""
        campaign, made = await self._find(request)
        card = self._card(campaign, made, _words(reader_locale(request) or campaign.locale))
        return await answer_card(request, self._pictures, made.certificate, card)

    async def _find(self, request: Request) -> tuple[Campaign, MadePledge]:
        found = await self._reader.find(request.path_params["certificate"])
        campaign = self._campaigns.get(found[0]) if found else None
        if found is None or campaign is None:
            raise ApiError(404, "no_such_pledge", "there is no pledge of this id")
        return campaign.campaign, found[1]

    def _values(self, request: Request, campaign: Campaign, made: MadePledge) -> dict[str, object]:
        definition = self._definition(campaign.id)
        words = _words(reader_locale(request) or campaign.locale)
        card = self._card(campaign, made, words)
        organiser = definition.organiser
        base = self._pages.base_path
        address = str(request.url_for("certificate-page", certificate=made.certificate))
        picture = f"{address}/picture.png?locale={words.locale}"
        return {
            "locale": words.locale,
            "words": words,
            "campaign": card.title,
            "title": card.text,
            "description": words.description.format(card.number[1], card.text),
            "text": card.text,
            "direction": direction_of(card.text),
            "number": card.number[1],
            "moment": timestamp(made.pledged_at),
            "date": self._date(campaign, made, words),
            "organiser": campaign.text(organiser.name, words.locale) if organiser else "",
            "seal": seal_of(definition.theme),
            "carved": card.seal,
            "seal_picture": definition.theme.seal_picture,
            "style": Markup(style_of(definition.theme)),
            "url": address,
            "oembed": discovery_of(request, address),
            "picture": picture,
            "width": WIDTH,
            "height": HEIGHT,
            "join": f"{base}/c/{campaign.id}",
        }

    def _card(self, campaign: Campaign, made: MadePledge, words: _Words) -> Card:
        definition = self._definition(campaign.id)
        organiser, colours = definition.organiser, definition.theme.light
        name = campaign.text(organiser.name, words.locale) if organiser else ""
        date = self._date(campaign, made, words)
        return Card(
            text=campaign.pledge_text(made.pledge, words.locale) or made.pledge,
            kind=words.kind,
            number=(words.number[0], f"{made.number:,}", words.number[1]),
            title=campaign.text(campaign.title, words.locale),
            foot=f"{name} · {date}" if name else date,
            seal=definition.theme.seal,
            accent=colours.accent,
            paper=colours.paper,
            sheet=mixed(colours.paper, "#ffffff", 0.7),
            on_accent=on_colour(colours.accent),
        )

    def _date(self, campaign: Campaign, made: MadePledge, words: _Words) -> str:
        zone = self._definition(campaign.id).time_zone
        day = datetime.fromtimestamp(made.pledged_at / 1_000, ZoneInfo(zone) if zone else UTC)
        return _date(words, day)


def _words(locale: str) -> _Words:
    tag = locale.replace("_", "-").lower()
    if tag in _TRADITIONAL or tag.startswith("zh-hant"):
        return _WORDS["zh-Hant"]
    return {"zh": _WORDS["zh-Hans"], "ja": _WORDS["ja"]}.get(language_of(tag), _WORDS["en"])


def _date(words: _Words, day: datetime) -> str:
    return words.date.format(y=day.year, m=day.month, d=day.day, M=month_name[day.month])
