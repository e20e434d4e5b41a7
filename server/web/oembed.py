"""`/oembed`: how other sites show a campaign, a work or a certificate; oEmbed 1.0.

A work and a certificate are photos. A campaign that other sites may embed is a frame with its page;
one that none may is a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.archive.drawing import HEIGHT, WIDTH
from server.archive.pledge_reader import PledgeReader
from server.archive.works import ArchivedWork
from server.campaign.definition import Definition
from server.catalogue import DEFAULT
from server.relay.campaign import Campaign
from server.session.campaigns import OpenCampaign
from server.web.access import Access, NotPublicError
from server.web.api import ApiError, JsonResponse, find_campaign
from server.web.api_types import OEmbedAnswer, OEmbedQuery
from server.web.operation import Operation
from server.web.work_pictures import FOR_ALL_SITES, WIDTHS

PATH = "/oembed"

OPERATIONS = {
    PATH: Operation(
        "oembed",
        "How another site shows the page of a campaign, a work or a certificate; also with "
        "`format=json`.",
        OEmbedAnswer,
        query=OEmbedQuery,
        errors=(400, 401, 404, 429, 501, 503),
    )
}
"""By path."""

FRAME_WIDTH, FRAME_HEIGHT = 480, 720
"""The size of a campaign's frame in pixels, where there is room."""

LEAST_WIDTH, LEAST_HEIGHT = 320, 480
"""In a smaller frame nobody can write."""

UNBOUNDED = 100_000
CACHE_SECONDS = 300
"""How long other sites may keep an answer: a work may be taken back."""

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": f"public, max-age={CACHE_SECONDS}",
    **FOR_ALL_SITES,
}

