"""Plain requests to the service, and how long a finished work may take to be readable."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from html.parser import HTMLParser
from typing import Any, NamedTuple

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


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


def _ask(url: str, headers: dict[str, str]) -> Answer:
    try:
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found = {key.lower(): value for key, value in answer.headers.items()}
            return Answer(answer.status, found, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            found = {key.lower(): value for key, value in error.headers.items()}
            return Answer(error.code, found, error.read())


async def ask(service: Service, path: str, **headers: str) -> Answer:
    """Ask for a path; keywords are headers, `_` for `-`."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return await asyncio.to_thread(_ask, service.url + path, named)


def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any], str]:
    request = urllib.request.Request(url, body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read()), ""
    except urllib.error.HTTPError as error:
        with error:
            content = json.loads(error.read())
            return error.code, content, error.headers.get("www-authenticate", "")


async def post(
    service: Service, path: str, body: bytes = b"", token: str = ""
) -> tuple[int, dict[str, Any], str]:
    """Status, content and the challenge of an answer."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return await asyncio.to_thread(_post, service.url + path, body, headers)


class Head(HTMLParser):
    """A page's title, the first meta tag of each name, and the alternate versions by type."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.title = ""
        self.meta: dict[str, str] = {}
        self.alternates: dict[str, str] = {}
        self._in_title = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._in_title = tag == "title"
        if name := values.get("property") or values.get("name"):
            self.meta.setdefault(name, values.get("content") or "")
        if values.get("rel") == "alternate":
            self.alternates[values.get("type") or ""] = values.get("href") or ""

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
            self._in_title = False
