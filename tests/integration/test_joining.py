"""How one gets a seat, invites a friend, and gives the seat up again."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Connect
from tests.integration.protocol_client import JSON
from tests.integration.relays import INK, finish, invite, open_room, sit_down, write


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
