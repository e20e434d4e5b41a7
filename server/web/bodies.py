"""Bodies of requests, within bounds."""

from __future__ import annotations

import asyncio

import orjson
from starlette.requests import ClientDisconnect, Request

from server.web.api import ApiError

BODY_SECONDS = 10.0
"""How long a body may take to come."""


async def read_body(request: Request, most: int) -> bytes:
    """The body of a request.

    Raises:
        ApiError: it has more than `most` bytes, or does not come in time.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > most:
                    raise ApiError(413, "too_large", f"the body has at most {most} bytes")
    except (TimeoutError, ClientDisconnect) as error:
        raise ApiError(408, "too_slow", "the body did not come in time") from error
    return bytes(body)


async def read_object(request: Request, most: int) -> dict[str, object]:
    """The JSON object in the body of a request; an empty body is an empty one.

    Raises:
        ApiError: as `read_body`; or it is no JSON object.
    """
    body = await read_body(request, most)
    try:
        content = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError as error:
        raise ApiError(400, "bad_request", "the body is no JSON") from error
    if not isinstance(content, dict):
        raise ApiError(400, "bad_request", "the body is no JSON object")
    return content
