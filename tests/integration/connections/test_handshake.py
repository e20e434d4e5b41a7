"""Who may open a connection, and in which encoding."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.integration.connections.raw import FRIEND, say_hello
from tests.integration.protocol_client import JSON, MSGPACK, open_raw
from tests.service import Service

SUBPROTOCOLS = [
    pytest.param(MSGPACK, MSGPACK, id="messagepack"),
    pytest.param(JSON, JSON, id="json"),
    pytest.param(None, None, id="none-is-json"),
    pytest.param(f"chat, {JSON}", JSON, id="a-known-one-among-others"),
    pytest.param(f"{JSON}, {MSGPACK}", JSON, id="the-first-known-one"),
    pytest.param(f"{MSGPACK},{JSON}", MSGPACK, id="the-first-known-one-without-a-space"),
]


@pytest.mark.parametrize(("offered", "chosen"), SUBPROTOCOLS)
async def test_the_subprotocol_decides_the_encoding(
    shared: Service, offered: str | None, chosen: str | None
) -> None:
    raw = await open_raw(shared, offered)
    assert (raw.status, raw.accepted) == (101, True)
    assert raw.headers.get("sec-websocket-protocol") == chosen
    await say_hello(raw, chosen or JSON)
    await raw.close()


ACCEPTED: list[Any] = [
    pytest.param({"Connection": "keep-alive, Upgrade"}, id="as-firefox-asks"),
    pytest.param({"Connection": "upgrade", "Upgrade": "WebSocket"}, id="in-any-case"),
    pytest.param({"Sec-WebSocket-Extensions": "permessage-deflate"}, id="extension-not-taken"),
    pytest.param({"Origin": "http://{host}"}, id="same-origin"),
    pytest.param({"Origin": "HTTP://{host}"}, id="same-origin-in-capitals"),
    pytest.param(
        {"Origin": "https://page.example", "Host": "page.example"}, id="same-origin-behind-a-proxy"
    ),
    pytest.param({"Origin": None}, id="no-origin"),
    pytest.param({"Origin": FRIEND}, id="configured-origin"),
    pytest.param({"Origin": "http://other.example:8080"}, id="configured-origin-with-a-slash"),
    pytest.param({"Cookie": "a=" + "b" * 6_000}, id="long-cookie"),
]


@pytest.mark.parametrize("headers", ACCEPTED)
async def test_a_request_is_accepted(shared: Service, headers: dict[str, str | None]) -> None:
    host = f"127.0.0.1:{shared.port}"
    raw = await open_raw(
        shared, headers={k: v.replace("{host}", host) if v else v for k, v in headers.items()}
    )
    assert (raw.status, raw.accepted) == (101, True)
    assert "sec-websocket-extensions" not in raw.headers
    await say_hello(raw, JSON)
    await raw.close()


REFUSED: list[Any] = [
    pytest.param("/ws", {"Sec-WebSocket-Protocol": "chat"}, 400, id="unknown-subprotocol"),
    pytest.param("/ws", {"Sec-WebSocket-Protocol": "jielong.v2.json"}, 400, id="another-version"),
    pytest.param("/ws", {"Origin": "http://evil.example"}, 403, id="foreign-origin"),
    pytest.param("/ws", {"Origin": "null"}, 403, id="origin-null"),
    pytest.param("/ws", {"Origin": "http://127.0.0.1:1"}, 403, id="origin-on-another-port"),
    pytest.param("/ws", {"Origin": "http://x@y:z"}, 403, id="origin-that-is-none"),
    pytest.param("/ws", {"Origin": f"{FRIEND}.evil.example"}, 403, id="origin-with-a-tail"),
    pytest.param("/", {}, 404, id="wrong-path"),
    pytest.param("/ws/more", {}, 404, id="longer-path"),
    pytest.param("//[", {}, 404, id="no-url"),
    pytest.param("/ws", {"Sec-WebSocket-Version": "8"}, 426, id="version-8"),
    pytest.param("/ws", {"Sec-WebSocket-Version": None}, 426, id="no-version"),
    pytest.param("/ws", {"Connection": None}, 426, id="no-connection"),
]


@pytest.mark.parametrize(("path", "headers", "status"), REFUSED)
async def test_a_request_is_refused_in_the_shape_of_the_api(
    shared: Service, path: str, headers: dict[str, str | None], status: int
) -> None:
    raw = await open_raw(shared, path=path, headers=headers)
    assert raw.status == status
    error = json.loads(raw.body)["error"]
    assert set(error) == {"code", "message"}
    if status == 426:
        assert raw.headers["sec-websocket-version"] == "13"
        assert raw.headers["upgrade"] == "websocket"
    await raw.close()


@pytest.mark.parametrize("key", [None, "short", "not base64, really"])
async def test_a_request_without_a_proper_key_is_refused(shared: Service, key: str | None) -> None:
    raw = await open_raw(shared, headers={"Sec-WebSocket-Key": key})
    assert raw.status == 400
    assert set(json.loads(raw.body)["error"]) == {"code", "message"}
    await raw.close()


async def test_a_plain_request_is_told_to_upgrade(shared: Service) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        await asyncio.to_thread(urllib.request.urlopen, f"{shared.url}/ws", timeout=10)
    with refused.value as answer:
        assert (answer.code, answer.headers["Upgrade"]) == (426, "websocket")
        assert set(json.load(answer)["error"]) == {"code", "message"}
