"""The pages and the files that they load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import jinja2
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.archive.pictures import Pictures
from server.archive.reader import WorkReader
from server.session.campaigns import OpenCampaign
from server.web.assets import CLIENT, ROOT, STATIC
from server.web.files import Content, Files
from server.web.modules import needed
from server.web.sharing import Sharing

KEPT_PAGES = 64
"""Rendered pages whose compressed form is kept."""


class Pages:
    """Fills the templates in `static/pages`; their frame and head are in `frame.html`."""

    def __init__(self, base_path: str) -> None:
        """Reads nothing yet. `base_path` is in front of every address in a page."""
        self._base_path = base_path
        self._templates = jinja2.Environment(
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            loader=jinja2.FileSystemLoader(STATIC / "pages"),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"base": base_path, "modules": self._modules}

    def content(self, name: str, values: Mapping[str, object] | None = None) -> Content:
        """The page of this name, rendered with these values."""
        return _packed(self._templates.get_template(f"{name}.html").render(values or {}))

    def route(self, address: str, name: str) -> Route:
        """A page that needs no values."""

        async def answer(request: Request) -> Response:
            return self.content(name).answer(request)

        return Route(address, answer)

    def _modules(self, scripts: list[str]) -> list[str]:
        """The addresses of all modules that these scripts of `static/js` need, and their own."""
        entries = tuple(STATIC / "js" / f"{name}.js" for name in scripts)
        return [f"{self._base_path}/{module.relative_to(ROOT)}" for module in needed(entries)]


def routes(
    work_reader: WorkReader, campaigns: dict[str, OpenCampaign], base_path: str
) -> tuple[list[BaseRoute], Callable[[Request], Response]]:
    """The routes of the pages, and the handler of unknown addresses."""
    pages = Pages(base_path)
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


def _seal() -> str:
    """The content of the seal's `<svg>` element."""
    whole = (STATIC / "icons" / "seal.svg").read_text(encoding="utf-8")
    return whole.partition(">")[2].rpartition("</svg>")[0]
