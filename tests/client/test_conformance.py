"""The conformance suite passes on the real service, and fails behind a proxy that breaks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from urllib.request import urlopen

import pytest
from jielong.codec import Codec
from jielong.conformance import CHECKS, Outcome, run
from jielong.conformance.command import command
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from tests.service import Service, free_port

Message = dict[str, Any]
Mutate = Callable[[Message], Message]
"""What becomes of a message of the server."""


async def outcomes(url: str, *only: str) -> list[Outcome]:
    return [outcome async for outcome in run(url, only=only)]


async def test_the_service_keeps_every_promise(shared: Service) -> None:
    found = await outcomes(shared.ws_url)
    assert [outcome.name for outcome in found] == [check.name for check in CHECKS]
    assert [(it.name, it.result, it.why) for it in found if it.result != "pass"] == []


def changed(t: str, /, **keys: object) -> Mutate:
    """Messages of this type get other values."""
    return lambda message: message | keys if message["t"] == t else message


CAMPAIGNS = """
[[campaign]]
id = "default"
relays = ["write", "pledge"]
organiser = { name = "Green Hills" }
pledge = [{ id = "tea", text = "Drink tea" }]
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A campaign with everything that is tested."""
    file = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    file.write_text(CAMPAIGNS)
    return {"campaigns": file}


BROKEN: dict[str, Mutate] = {
    "subprotocol-msgpack": changed("welcome", t="pong"),
    "welcome": changed("welcome", phrases=[]),
    "hello-first": changed("error", code="closed"),
    "forged-token": changed("welcome", participant="always the same"),
    "unknown-type": changed("error", re=None),
    "unknown-keys": changed("pong", n=8),
    "ten-bad-messages": lambda message: message,  # and its closing code is another one
    "waiting": changed("waiting", committed=[[[1, 1, 1, 1]]]),
    "invite": changed("matched", seat=1),
    "not-your-turn": changed("error", code="bad_message"),
    "committed": changed("committed", strokes=[[1, 1, 1, 1]]),
    "bad-ink": changed("error", code="not_your_turn"),
    "ink": changed("ink", s=1),
    "stale-ink": lambda message: message | {"t": "ink"} if message["t"] == "pong" else message,
    "react": changed("react", e="fan"),
    "partner-left": changed("partner", state="away"),
    "resume": changed("welcome", resume=None),
    "away-and-back": changed("partner", ms=None),
    "serials": changed("completed", serial=5),
    "pledge": changed("pledged", number=0),
    "pledge-numbers": changed("pledged", number=1),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_promise_is_found(shared: Service, name: str) -> None:
    async with proxy(shared.ws_url, BROKEN[name]) as url:
        found = await outcomes(url, name)
    assert [(it.name, it.result) for it in found] == [(name, "fail")]
    assert found[0].why


async def test_the_command_tells_what_it_found(shared: Service) -> None:
    said: list[str] = []
    assert await command(shared.ws_url, None, ["ping", "hello"], False, said.append) == 0
    assert said[0].startswith("pass    hello/welcome")
    assert said[-1].startswith("8 passed, 0 failed, 0 skipped")
    said.clear()
    async with proxy(shared.ws_url, changed("pong", n=8)) as url:
        assert await command(url, None, ["ping"], True, said.append) == 1
        report = json.loads(said[0])
        assert (report["url"], report["passed"]) == (url, False)
        assert report["checks"][0]["result"] == "fail"


async def test_a_campaign_that_is_not_there_fails(shared: Service) -> None:
    found = [it async for it in run(shared.ws_url, campaign="nonsense", only=["ping"])]
    assert found[0].result == "fail"
    assert "no_such_campaign" in found[0].why


async def test_what_cannot_be_run_is_told() -> None:
    said: list[str] = []
    assert await command("ws://127.0.0.1:1/ws", None, ["nonsense"], False, said.append) == 2
    assert await command(f"ws://127.0.0.1:{free_port()}/ws", None, [], False, said.append) == 2
    for no_address in ("ws://[::1", "ws://127.0.0.1:99999/ws"):
        assert await command(no_address, None, [], False, said.append) == 2
    assert "there is no check nonsense" in said[0]
    assert "cannot connect" in said[1]


@asynccontextmanager
async def proxy(target: str, mutate: Mutate) -> AsyncIterator[str]:
    """A server that passes all on to `target`, mutates what it answers, and closes with 1000."""

    async def handle(near: ServerConnection) -> None:
        offered = [near.subprotocol] if near.subprotocol else None
        async with connect(target, subprotocols=offered, proxy=None) as far:
            codec = Codec("msgpack" if near.subprotocol == WIRES[0] else "json")
            await _pass_on(near, far, lambda frame: codec.encode(mutate(codec.decode(frame))))

    async def answer(near: ServerConnection, request: Request) -> Response | None:
        """Requests that are no handshake are passed on, too; the API's answers are all JSON."""
        if "Upgrade" in request.headers:
            return None
        url = target.replace("ws:", "http:", 1).removesuffix("/ws") + request.path
        body = await asyncio.to_thread(lambda: urlopen(url, timeout=10).read().decode())
        return near.respond(HTTPStatus.OK, body)

    async with serve(
        handle, "127.0.0.1", 0, subprotocols=WIRES, max_size=None, process_request=answer
    ) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"


WIRES = [Subprotocol("jielong.v1.msgpack"), Subprotocol("jielong.v1.json")]


async def _pass_on(
    near: ServerConnection,
    far: ClientConnection,
    answer: Callable[[bytes | str], bytes | str],
) -> None:
    async def to_client() -> None:
        async for frame in far:
            await near.send(answer(frame))

    async def to_server() -> None:
        async for frame in near:
            await far.send(frame)

    await _until_one_ends(to_client(), to_server())


async def _until_one_ends(*ways: Awaitable[None]) -> None:
    tasks = [asyncio.ensure_future(way) for way in ways]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        assert result is None or isinstance(result, ConnectionClosed | asyncio.CancelledError)
