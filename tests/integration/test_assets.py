"""Documents and assets over HTTP: codings, versions, ranges, and what may be kept."""

from __future__ import annotations

import asyncio
import gzip
import re
from http.client import HTTPConnection, HTTPResponse

import pytest

from tests.integration.http import ask, error_of
from tests.service import Service

FOREVER = "public, max-age=31536000, immutable"
SCRIPT = re.compile(r'<script type="module" src="([^"]+)"')
SECONDS = 10.0


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"bundled": True}


async def script_of(service: Service) -> str:
    """The address of the first page's script."""
    (address,) = SCRIPT.findall((await ask(service, "/")).body.decode())
    return str(address)


async def request(
    service: Service, method: str, path: str, headers: dict[str, str]
) -> tuple[HTTPResponse, bytes]:
    def talk() -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", service.port, timeout=SECONDS)
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    return await asyncio.to_thread(talk)


async def test_an_asset_may_be_kept_for_ever_in_any_coding(shared: Service) -> None:
    path = await script_of(shared)
    plain = await ask(shared, path)
    assert plain.headers["cache-control"] == FOREVER
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    packed = await ask(shared, path, accept_encoding="gzip")
    assert gzip.decompress(packed.body) == plain.body
    sizes = [len(plain.body), len(packed.body)]
    for coding in ("zstd", "br"):
        answer = await ask(shared, path, accept_encoding=f"gzip, {coding}")
        assert answer.headers["content-encoding"] == coding
        assert answer.headers["vary"] == "Accept-Encoding"
        sizes.append(len(answer.body))
    assert sizes[3] == min(sizes)


async def test_whoever_has_a_document_is_told_so(shared: Service) -> None:
    for path in ("/", "/?campaign=default", "/gallery", "/wall"):
        document = await ask(shared, path, accept_encoding="gzip")
        again = await ask(shared, path, if_none_match=document.headers["etag"])
        assert (document.status, again.status, again.body) == (200, 304, b"")
        assert again.headers["cache-control"] == document.headers["cache-control"]


async def test_head_says_what_get_would(shared: Service) -> None:
    for path in ("/", await script_of(shared), "/sw.js", "/favicon.ico"):
        got, body = await request(shared, "GET", path, {})
        told, nothing = await request(shared, "HEAD", path, {})
        assert (told.status, nothing) == (200, b"")
        assert int(told.headers["content-length"]) == len(body)
        names = ("content-type", "etag", "cache-control", "accept-ranges")
        assert [told.headers[name] for name in names] == [got.headers[name] for name in names]


async def test_a_range_of_an_asset(shared: Service) -> None:
    path = await script_of(shared)
    whole = (await ask(shared, path)).body
    headers = {"Range": "bytes=10-19", "Accept-Encoding": "br"}
    part, body = await request(shared, "GET", path, headers)
    assert (part.status, body) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    assert "content-encoding" not in part.headers
    beyond, _ = await request(shared, "GET", path, {"Range": f"bytes={len(whole)}-"})
    assert beyond.status == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole)}"


async def test_an_asset_of_another_version_is_not_found(shared: Service) -> None:
    path = (await script_of(shared)).replace("home-", "home-0")
    assert await error_of(shared, path, 404) == "not_found"