_PAGE = re.compile(r"/(?P<kind>w|p|c|embed)/(?P<id>[^/]+)/?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class _Page(NamedTuple):
    """What an address leads to; `kind` is the first part of its path."""

    kind: str
    id: str
    key: str = ""


class _Room(NamedTuple):
    """The largest that fits the other site's page, in pixels."""

    width: int
    height: int

    def picture(self) -> tuple[int, int] | None:
        """The size of a work's picture that fits; None when even the smallest is too large."""
        for width in reversed(WIDTHS):
            height = width * HEIGHT // WIDTH
            if width <= self.width and height <= self.height:
                return width, height
        return None


class OEmbed:
    """The handler."""

    def __init__(
        self,
        access: Access,
        pledges: PledgeReader,
        campaigns: Mapping[str, OpenCampaign],
        definition: Callable[[str], Definition],
    ) -> None:
        """`definition` says how a campaign was defined."""
        self._access = access
        self._pledges = pledges
        self._campaigns = campaigns
        self._definition = definition

    def routes(self) -> list[Route]:
        """The route."""
        return [Route(PATH, self.respond, name="oembed")]

    async def respond(self, request: Request) -> Response:
        """Say how to show the page at `url`, no larger than `maxwidth` by `maxheight`."""
        query = request.query_params
        if (asked := query.get("format") or "json") != "json":
            raise ApiError(501, "not_implemented", f"only json is answered, not {asked[:20]}")
        room = _Room(_pixels(request, "maxwidth"), _pixels(request, "maxheight"))
        page = _page_at(query.get("url", ""), request)
        if page.kind == "w":
            content = await self._work(request, page, room)
        elif page.kind == "p":
            content = await self._certificate(request, page.id, room)
        else:
            content = self._campaign(request, page.id, room)
        return JsonResponse({"version": "1.0", "cache_age": CACHE_SECONDS, **content}, 200, HEADERS)

    async def _work(self, request: Request, page: _Page, room: _Room) -> dict[str, Any]:
        try:
            found = await self._access.public(page.id)
        except NotPublicError as error:
            if page.key and await self._access.by_key(page.id, page.key):
                raise ApiError(401, "private", "the work is not public") from error
            raise ApiError(404, "no_such_work", "there is no work of this id") from error
        campaign = self._campaigns.get(found.campaign)
        title = _title_of(found)
        base = _provider(request, campaign.campaign if campaign else None)
        address = str(request.url_for("work-picture", id=page.id))
        size = room.picture()
        if size is None:
            return {"type": "link", "title": title, **base}
        thumbnail = _Room(min(room.width, 400), room.height).picture()
        assert thumbnail is not None, "a picture fits, so a smaller one does"
        small, small_height = thumbnail
        return {
            "type": "photo",
            "title": title,
            **base,
            "url": _sized(address, size[0]),
            "width": size[0],
            "height": size[1],
            "thumbnail_url": _sized(address, small),
            "thumbnail_width": small,
            "thumbnail_height": small_height,
        }

    async def _certificate(self, request: Request, certificate: str, room: _Room) -> dict[str, Any]:
        found = await self._pledges.find(certificate)
        campaign = self._campaigns.get(found[0]) if found else None
        if found is None or campaign is None:
            raise ApiError(404, "no_such_pledge", "there is no pledge of this id")
        defined, made = campaign.campaign, found[1]
        text = defined.pledge_text(made.pledge, defined.locale) or made.pledge
        content = {"title": f"{text} · {made.number:,}", **_provider(request, defined)}
        if room.width < WIDTH or room.height < HEIGHT:
            return {"type": "link", **content}
        address = str(request.url_for("certificate-picture", certificate=certificate))
        return {"type": "photo", **content, "url": address, "width": WIDTH, "height": HEIGHT}

    def _campaign(self, request: Request, campaign_id: str, room: _Room) -> dict[str, Any]:
        found = find_campaign(self._campaigns, campaign_id)
        campaign, definition = found.campaign, self._definition(campaign_id)
        title = campaign.text(campaign.title)
        content = {"title": title, **_provider(request, campaign)}
        if organiser := definition.organiser:
            content["author_name"] = campaign.text(organiser.name)
            if organiser.link:
                content["author_url"] = organiser.link
        width, height = min(room.width, FRAME_WIDTH), min(room.height, FRAME_HEIGHT)
        if not definition.embed or width < LEAST_WIDTH or height < LEAST_HEIGHT:
            return {"type": "link", **content}
        address = f"{request.base_url}embed/{campaign_id}"
        frame = (
            f'<iframe src="{escape(address)}" title="{escape(title)}" width="{width}" '
            f'height="{height}" loading="lazy" style="border:0" allow="web-share"></iframe>'
        )
        return {"type": "rich", **content, "html": frame, "width": width, "height": height}


def discovery_of(request: Request, address: str) -> str:
    """The address of what `/oembed` says about a page, for the page's head."""
    return f"{request.url_for('oembed')}?{urlencode({'url': address, 'format': 'json'})}"


def _title_of(found: ArchivedWork) -> str:
    hands = " · ".join(f"{hand.serial:,}" for hand in found.work.hands)
    return f"{found.work.phrase.text} · {hands}"


def _provider(request: Request, campaign: Campaign | None) -> dict[str, Any]:
    name = campaign.text(campaign.title) if campaign else "Jielong"
    return {"provider_name": name, "provider_url": str(request.base_url)}


def _sized(address: str, width: int) -> str:
    return address if width == WIDTH else f"{address}?width={width}"


def _pixels(request: Request, name: str) -> int:
    given = request.query_params.get(name)
    if not given:
        return UNBOUNDED
    if not (given.isascii() and given.isdecimal() and int(given[:9]) > 0 and len(given) < 10):
        raise ApiError(400, f"bad_{name}", f"`{name}` is a number of pixels")
    return int(given)


def _page_at(url: str, request: Request) -> _Page:
    """What a page of this service shows.

    Raises:
        ApiError: 400 without an address, 404 for one of anything else.
    """
    if not url:
        raise ApiError(400, "bad_url", "`url` is the address of a page")
    no_page = ApiError(404, "not_found", "there is no such page here")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise no_page from error
    own = urlsplit(str(request.base_url))
    if parts.scheme not in _DEFAULT_PORTS or _host(parts.scheme, parts.netloc) != _host(
        own.scheme, own.netloc
    ):
        raise no_page
    base = own.path.rstrip("/")
    if not parts.path.startswith(base):
        raise no_page
    path, query = parts.path.removeprefix(base), parse_qs(parts.query)
    if path in {"", "/"}:
        return _Page("c", query.get("campaign", [DEFAULT])[0])
    found = _PAGE.fullmatch(path)
    if found is None:
        raise no_page
    return _Page(found["kind"], found["id"], query.get("key", [""])[0])


def _host(scheme: str, netloc: str) -> str:
    return netloc.lower().removesuffix(_DEFAULT_PORTS[scheme])
