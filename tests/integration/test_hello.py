"""What `hello` is answered with, and who somebody is afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import Connect
from tests.integration.http import get_json
from tests.integration.protocol_client import JSON, MSGPACK, open_peer
from tests.integration.relays import DOT, INK
from tests.service import Service

CAMPAIGNS = """
[[campaign]]
id = "default"
title = "The default one"
open = true
locale = "zh-Hans"

[[campaign]]
id = "another"
title = "Another one"
open = true
locale = "en"
phrases = ["en-onward"]

[[campaign]]
id = "shut"
title = "Switched off"
open = false
locale = "zh-Hans"

[[campaign]]
id = "to-come"
title = "Not yet"
open = true
locale = "zh-Hans"
opens = 2999-01-01T00:00:00Z

[[campaign]]
id = "past"
title = "No more"
open = true
locale = "zh-Hans"
closes = 2020-01-01T00:00:00+08:00
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    path: Path = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    path.write_text(CAMPAIGNS)
    return {"campaigns": path}


BEFORE_HELLO: list[dict[str, object]] = [
    {"t": "join"},
    {"t": "invite", "room": "r"},
    {"t": "ink", "room": "r", "c": 0, "s": 0, "p": DOT},
    {"t": "undo", "room": "r", "c": 0, "s": 0},
    {"t": "commit", "room": "r", "c": 0, "strokes": INK},
    {"t": "react", "room": "r", "e": "clap"},
    {"t": "report", "room": "r", "why": "other"},
    {"t": "leave", "room": "r"},
    {"t": "ping", "n": 1},
]


@pytest.mark.parametrize("message", BEFORE_HELLO, ids=lambda message: message["t"])
async def test_nothing_goes_before_hello(shared: Service, message: dict[str, Any]) -> None:
    peer = await open_peer(shared)
    await peer.send(**message)
    await peer.expect("error", code="hello_first", re=message["t"])
    await peer.send("hello")
    await peer.expect("welcome")
    await peer.close()


async def test_hello_is_said_once(connect: Connect) -> None:
    peer = await connect()
    await peer.send("hello", token=peer.welcome["token"])
    await peer.expect("error", code="bad_message", re="hello")
    await peer.expect_silence()


@pytest.mark.parametrize("wire", [MSGPACK, JSON], ids=["msgpack", "json"])
async def test_welcome_tells_all_it_should(connect: Connect, wire: str) -> None:
    peer = await connect(wire, client="test 1.0", locale="zh-CN")
    welcome = peer.welcome
    assert welcome["campaign"] == {"id": "default", "title": "The default one", "open": True}
    assert set(welcome["counters"]) == {"relays", "participants", "online", "writing"}
    assert welcome["finished"] == []
    assert welcome.get("resume") is None
    assert len(welcome["participant"]) >= 16
    for phrase in welcome["phrases"]:
        assert set(phrase) == {"id", "text", "chars", "locale"}
        assert "".join(phrase["chars"]) == phrase["text"]
        assert 2 <= len(phrase["chars"]) <= 8


async def test_strangers_have_different_tokens_and_ids(connect: Connect) -> None:
    peers = [await connect() for _ in range(3)]
    assert len({peer.welcome["token"] for peer in peers}) == 3
    assert len({peer.welcome["participant"] for peer in peers}) == 3


@pytest.mark.parametrize("wire", [MSGPACK, JSON], ids=["msgpack", "json"])
async def test_a_token_resumes_the_participant_on_either_wire(connect: Connect, wire: str) -> None:
    first = await connect()
    await first.close()
    again = await connect(wire, token=first.welcome["token"])
    assert again.welcome["participant"] == first.welcome["participant"]


@pytest.mark.parametrize("forge", ["", "nonsense", "{id}", "{id}.AAAA", "{token}x", "接.龙"])
async def test_a_forged_token_makes_a_new_participant(connect: Connect, forge: str) -> None:
    victim = await connect()
    welcome = victim.welcome
    token = forge.format(id=welcome["participant"], token=welcome["token"])
    forger = await connect(token=token)
    assert forger.welcome["participant"] != welcome["participant"]
    await victim.expect_silence()


async def test_an_unknown_campaign_is_refused_and_hello_may_be_said_again(shared: Service) -> None:
    peer = await open_peer(shared)
    await peer.send("hello", campaign="nonsense")
    await peer.expect("error", code="no_such_campaign", re="hello")
    await peer.send("join")
    await peer.expect("error", code="hello_first", re="join")
    await peer.send("hello", campaign="another")
    assert (await peer.expect("welcome"))["campaign"]["id"] == "another"
    await peer.close()


async def test_each_campaign_offers_its_own_phrases(connect: Connect) -> None:
    peer = await connect(campaign="another", locale="ja")
    assert [phrase["id"] for phrase in peer.welcome["phrases"]] == ["en-onward"]
    await peer.send("join", phrase="jiayou")
    await peer.expect("error", code="no_such_phrase", re="join")
    await peer.send("join")
    assert (await peer.expect("waiting"))["phrase"]["id"] == "en-onward"


@pytest.mark.parametrize("campaign", ["shut", "to-come", "past"])
async def test_a_closed_campaign_welcomes_but_seats_nobody(
    connect: Connect, shared: Service, campaign: str
) -> None:
    peer = await connect(campaign=campaign)
    assert peer.welcome["campaign"]["open"] is False
    await peer.send("join")
    await peer.expect("error", code="closed", re="join")
    await peer.expect_silence()
    assert (await get_json(shared, f"/api/campaigns/{campaign}"))["open"] is False


@pytest.mark.parametrize("locale", ["", "-", "en-US", "zh_TW", "x" * 128, "\x00", "😀"])
async def test_any_locale_will_do(connect: Connect, locale: str) -> None:
    peer = await connect(locale=locale)
    await peer.send("join")
    await peer.expect("waiting")


async def test_messages_sent_before_welcome_came_are_obeyed_in_their_order(
    connect: Connect, shared: Service
) -> None:
    before = await connect()
    token = before.welcome["token"]
    await before.close()
    peer = await open_peer(shared)
    await peer.send("hello", token=token)
    await peer.send("ping", n=1)
    await peer.send("join", phrase="jiayou")
    await peer.expect("welcome")
    await peer.expect("pong", n=1)
    await peer.expect("waiting")
    await peer.quit()
