"""Plain requests to the service, and how long a finished work may take to be readable."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from typing import Any

from tests.service import Service


def _get(url: str) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            kind = answer.headers.get("content-type", "")
            return answer.status, kind, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("content-type", ""), error.read().decode()


async def get(service: Service, path: str) -> tuple[int, str, str]:
    """Status, content type and body."""
    return await asyncio.to_thread(_get, service.url + path)


async def get_json(service: Service, path: str, status: int = 200) -> dict[str, Any]:
    """The body of a JSON answer, which must have this status."""
    found, kind, body = await get(service, path)
    assert (found, kind) == (status, "application/json"), body
    content: dict[str, Any] = json.loads(body)
    return content


async def error_of(service: Service, path: str, status: int) -> str:
    """The code of an error in the API's one shape."""
    content = await get_json(service, path, status)
    assert set(content) == {"error"}
    assert set(content["error"]) == {"code", "message"}
    assert content["error"]["message"]
    return str(content["error"]["code"])
