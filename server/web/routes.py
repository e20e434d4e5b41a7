"""The routes of pages and of the sources of what they load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.archive.pictures import DrawnPictures, Pictures
from server.session.campaigns import OpenCampaign
from server.web.access import Access
from server.web.answer import answer
from server.web.assets import DOCUMENTS
from server.web.files import Files
from server.web.locations import CLIENT, STATIC
from server.web.page_files import SourceFiles
from server.web.pages import ASK_AGAIN, Pages
from server.web.sharing import Sharing
from server.web.work_pictures import WorkPictures

MOST_ANIMATIONS = 6
"""The most animations that may be waited for: each takes about a second of a core."""

WITH_SLASH = ("/gallery/", "/wall/")
"""Addresses of documents as some people write them."""


def of_pages(
    access: Access,
    campaigns: Mapping[str, OpenCampaign],
    pages: Pages,
    pictures: DrawnPictures,
) -> tuple[list[BaseRoute], Callable[[Request], Response]]:
    """The routes, and the handler of unknown addresses."""
    sharing = Sharing(access, campaigns, pages)
    return [
        *(_documents(pages) if isinstance(pages.files, SourceFiles) else ()),
        *sharing.routes(),
        *(Route(path, _without_slash) for path in WITH_SLASH),
        *WorkPictures(access, pictures).routes(),
        Files("/static", STATIC).route(),
        Files("/client/js", CLIENT).route(),
    ], sharing.missing


def pictures_in(folder: Path, most_bytes: int) -> DrawnPictures:
    """Pictures with the seal of the pages; see `Pictures`."""
    seal = _seal()
    still = Pictures(seal, folder, most_bytes)
    return DrawnPictures(still, Pictures(seal, folder, most_bytes, most_waiting=MOST_ANIMATIONS))


def _documents(pages: Pages) -> list[Route]:
    """The documents, filled in at each request, so that a change to a template is there at once."""

    def route(path: str, name: str) -> Route:
        async def respond(request: Request) -> Response:
            return answer(pages.response(path, name, ASK_AGAIN), request)

        return Route(path, respond)

    return [route(path, name) for path, name in DOCUMENTS.items()]


async def _without_slash(request: Request) -> Response:
    path, query = request.url.path.rstrip("/"), request.url.query
    return RedirectResponse(f"{path}?{query}" if query else path, 308)


def _seal() -> str:
    """The content of the seal's `<svg>` element."""
    whole = (STATIC / "icons" / "seal.svg").read_text(encoding="utf-8")
    return whole.partition(">")[2].rpartition("</svg>")[0]
