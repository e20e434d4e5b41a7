"""Files as they are served: compressed once, told apart by version, and nothing from outside."""

from __future__ import annotations

import gzip
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.types import Message

from server.prepared.response import COMPRESS_BYTES
from server.web.files import Files

MODULE = "export const a = 1;\n" * 100


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Asks an app whose folder holds a module, a small sheet, a picture and a page."""
    folder = tmp_path / "static"
    (folder / "js").mkdir(parents=True)
    (folder / "js" / "a.js").write_text(MODULE)
    (folder / "small.css").write_text("a{}")
    (folder / "seal.png").write_bytes(bytes(COMPRESS_BYTES * 2))
    (folder / "home.html").write_text("<p>")
    (tmp_path / "secret.js").write_text("secret")
    app = Starlette(routes=[Files("/static", folder).route()])

    async def get(path: str, **headers: str) -> Answer:
        sent: list[Message] = []
        pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
        scope = {
            "type": "http",
            "method": "GET",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": pairs,
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        async def send(message: Message) -> None:
            sent.append(message)

        await app(scope, receive, send)
        given = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
        return Answer(sent[0]["status"], given, b"".join(m.get("body", b"") for m in sent[1:]))

    return get


async def test_a_text_is_compressed_for_those_who_can_read_it(ask: Ask) -> None:
    packed = await ask("/static/js/a.js", accept_encoding="gzip, br")
    plain = await ask("/static/js/a.js")
    assert gzip.decompress(packed.body) == plain.body == MODULE.encode()
    assert len(packed.body) < COMPRESS_BYTES
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-type"] == "text/javascript; charset=utf-8"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/static/small.css", "/static/seal.png"])
async def test_what_compression_does_not_help_stays_as_it_is(ask: Ask, path: str) -> None:
    answer = await ask(path, accept_encoding="gzip")
    assert answer.status == 200
    assert "content-encoding" not in answer.headers


async def test_who_has_a_file_already_is_told_so_until_it_changes(ask: Ask, tmp_path: Path) -> None:
    tag = (await ask("/static/small.css")).headers["etag"]
    again = await ask("/static/small.css", if_none_match=tag)
    assert (again.status, again.body) == (304, b"")
    file = tmp_path / "static" / "small.css"
    changed = file.stat().st_mtime_ns + 1_000_000_000
    file.write_text("b{}")
    os.utime(file, ns=(changed, changed))
    anew = await ask("/static/small.css", if_none_match=tag)
    assert (anew.status, anew.body) == (200, b"b{}")


@pytest.mark.parametrize(
    "path",
    [
        "/static/none.js",
        "/static/js",
        "/static/home.html",
        "/static/%2e%2e/secret.js",
        "/static/%00",
        f"/static/{'a' * 300}",
        f"/static/{'a/' * 3_000}",
    ],
    ids=lambda path: path[:30],
)
async def test_nothing_else_is_found(ask: Ask, path: str) -> None:
    assert (await ask(path)).status == 404
