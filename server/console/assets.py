"""Style sheets and scripts of the console, in memory, at addresses with a hash of all of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.web.locations import STATIC

_FOLDER = Path(__file__).with_name("assets")
_VENDORED = STATIC / "vendor" / "lean-qr" / "lean-qr.js"

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}

_FOR_EVER = "private, max-age=31536000, immutable"


class Assets:
    """The files of `assets`, and what draws QR codes.

    Scripts may import each other by relative addresses.
    """

    def __init__(self, base: str) -> None:
        """Read them all; `base` is the console's address."""
        self._files = {
            path.name: path.read_bytes()
            for path in (*sorted(_FOLDER.iterdir()), _VENDORED)
            if path.suffix in _KINDS
        }
        content = hashlib.sha256()
        for name, body in self._files.items():
            content.update(name.encode() + b"\0" + body)
        self._version = content.hexdigest()[:10]
        self._address = f"{base}/assets/{self._version}"

    def address(self, name: str) -> str:
        """The address of a file.

        Raises:
            KeyError: there is none of this name.
        """
        if name not in self._files:
            raise KeyError(name)
        return f"{self._address}/{name}"

    def route(self) -> Route:
        """The route of all files; one need not be signed in."""
        return Route("/assets/{version}/{name}", self._answer)

    async def _answer(self, request: Request) -> Response:
        name = request.path_params["name"]
        if request.path_params["version"] != self._version or name not in self._files:
            raise HTTPException(404)
        kind = _KINDS[Path(name).suffix]
        headers = {"Cache-Control": _FOR_EVER}
        return Response(self._files[name], media_type=kind, headers=headers)
