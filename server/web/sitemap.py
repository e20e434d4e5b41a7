"""`/sitemap.xml`: leads search engines to the public works, in pages (sitemaps.org, 0.9).

The index names a page for each 10,000 public works of a campaign. Pages are in the order of time,
so all but the last one of a campaign seldom change.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from time import monotonic
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.archive.public_list import PublicList
from server.prepared.response import PreparedResponse, prepare
from server.session.campaigns import OpenCampaign
from server.web.answer import answer
from server.web.api import ApiError

WORKS_A_PAGE = 10_000
"""Sitemaps have 50,000 addresses at most; so many make 1 MB."""

MOST_PAGE = 100_000
KEPT_SECONDS = 60.0
"""How long an answer is given again before works are read again."""

MOST_KEPT = 16
CACHE_CONTROL = "public, max-age=3600"

_TYPE = "text/xml; charset=utf-8"
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


class Sitemap:
    """The index and its pages."""

    def __init__(self, works: PublicList, campaigns: Mapping[str, OpenCampaign]) -> None:
        """Of these works, of these campaigns."""
        self._works = works
        self._campaigns = campaigns
        self._kept: OrderedDict[str, tuple[float, PreparedResponse]] = OrderedDict()

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/sitemap.xml", self.index),
            Route("/sitemap/{campaign}/{page:int}.xml", self.page, name="sitemap-page"),
        ]

    async def index(self, request: Request) -> Response:
        """The addresses of all pages."""

        async def make() -> str:
            counts = await self._works.counts(list(self._campaigns))
            pages = (
                str(request.url_for("sitemap-page", campaign=campaign, page=page))
                for campaign, count in sorted(counts.items())
                for page in range(1, -(-count // WORKS_A_PAGE) + 1)
            )
            return _document(
                "sitemapindex", (f"<sitemap>{_location(it)}</sitemap>" for it in pages)
            )

        return await self._answer(request, make)

    async def page(self, request: Request) -> Response:
        """The addresses of some works, and when they were finished."""
        campaign, number = request.path_params["campaign"], request.path_params["page"]
        if campaign not in self._campaigns or not 1 <= number <= MOST_PAGE:
            raise _no_such_page()

        async def make() -> str:
            first = (number - 1) * WORKS_A_PAGE
            found = await self._works.some(campaign, first, WORKS_A_PAGE)
            if not found:
                raise _no_such_page()
            before = str(request.url_for("work-page", id="-")).removesuffix("-")
            return _document("urlset", (_entry(before + it.id, it.completed_at) for it in found))

        return await self._answer(request, make)

    async def _answer(self, request: Request, make: Callable[[], Awaitable[str]]) -> Response:
        key, now = f"{request.base_url}{request.url.path}", monotonic()
        kept = self._kept.get(key)
        if kept is None or now - kept[0] >= KEPT_SECONDS:
            body = (await make()).encode()
            kept = now, prepare("", body, _TYPE, CACHE_CONTROL)
            self._kept.pop(key, None)
            self._kept[key] = kept
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return answer(kept[1], request)


def _no_such_page() -> ApiError:
    return ApiError(404, "not_found", "the sitemap has no such page")


def _document(kind: str, entries: Iterable[str]) -> str:
    inside = "".join(entries)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} {_NAMESPACE}>{inside}</{kind}>\n'


def _entry(address: str, completed_at: int) -> str:
    return f"<url>{_location(address)}<lastmod>{_day(completed_at)}</lastmod></url>"


def _location(address: str) -> str:
    return f"<loc>{escape(address)}</loc>"


def _day(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1_000, UTC):%Y-%m-%d}"
