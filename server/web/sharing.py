"""The page of a finished work, with a link preview; and the page of an unknown address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.archive.drawing import HEIGHT, WIDTH
from server.archive.review_state import ReviewState
from server.archive.works import ArchivedWork
from server.prepared.response import PreparedResponse
from server.relay.phrase import direction_of, language_of
from server.session.campaigns import OpenCampaign
from server.web.access import PRIVATE, Access, NotPublicError
from server.web.answer import answer
from server.web.oembed import discovery_of
from server.web.page_files import SourceFiles
from server.web.pages import SHORTLY, Pages
from server.web.recent_answers import LONGEST_SECONDS, AboutWorks, RecentAnswers

NEVER_KEPT = "no-store"
"""A page that says that there is none may be wrong a moment later."""


class _Words(NamedTuple):
    """The texts of a page's head in one language; `{0}` is a placeholder."""

    title: str
    hand: str
    between: tuple[str, str]
    """Between hands, and before the last one."""

    description: str
    picture: str
    missing: dict[str, tuple[str, str]]
    """A heading and a line below it, for a missing work and a missing page."""

    join: str
    script: str


_CHINESE = _Words(
    "{0} · 接龙",
    "第 {0} 位",
    ("、", "与"),
    "{0}，素不相识，隔着网线，你一字、我一字，合写了「{1}」。",
    "手写的「{0}」",
    {
        "work": ("没有找到这幅作品。", "它也许还没有写完，也许已经收起。"),
        "page": ("页面不存在", "也许地址抄错了。"),
    },
    "我也来写一幅",
    "这一页要用到 JavaScript，请打开它再来。",
)
_ENGLISH = _Words(
    "{0} · Jielong",
    "No. {0}",
    (", ", " and "),
    "{0}, two strangers, wrote “{1}” together: one character each, in turns.",
    "“{0}”, written by hand",
    {
        "work": ("There is no such work.", "It may not be finished yet, or it has been put away."),
        "page": ("There is no such page", "The address may be mistaken."),
    },
    "Write one too",
    "This page needs JavaScript.",
)
_OPEN_GRAPH_LOCALES = {"zh-Hans": "zh_CN", "zh-Hant": "zh_TW", "en": "en_US", "ja": "ja_JP"}
_PAGE_LOCALES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}


class Sharing:
    """`/w/{id}`."""

    def __init__(self, access: Access, campaigns: Mapping[str, OpenCampaign], pages: Pages) -> None:
        """`pages` fill in the templates."""
        self._access = access
        self._campaigns = campaigns
        self._pages = pages
        self._recent = RecentAnswers(access.work_reader)
        # A template may change while the pages load the sources.
        self._seconds = 0.0 if isinstance(pages.files, SourceFiles) else LONGEST_SECONDS
        self._missing: dict[str, PreparedResponse] = {}

    def routes(self) -> list[Route]:
        """The routes."""
        return [Route("/w/{id}", self.page, name="work-page")]

    async def page(self, request: Request) -> Response:
        """Answer with the work's page, or with a page of status 404."""
        work_id = request.path_params["id"]
        address = str(request.url_for("work-page", id=work_id))

        async def make() -> AboutWorks:
            head = self._head(request, await self._access.public(work_id))
            page = self._pages.response("", "work", SHORTLY, head)
            return AboutWorks(page, frozenset([work_id]))

        try:
            return answer(await self._recent.get(address, make, self._seconds), request)
        except NotPublicError:
            own = await self._access.own(request)
        if own is None:
            return self.missing(request, "work")
        page = self._pages.response("", "work", NEVER_KEPT, self._head(request, own))
        shown = answer(page, request)
        shown.headers.update(PRIVATE)
        return shown

    def missing(self, request: Request, what: Literal["work", "page"] = "page") -> Response:
        """Answer with a page of status 404."""
        if what not in self._missing or not self._seconds:
            locale = self._campaigns["default"].campaign.locale
            values = _missing(what, _words(locale), _page_locale(locale))
            self._missing[what] = self._pages.response("", "work", NEVER_KEPT, values)
        page = answer(self._missing[what], request, 404)
        page.headers.add_vary_header("Accept")
        return page

    def _head(self, request: Request, found: ArchivedWork) -> dict[str, object]:
        address = str(request.url_for("work-page", id=found.work.id))
        work, campaign = found.work, self._campaigns.get(found.campaign)
        locale = campaign.campaign.locale if campaign else work.phrase.locale
        words = _words(locale)
        text = work.phrase.text
        page = f"{self._pages.base_path}/c/{found.campaign}"
        hands = [words.hand.format(f"{hand.serial:,}") for hand in work.hands]
        return {
            "state": "loading",
            "locale": _page_locale(locale),
            "words": words,
            "title": words.title.format(text),
            "heading": text,
            "direction": direction_of(text),
            "count": len(work.phrase.chars),
            "hands": _listed(hands, words.between),
            "description": words.description.format(_listed(hands, words.between), text),
            "public": found.review is ReviewState.PUBLIC,
            "join": page if campaign else f"{self._pages.base_path}/",
            "theme": f"{page}/theme.css" if campaign else "",
            "share": {
                "site": (
                    campaign.campaign.text(campaign.campaign.title)
                    if campaign
                    else words.title.format("")
                ),
                "url": address,
                "locale": _OPEN_GRAPH_LOCALES.get(locale, "zh_CN"),
                "oembed": discovery_of(request, address),
                "picture": f"{address}/picture.png",
                "animation": f"{address}/animation.webp",
                "width": WIDTH,
                "height": HEIGHT,
                "alt": words.picture.format(text),
            },
        }


def _missing(what: str, words: _Words, locale: str) -> dict[str, object]:
    heading, more = words.missing[what]
    return {
        "state": "missing",
        "missing": what,
        "locale": locale,
        "words": words,
        "title": words.title.format(heading.rstrip("。.")),
        "heading": heading,
        "description": more,
        "public": False,
        "share": None,
    }


def _words(locale: str) -> _Words:
    return _CHINESE if language_of(locale) == "zh" else _ENGLISH


def _page_locale(locale: str) -> str:
    return _PAGE_LOCALES.get(locale, locale)


def _listed(hands: list[str], between: tuple[str, str]) -> str:
    if len(hands) == 1:
        return hands[0]
    return between[0].join(hands[:-1]) + between[1] + hands[-1]
