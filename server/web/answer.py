"""Answers requests with prepared responses."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from server.prepared.negotiation import Conditions, choose_encoding, negotiate
from server.prepared.response import PreparedResponse


def answer(response: PreparedResponse, request: Request, status: int = 200) -> Response:
    """The whole, a range of it, or 304; only the whole where `status` is another than 200."""
    asked = request.headers
    encoding = choose_encoding(asked.get("accept-encoding", ""), response)
    conditions = Conditions()
    if status == HTTPStatus.OK:
        conditions = Conditions(
            asked.get("if-none-match", ""), asked.get("range", ""), asked.get("if-range", "")
        )
    if request.method == "HEAD":
        conditions = conditions.without_range()
    found, headers, body = negotiate(response, encoding, conditions)
    return Response(body, status if found is HTTPStatus.OK else found, dict(headers))
