"""Requests to the service's HTTP API, in a thread each."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .address import socket_url
from .exceptions import CannotConnect, Malformed

_SCHEMES = {"ws": "http", "wss": "https"}


class Answer(NamedTuple):
    """The status, the object in the body (empty without one), and the seconds of `Retry-After`."""

    status: int
    body: Mapping[str, Any]
    retry_after: int | None = None


def api_base(url: str) -> str:
    """The address below which the API is, for that of the socket or the service's base address.

    Raises:
        ValueError: the address of the socket does not end with "/ws".
    """
    parts = urlsplit(socket_url(url))
    if not parts.path.endswith("/ws"):
        raise ValueError(f"{url} does not end with /ws or /, so the API's address is not known")
    scheme = _SCHEMES.get(parts.scheme, parts.scheme)
    return f"{scheme}://{parts.netloc}{parts.path.removesuffix('/ws')}"


async def ask(
    method: str,
    url: str,
    body: object = None,
    token: str | None = None,
    timeout: float = 10.0,  # noqa: ASYNC109 - every wait of this package has one
) -> Answer:
    """Send one request, and return the answer, whatever its status.

    Args:
        method: e.g. "POST".
        url: the whole address.
        body: sent as JSON; nothing when None.
        token: a participant's, for `Authorization`.
        timeout: seconds.

    Raises:
        CannotConnect: there is no answer in time.
        Malformed: its body is no object in JSON.
    """
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    return await asyncio.to_thread(_open, request, timeout)


def _open(request: urllib.request.Request, timeout: float) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return _answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers, error.read())
    except OSError as error:
        raise CannotConnect(request.full_url, str(error)) from error


def _answer(status: int, headers: Message, body: bytes) -> Answer:
    try:
        content = json.loads(body or b"{}")
    except ValueError as error:
        raise Malformed(f"no JSON: {body[:80]!r}") from error
    if not isinstance(content, dict):
        raise Malformed(f"no object: {body[:80]!r}")
    after = headers.get("Retry-After", "")
    return Answer(status, content, int(after) if after.isdecimal() else None)
