"""The sources for browsers, kept in memory; a changed file is read anew. For development."""

from __future__ import annotations

import errno
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.prepared.response import PreparedResponse, prepare
from server.web.answer import answer
from server.web.page_files import content_type_of
from server.web.pages import ASK_AGAIN

_HIDDEN = {".html"}
"""Files that are served only as pages."""


class Files:
    """The files of one folder under one address."""

    def __init__(self, address: str, folder: Path) -> None:
        """Serve `folder` below `address`, which begins with a slash and does not end with one."""
        self._address = address
        self._folder = folder.resolve()
        self._kept: dict[Path, tuple[int, PreparedResponse]] = {}

    def route(self) -> Route:
        """The route of all files."""
        return Route(f"{self._address}/{{path:path}}", self.answer)

    async def answer(self, request: Request) -> Response:
        """Answer with one file. Reading blocks as long as a small file takes, and only once."""
        path = self._find(request.path_params["path"])
        if path is None:
            raise HTTPException(404)
        return answer(self._response(path), request)

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

    def _response(self, path: Path) -> PreparedResponse:
        changed = path.stat().st_mtime_ns
        kept = self._kept.get(path)
        if kept is None or kept[0] != changed:
            kind = content_type_of(path.name)
            kept = (changed, prepare("", path.read_bytes(), kind, ASK_AGAIN))
            self._kept[path] = kept
        return kept[1]
