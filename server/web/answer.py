"""Answers requests with prepared responses."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.prepared.negotiation import byte_range, choose_encoding, is_unchanged
from server.prepared.response import PreparedResponse


def answer(response: PreparedResponse, request: Request, status: int = 200) -> Response:
    """The whole, a range of it, or 304; only the whole where `status` is another than 200."""
    asked = request.headers
    encoding = choose_encoding(asked.get("accept-encoding", ""), response)
    if status == 200:
        if is_unchanged(asked.get("if-none-match", ""), response):
            return _made(response, 304, b"", response.headers_of(encoding))
        part = byte_range(asked.get("range", ""), asked.get("if-range", ""), response)
        if part is not None:
            return _partial(response, part)
    return _made(response, status, response.bodies[encoding], response.headers_of(encoding))


def _partial(response: PreparedResponse, part: range) -> Response:
    whole = response.bodies["identity"]
    headers = response.headers_of("identity")
    if not part:
        return _made(response, 416, b"", [*headers, ("content-range", f"bytes */{len(whole)}")])
    place = f"bytes {part.start}-{part.stop - 1}/{len(whole)}"
    body = whole[part.start : part.stop]
    return _made(response, 206, body, [*headers, ("content-range", place)])


def _made(
    response: PreparedResponse, status: int, body: bytes, headers: list[tuple[str, str]]
) -> Response:
    made = Response(body, status, dict(headers))
    if status == 304:
        del made.headers["content-type"]
    return made


class PreparedAnswers:
    """Answers what has a prepared response, and leaves the rest to an application."""

    def __init__(
        self, app: ASGIApp, prepared: Mapping[str, PreparedResponse], base_path: str
    ) -> None:
        """Requests have `base_path` in front of the paths of `prepared`."""
        self._app = app
        self._prepared = {base_path + path: response for path, response in prepared.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD."""
        response = self._prepared.get(scope["path"])
        if response is None or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
        else:
            await answer(response, Request(scope))(scope, receive, send)
