"""What the protocol says of the messages of a client; `test_writing` has those of a writer."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import Connect
from tests.integration.http import error_of, get, get_json
from tests.integration.protocol_client import JSON, MSGPACK, open_peer
from tests.integration.relays import DOT, INK, finish, invite, open_room, sit_down, write
from tests.polling import eventually
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


# hello --------------------------------------------------------------------------------------------

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


# join, invite, leave ------------------------------------------------------------------------------


async def test_an_unknown_phrase_is_refused(connect: Connect) -> None:
    peer = await connect()
    await peer.send("join", phrase="nonsense")
    await peer.expect("error", code="no_such_phrase", re="join")
    await open_room(peer)


async def test_to_join_twice_is_answered_with_the_same_room(connect: Connect) -> None:
    seats = await connect(), await connect()
    room = await open_room(seats[0])
    await seats[0].send("join", phrase="xiangxin-ziji")
    again = await seats[0].expect("waiting", room=room, seat=0)
    assert again["phrase"]["id"] == "jiayou"
    await seats[1].send("join")
    await seats[1].send("join")
    await seats[1].expect("matched", room=room, seat=1)
    await seats[1].expect("matched", room=room, seat=1)
    await seats[0].expect("matched", room=room, seat=0)
    await finish(seats, 0, 2)


async def test_an_invited_friend_comes_and_nobody_else(connect: Connect) -> None:
    host, stranger, friend = await connect(), await connect(), await connect(JSON)
    room = await open_room(host)
    await host.send("invite", room=room)
    invited = await host.expect("invited", room=room)
    assert len(invited["code"]) >= 16
    assert invited["code"] in invited["url"]
    await stranger.send("join")
    other = await stranger.expect("waiting", seat=0)
    assert other["room"] != room
    await friend.send("join", invite=invited["code"])
    await friend.expect("matched", room=room, seat=1)
    await host.expect("matched", room=room, seat=0)
    await finish((host, friend), 0, 2)
    await stranger.expect_silence()


async def test_a_code_is_good_for_one_friend(connect: Connect) -> None:
    host, friend, late = await connect(), await connect(), await connect()
    room, code = await invite(host)
    await host.send("invite", room=room)
    await host.expect("invited", code=code)
    await friend.send("join", invite=code)
    await friend.expect("matched", room=room)
    await late.send("join", invite=code)
    await late.expect("error", code="no_such_room", re="join")
    await late.expect_silence()
    await friend.send("join", invite=code)
    await friend.expect("matched", room=room, seat=1)


async def test_a_code_leads_from_a_room_of_ones_own_to_no_other(connect: Connect) -> None:
    host, friend = await connect(), await connect()
    room, code = await invite(host)
    own = await open_room(friend)
    await friend.send("join", invite=code)
    await friend.expect("error", code="no_such_room", re="join")
    await friend.send("leave", room=own)
    await friend.send("join", invite=code)
    await friend.expect("matched", room=room, seat=1)
    await host.expect("matched", room=room, seat=0)


@pytest.mark.parametrize("code", ["", "nonsense", "x" * 128, "接龙"])
async def test_an_unknown_code_leads_nowhere(connect: Connect, code: str) -> None:
    peer = await connect()
    await peer.send("join", invite=code)
    await peer.expect("error", code="no_such_room", re="join")
    await open_room(peer)


async def test_the_code_of_a_room_that_was_left_leads_nowhere(connect: Connect) -> None:
    host, friend = await connect(), await connect()
    room, code = await invite(host)
    await host.send("leave", room=room)
    await host.expect_silence()
    await friend.send("join", invite=code)
    await friend.expect("error", code="no_such_room", re="join")


async def test_nobody_is_ones_own_friend(connect: Connect) -> None:
    host = await connect()
    room, code = await invite(host)
    await host.send("join", invite=code)
    await host.expect("waiting", room=room, seat=0)


async def test_only_who_waits_may_invite(connect: Connect) -> None:
    seats = await sit_down(connect)
    stranger = await connect()
    for peer in (*seats, stranger):
        await peer.send("invite", room=seats[0].room)
        await peer.expect("error", code="no_such_room", re="invite")
    await finish(seats, 0, 2)


async def test_one_who_stops_waiting_meets_nobody(connect: Connect) -> None:
    first, second = await connect(), await connect()
    room = await open_room(first)
    await first.send("leave", room=room)
    await first.expect_silence()
    await open_room(second)
    await first.expect_silence()


async def test_after_leaving_one_may_join_again(connect: Connect) -> None:
    peer = await connect()
    room = await open_room(peer)
    await peer.send("leave", room=room)
    assert await open_room(peer) != room


async def test_a_room_left_during_a_relay_is_offered_to_another(connect: Connect) -> None:
    seats = await sit_down(connect, "ni-zui-bang")
    await write(seats, 0)
    await seats[1].send("leave", room=seats[1].room)
    await seats[0].expect("partner", state="left")
    await seats[0].expect("turn", c=1, seat=1)
    third = await connect()
    await third.send("join")
    matched = await third.expect("matched", room=seats[0].room, seat=1, committed=[INK])
    assert matched["partner"]["here"] is True
    await seats[0].expect("matched", seat=0, committed=[INK])
    await finish((seats[0], third), 1, 3)


@pytest.mark.parametrize("t", ["leave", "react", "report", "invite"])
async def test_a_room_in_which_one_does_not_sit_is_no_such_room(connect: Connect, t: str) -> None:
    seats = await sit_down(connect)
    stranger = await connect()
    keys = {"react": {"e": "clap"}, "report": {"why": "other"}}.get(t, {})
    for room in (seats[0].room, "nonsense", ""):
        await stranger.send(t, room=room, **keys)
        await stranger.expect("error", code="no_such_room", re=t)
    await finish(seats, 0, 2)


# report, ping -------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["obscene", "idle", "other"])
async def test_a_reported_room_is_over_for_the_reporter_and_its_work_held_back(
    connect: Connect, shared: Service, why: str
) -> None:
    seats = await sit_down(connect, "ni-zui-bang")
    await write(seats, 0)
    await write(seats, 1)
    await seats[1].send("report", room=seats[1].room, why=why)
    await seats[0].expect("partner", state="left")
    await seats[0].expect("turn", c=2, seat=0)
    await seats[1].send("report", room=seats[1].room, why=why)
    await seats[1].expect("error", code="no_such_room", re="report")
    await seats[0].send("commit", room=seats[0].room, c=2, strokes=INK)
    await seats[0].expect("committed", c=2)
    work = (await seats[0].expect("completed"))["work"]
    assert await error_of(shared, f"/api/works/{work}", 404) == "no_such_work"
    listed = await get_json(shared, "/api/works?limit=100")
    assert work not in [entry["id"] for entry in listed["works"]]


async def test_a_finished_work_may_still_be_reported_by_who_wrote_it(
    connect: Connect, shared: Service
) -> None:
    seats = await sit_down(connect)
    stranger = await connect()
    work = (await finish(seats, 0, 2))[0]["work"]
    assert (await get_json(shared, f"/api/works/{work}"))["id"] == work
    await stranger.send("report", room=work, why="other")
    await stranger.expect("error", code="no_such_room", re="report")
    assert (await get_json(shared, f"/api/works/{work}"))["id"] == work
    await seats[1].send("report", room=work, why="obscene")

    async def held_back() -> bool:
        return (await get(shared, f"/api/works/{work}"))[0] == 404

    await eventually(held_back)
    listed = await get_json(shared, "/api/works?limit=100")
    assert work not in [entry["id"] for entry in listed["works"]]
    assert await error_of(shared, f"/api/works/{work}", 404) == "no_such_work"


async def test_a_report_in_the_moment_of_the_last_commit_holds_the_work_back(
    connect: Connect, shared: Service
) -> None:
    seats = await sit_down(connect)
    await write(seats, 0)
    shared.process.send_signal(signal.SIGSTOP)  # it finds both in one pass
    try:
        await seats[1].send("commit", room=seats[1].room, c=1, strokes=INK)
        await seats[0].send("report", room=seats[0].room, why="obscene")
    finally:
        shared.process.send_signal(signal.SIGCONT)
    while (told := await seats[1].next())["t"] != "completed":
        pass

    async def held_back() -> bool:
        return (await get(shared, f"/api/works/{told['work']}"))[0] == 404

    await eventually(held_back)
    await seats[0].expect_silence()


@pytest.mark.parametrize("n", [0, 1, -1, 2**53, -(2**53), 2**63 - 1, -(2**63)])
async def test_pong_has_the_number_of_its_ping(connect: Connect, n: int) -> None:
    peer = await connect(JSON)
    await peer.send("ping", n=n)
    assert await peer.next() == {"t": "pong", "n": n}


async def test_ping_needs_no_number(connect: Connect) -> None:
    peer = await connect()
    await peer.send("ping")
    assert await peer.next() == {"t": "pong"}


# How much one may send ----------------------------------------------------------------------------


async def test_more_than_a_burst_of_messages_is_slowed_down(connect: Connect) -> None:
    peer = await connect()
    count = 60
    for n in range(count):
        await peer.send("ping", n=n)
    told = [await peer.next() for _ in range(count)]
    allowed = [message["n"] for message in told if message["t"] == "pong"]
    refused = [message for message in told if message["t"] != "pong"]
    assert 28 <= len(allowed) <= 40
    assert allowed[:25] == list(range(25))
    for error in refused:
        assert (error["t"], error["code"], error["re"]) == ("error", "slow_down", "ping")
        assert 1 <= error["retry_ms"] <= 1_000
    await asyncio.sleep(refused[-1]["retry_ms"] / 1_000)
    await peer.expect_silence()


async def test_more_than_a_burst_of_ink_is_slowed_down_with_few_words(connect: Connect) -> None:
    seats = await sit_down(connect)
    count = 1_000
    for s in range(count):
        await seats[0].send("ink", room=seats[0].room, c=0, s=s, p=DOT)
    await seats[0].send("ping", n=5)
    answers = 0
    while (told := await seats[0].next())["t"] == "error":
        assert (told["code"], told["re"]) == ("slow_down", "ink")
        assert 1 <= told["retry_ms"] <= 1_000
        answers += 1
    assert told == {"t": "pong", "n": 5}
    assert 1 <= answers <= 10
    await seats[0].send("react", room=seats[0].room, e="fan")
    seen = 0
    while (told := await seats[1].next())["t"] == "ink":
        seen += 1
    assert told["t"] == "react"
    assert 110 <= seen < 600


async def test_the_limits_are_those_of_one_connection(connect: Connect) -> None:
    flood, other = await connect(), await connect()
    for n in range(60):
        await flood.send("ping", n=n)
    for n in range(20):
        await other.send("ping", n=n)
        await other.expect("pong", n=n)
