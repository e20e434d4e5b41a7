"""The pages, and the files that they load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import jinja2
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.archive.pictures import Pictures
from server.archive.reader import WorkReader
from server.session.campaigns import OpenCampaign
from server.web.files import Content, Files
from server.web.modules import needed
from server.web.sharing import Sharing

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"
CLIENT = ROOT / "client" / "js"

KEPT_PAGES = 64
"""Pages that are not compressed again as long as the templates fill to the same text."""


class Pages:
    """Fills the templates in `static/pages`; their frame and head are in `frame.html`."""

    def __init__(self) -> None:
        """Reads nothing yet."""
        self._templates = jinja2.Environment(
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            loader=jinja2.FileSystemLoader(STATIC / "pages"),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["modules"] = _modules

    def content(self, name: str, values: Mapping[str, object] | None = None) -> Content:
        """The page of this name, with these values where the template wants some."""
        return _packed(self._templates.get_template(f"{name}.html").render(values or {}))

    def route(self, address: str, name: str) -> Route:
        """A page that needs no values."""

        async def answer(request: Request) -> Response:
            return self.content(name).answer(request)

        return Route(address, answer)


def routes(
    work_reader: WorkReader, campaigns: dict[str, OpenCampaign]
) -> tuple[list[BaseRoute], Callable[[Request], Response]]:
    """Where the pages are, and the page of an address where nothing is."""
    pages = Pages()
    static = Files("/static", STATIC)
    sharing = Sharing(work_reader, campaigns, Pictures(_seal()), pages.content)
    return [
        pages.route("/", "home"),
        pages.route("/gallery", "gallery"),
        pages.route("/wall", "wall"),
        *sharing.routes(),
        static.route(),
        Files("/client/js", CLIENT).route(),
        static.route_of("icons/icon-192.png", "/favicon.ico"),
    ], sharing.missing


@lru_cache(KEPT_PAGES)
def _packed(page: str) -> Content:
    return Content.of(page.encode(), "text/html; charset=utf-8")


def _modules(scripts: list[str]) -> list[str]:
    """The addresses of all modules that these scripts of `static/js` need, themselves included."""
    entries = tuple(STATIC / "js" / f"{name}.js" for name in scripts)
    return [f"/{module.relative_to(ROOT)}" for module in needed(entries)]


def _seal() -> str:
    """The drawing inside the seal's `<svg>`."""
    whole = (STATIC / "icons" / "seal.svg").read_text(encoding="utf-8")
    return whole.partition(">")[2].rpartition("</svg>")[0]
