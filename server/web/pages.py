"""The pages: their templates in `static/pages`, filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

import jinja2
from markupsafe import Markup

from server.prepared.response import PreparedResponse, prepare
from server.web.live_document import bar, figure
from server.web.locations import STATIC
from server.web.money import money
from server.web.page_files import PageFiles
from server.web.security import Headers, security_headers

HTML = "text/html; charset=utf-8"

ASK_AGAIN = "no-cache"
"""Whoever has it asks each time whether it has changed."""

SHORTLY = "public, max-age=0, s-maxage=5"
"""A proxy may keep it for some seconds. Whoever has it asks each time whether it has changed."""

SERVICE_WORKER = "sw.js"
"""Its address below the base path: it may act on what is below its own folder only."""


class Pages:
    """Fills the templates; their frame and head are in `frame.html`.

    Attributes:
        base_path: is in front of every address in a page.
        public_url: is in front of addresses for other sites.
        files: the pages' scripts, style sheets and pictures.
        security: the headers of every page.
        is_kept_by_browsers: whether the pages start the service worker.
    """

    def __init__(
        self,
        base_path: str,
        files: PageFiles,
        strokes: str,
        *,
        service_worker: bool,
        hsts_seconds: int = 0,
        public_url: str = "",
    ) -> None:
        """Reads nothing yet.

        Args:
            base_path: begins with a slash and does not end with one, or is empty.
            files: see above.
            strokes: the folder of strokes below the one of assets.
            service_worker: whether pages start one.
            hsts_seconds: how long browsers are to use nothing but TLS; 0: as they like.
            public_url: the origin by which browsers know the service; empty: it is not known.
        """
        self.base_path = base_path
        self.public_url = public_url
        self.files = files
        self.is_kept_by_browsers = service_worker
        self._scripts = tuple(chain.from_iterable(files.inline.values()))
        self._hsts_seconds = hsts_seconds
        self.security: Headers = security_headers(self._scripts, files.assets, hsts_seconds)
        # A page may read the files of another host only so.
        self._cors = "; crossorigin" if "//" in files.assets else ""
        self._templates = jinja2.Environment(
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            loader=jinja2.FileSystemLoader([STATIC / "pages", STATIC]),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"number": "{:,}".format, "money": money}
        self._templates.globals |= {
            "figure": figure,
            "bar": bar,
            "base": base_path,
            "asset": files.asset,
            "styles": files.styles,
            "scripts": files.scripts,
            "modules": files.modules,
            "inline": {
                page: [Markup(script) for script in scripts]
                for page, scripts in files.inline.items()
            },
            "strokes": f"{files.assets}/{strokes}",
            "worker": SERVICE_WORKER if service_worker else "",
            "crossorigin": " crossorigin" if self._cors else "",
        }

    def render(self, name: str, values: Mapping[str, object] | None = None) -> str:
        """The page of this name with these values."""
        return self._templates.get_template(f"{name}.html").render(values or {})

    def response(
        self,
        path: str,
        name: str,
        cache_control: str,
        values: Mapping[str, object] | None = None,
        *,
        pictures: Sequence[str] = (),
    ) -> PreparedResponse:
        """The page as the answer at `path`; see `rendered` for the pictures.

        A value `style` is a style sheet that stands in the page.
        """
        style = str((values or {}).get("style", ""))
        page = self.render(name, values)
        return self.rendered(path, name, cache_control, page, style=style, pictures=pictures)

    def rendered(
        self,
        path: str,
        name: str,
        cache_control: str,
        page: str,
        *,
        style: str = "",
        pictures: Sequence[str] = (),
        embedders: Sequence[str] = (),
    ) -> PreparedResponse:
        """What `render` gave as the answer at `path`.

        Args:
            path, name, cache_control: see `PreparedResponse` and `render`.
            page: the whole page.
            style: the style sheet that stands in it, if any.
            pictures: other origins whose pictures it may show.
            embedders: other origins whose pages may show it in a frame.
        """
        security = self.security
        if style or pictures or embedders:
            security = security_headers(
                self._scripts, self.files.assets, self._hsts_seconds, style, pictures, embedders
            )
        headers = (*security, self._link(name))
        return prepare(path, page.encode(), HTML, cache_control, headers)

    def _link(self, page: str) -> tuple[str, str]:
        """Names what the page loads first, for proxies that send Early Hints."""
        styles = [f"<{it}>; rel=preload; as=style{self._cors}" for it in self.files.styles(page)]
        scripts = [f"<{it}>; rel=modulepreload{self._cors}" for it in self.files.scripts(page)]
        return "link", ", ".join([*styles, *scripts])
