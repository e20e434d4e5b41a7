"""The bundle in `static/bundle`: files whose names have the hash of their content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from server.prepared.response import Encoding, PreparedResponse, prepare
from server.web.page_files import content_type_of

FOREVER = "public, max-age=31536000, immutable"

ASSET_HEADERS = (
    ("access-control-allow-origin", "*"),
    ("cross-origin-resource-policy", "cross-origin"),
    ("x-content-type-options", "nosniff"),
)
"""A page may load assets from another host, by `JIELONG_ASSETS_URL`."""

_PACKED: dict[str, Encoding] = {".gz": "gzip", ".br": "br", ".zst": "zstd"}
_NOT_ASSETS = {"manifest.json", "service-worker.js", "embed.js"}
_HOME, _OFFLINE = "home", "offline"


class _Page(msgspec.Struct):
    style: str
    inline: list[str]
    script: str
    chunks: list[str]


class _Manifest(msgspec.Struct):
    """What `scripts/bundle/bundle.mjs` writes; `sources` is the hash of what it has read."""

    sources: str
    pages: dict[str, _Page]
    files: dict[str, str]
    later: list[str]
    rest: str


class BundledFiles:
    """The files of the bundle; see `PageFiles`."""

    def __init__(self, folder: Path, assets: str) -> None:
        """Read the manifest.

        Args:
            folder: the bundle.
            assets: the address that browsers know it by.

        Raises:
            OSError, msgspec.MsgspecError: there is no bundle, or it is damaged.
        """
        self._folder = folder
        self._manifest = msgspec.json.decode(
            (folder / "manifest.json").read_bytes(), type=_Manifest
        )
        self.assets = assets
        pages = self._manifest.pages
        self.inline: Mapping[str, list[str]] = {name: page.inline for name, page in pages.items()}
        names = set(self._manifest.later)
        for page in (pages[_HOME], pages[_OFFLINE]):
            names |= {page.style, page.script, *page.chunks}
        self.later: Sequence[str] = sorted(names)
        self.rest = self._manifest.rest

    def styles(self, page: str) -> list[str]:
        """The one style sheet."""
        return [f"{self.assets}/{self._manifest.pages[page].style}"]

    def scripts(self, page: str) -> list[str]:
        """The one script, if the page has any."""
        script = self._manifest.pages[page].script
        return [f"{self.assets}/{script}"] if script else []

    def modules(self, page: str) -> list[str]:
        """None: the script has all of them in it."""
        return []

    def asset(self, name: str) -> str:
        """The address of a file of `static`."""
        return f"{self.assets}/{self._manifest.files[name]}"

    def responses(self) -> list[PreparedResponse]:
        """One for each file."""
        names = sorted(path.name for path in self._folder.iterdir())
        whole = [n for n in names if Path(n).suffix not in _PACKED and n not in _NOT_ASSETS]
        return [self._response(name) for name in whole]

    def _response(self, name: str) -> PreparedResponse:
        path = self._folder / name
        packed = {
            coding: file.read_bytes()
            for ending, coding in _PACKED.items()
            if (file := path.with_name(name + ending)).exists()
        }
        return prepare(
            f"/assets/{name}",
            path.read_bytes(),
            content_type_of(name),
            FOREVER,
            ASSET_HEADERS,
            compressed=packed,
        )
