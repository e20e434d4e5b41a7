"""Static files, kept in memory and compressed once.

A first visit loads some fifty small files, so the cost of each one matters.
"""

from __future__ import annotations

import errno
import gzip
import mimetypes
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

COMPRESS_BYTES = 600
"""Smaller answers fit one packet as they are."""

_HIDDEN = {".html"}
"""Files that are served only as pages."""

_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_COMPRESSIBLE = ("text/", "image/svg+xml", "application/json", "application/manifest+json")


@dataclass(frozen=True, slots=True)
class Content:
    """The content of one address: its bytes, plain and compressed, and its ETag."""

    plain: bytes
    compressed: bytes | None
    kind: str
    tag: str

    @classmethod
    def of(cls, plain: bytes, kind: str) -> Content:
        """Make the content of `plain`, compressed if that saves enough."""
        worth_it = len(plain) >= COMPRESS_BYTES and kind.startswith(_COMPRESSIBLE)
        compressed = gzip.compress(plain, mtime=0) if worth_it else None
        return cls(plain, compressed, kind, f'"{sha256(plain).hexdigest()[:20]}"')

    def answer(self, request: Request, status: int = 200) -> Response:
        """Answer with the content, or with 304 if the browser has it. Browsers ask every time."""
        headers = {"Cache-Control": "no-cache", "ETag": self.tag, "Vary": "Accept-Encoding"}
        if status == 200 and self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        body = self.plain
        if self.compressed and "gzip" in request.headers.get("accept-encoding", ""):
            body = self.compressed
            headers["Content-Encoding"] = "gzip"
        return Response(body, status, headers, media_type=self.kind)


class Files:
    """The files of one folder under one address; a changed file is read anew."""

    def __init__(self, address: str, folder: Path) -> None:
        """Serve `folder` below `address`, which begins with a slash and does not end with one."""
        self._address = address
        self._folder = folder.resolve()
        self._kept: dict[Path, tuple[int, Content]] = {}

    def route(self) -> Route:
        """The route of all files."""
        return Route(f"{self._address}/{{path:path}}", self.answer)

    def route_of(self, name: str, address: str) -> Route:
        """The route of one file at another address."""

        async def answer(request: Request) -> Response:
            return self._content(self._folder / name).answer(request)

        return Route(address, answer)

    async def answer(self, request: Request) -> Response:
        """Answer with one file. Reading blocks as long as a small file takes, and only once."""
        path = self._find(request.path_params["path"])
        if path is None:
            raise HTTPException(404)
        return self._content(path).answer(request)

    def _find(self, name: str) -> Path | None:
        try:
            path = (self._folder / name).resolve()
            is_ours = path.is_relative_to(self._folder) and path.suffix not in _HIDDEN
            return path if is_ours and path.is_file() else None
        except ValueError:  # a NUL
            return None
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            return None

    def _content(self, path: Path) -> Content:
        changed = path.stat().st_mtime_ns
        kept = self._kept.get(path)
        if kept is None or kept[0] != changed:
            kind = _KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0]
            kept = (changed, Content.of(path.read_bytes(), kind or "application/octet-stream"))
            self._kept[path] = kept
        return kept[1]
