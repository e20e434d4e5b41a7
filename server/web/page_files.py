"""The addresses of what a page loads: of the bundle, or of the sources."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from server.prepared.response import PreparedResponse
from server.web.locations import ROOT, STATIC
from server.web.modules import needed

_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


def content_type_of(name: str) -> str:
    """The content type of a file of this name."""
    kind = _KINDS.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    return kind or "application/octet-stream"


class PageFiles(Protocol):
    """What a page's template asks for.

    Attributes:
        assets: the address of the folder of assets, without a slash at its end.
        inline: by page, the classic scripts that stand in it.
        later: the names of the assets that the home page loads after its first view.
        rest: the name of the asset that holds most of them in one, by their names; or nothing.
    """

    assets: str
    inline: Mapping[str, list[str]]
    later: Sequence[str]
    rest: str

    def styles(self, page: str) -> list[str]:
        """The addresses of the page's style sheets."""
        ...

    def scripts(self, page: str) -> list[str]:
        """The addresses of the modules that the page starts."""
        ...

    def modules(self, page: str) -> list[str]:
        """The addresses of all modules that those import, to be loaded at once."""
        ...

    def asset(self, name: str) -> str:
        """The address of a file of `static`."""
        ...

    def responses(self) -> list[PreparedResponse]:
        """The answers of the assets."""
        ...


class _Parts(msgspec.Struct):
    """A page in `static/pages/pages.json`: names below `static/css` and `static/js`."""

    styles: list[str]
    scripts: list[str]
    inline: list[str]


class SourceFiles:
    """The sources as they are: a change is there with the next reload. For development."""

    later: Sequence[str] = ()
    rest = ""

    def __init__(self, base_path: str) -> None:
        """`base_path` is in front of every address."""
        self._base_path = base_path
        self._pages = msgspec.json.decode(
            (STATIC / "pages" / "pages.json").read_bytes(), type=dict[str, _Parts]
        )
        self.assets = f"{base_path}/assets"
        self.inline: Mapping[str, list[str]] = {
            name: [
                (STATIC / "js" / f"{script}.js").read_text(encoding="utf-8")
                for script in page.inline
            ]
            for name, page in self._pages.items()
        }

    def styles(self, page: str) -> list[str]:
        """See `PageFiles`, as for the others."""
        return [self.asset(f"css/{name}.css") for name in self._pages[page].styles]

    def scripts(self, page: str) -> list[str]:
        """The page's own modules."""
        return [self.asset(f"js/{name}.js") for name in self._pages[page].scripts]

    def modules(self, page: str) -> list[str]:
        """Those that they need, and they."""
        entries = tuple(STATIC / "js" / f"{name}.js" for name in self._pages[page].scripts)
        return [f"{self._base_path}/{module.relative_to(ROOT)}" for module in needed(entries)]

    def asset(self, name: str) -> str:
        """The address of a file of `static`."""
        return f"{self._base_path}/static/{name}"

    def responses(self) -> list[PreparedResponse]:
        """None: `files.Files` reads the sources when they are asked for."""
        return []
