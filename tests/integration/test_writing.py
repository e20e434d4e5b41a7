"""What the protocol says of what a writer sends: live ink, what is taken back, and commits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.conftest import Connect
from tests.integration.protocol_client import JSON, MSGPACK, Peer
from tests.integration.relays import DOT, INK, finish, meet, open_room, sit_down, write

TOO_MUCH = [0] * (4_096 + 1) * 4


# ink, undo, react ---------------------------------------------------------------------------------


async def fence(sender: Peer, receiver: Peer) -> None:
    """Everything the sender sent before has reached the receiver, if it was to reach anybody."""
    await sender.send("react", room=sender.room, e="fan")
    await receiver.expect("react", room=sender.room, e="fan")


INKS: list[dict[str, Any]] = [
    {"c": 0, "s": 0, "p": [4095, 0, 60_000, 255, -4095, 4095, 7, -254]},
    {"c": 0, "s": 0, "p": [1, -1, 9, 1], "end": True},
    {"c": 0, "s": 1, "p": [*DOT, *[0, 0, 1, 0] * 500]},
    {"c": 0, "s": 1, "p": [5, -5, 60_000, 0]},
    {"c": 0, "s": 1, "p": [0, 0, 0, 0], "end": False},
]


@pytest.mark.parametrize("readers", [MSGPACK, JSON], ids=["to-msgpack", "to-json"])
@pytest.mark.parametrize("writers", [MSGPACK, JSON], ids=["msgpack", "json"])
async def test_live_ink_reaches_the_partner_as_sent(
    connect: Connect, writers: str, readers: str
) -> None:
    seats = await connect(writers), await connect(readers)
    await meet(seats)
    for keys in INKS:
        await seats[0].send("ink", room=seats[0].room, **keys)
        assert await seats[1].next() == {"t": "ink", "room": seats[0].room} | keys
    await seats[0].send("undo", room=seats[0].room, c=0, s=1)
    assert await seats[1].next() == {"t": "undo", "room": seats[0].room, "c": 0, "s": 1}
    await finish(seats, 0, 2)


@pytest.mark.parametrize("t", ["ink", "undo"])
async def test_ink_and_undo_out_of_turn_are_dropped_without_a_word(
    connect: Connect, t: str
) -> None:
    seats = await sit_down(connect)
    stranger = await connect()
    keys = {"s": 0} | ({"p": DOT} if t == "ink" else {})
    room = seats[0].room
    for c in (0, 1, 5):
        await seats[1].send(t, room=room, c=c, **keys)
        await stranger.send(t, room=room, c=c, **keys)
    await seats[0].send(t, room=room, c=1, **keys)
    await seats[0].send(t, room="nonsense", c=0, **keys)
    await stranger.expect_silence()
    await fence(seats[0], seats[1])
    await fence(seats[1], seats[0])
    await write(seats, 0)
    await seats[0].send(t, room=room, c=0, **keys)
    await fence(seats[0], seats[1])
    await finish(seats, 1, 2)
    await seats[1].send(t, room=room, c=1, **keys)
    await seats[1].expect_silence()
    await seats[0].expect_silence()


async def test_ink_of_one_room_is_seen_in_no_other(connect: Connect) -> None:
    seats, others = await sit_down(connect), await sit_down(connect)
    await seats[0].send("ink", room=seats[0].room, c=0, s=0, p=DOT)
    await seats[0].send("ink", room=others[0].room, c=0, s=0, p=DOT)
    await seats[1].expect("ink")
    await fence(seats[0], seats[1])
    for peer in others:
        await peer.expect_silence()


async def test_ink_written_while_waiting_goes_nowhere(connect: Connect) -> None:
    seats = await connect(), await connect()
    room = await open_room(seats[0])
    await seats[0].send("ink", room=room, c=0, s=0, p=DOT, end=True)
    await seats[0].expect_silence()
    await seats[1].send("join")
    await seats[1].expect("matched", room=room)
    await seats[0].expect("matched", room=room)
    await fence(seats[0], seats[1])


@pytest.mark.parametrize("p", [[], [1], [1, 2, 3], [*DOT, 5], TOO_MUCH], ids=len)
async def test_live_ink_is_whole_points(connect: Connect, p: list[int]) -> None:
    seats = await sit_down(connect)
    await seats[0].send("ink", room=seats[0].room, c=0, s=0, p=p)
    await seats[0].expect("error", code="bad_ink", re="ink")
    await fence(seats[0], seats[1])


OUTSIDE: list[Any] = [
    pytest.param([4096, 0, 0, 9], id="x-above"),
    pytest.param([-1, 0, 0, 9], id="x-below"),
    pytest.param([0, 60_000, 0, 9], id="y-above"),
    pytest.param([0, -1, 0, 9], id="y-below"),
    pytest.param([0, 0, 0, 0], id="no-nib"),
    pytest.param([0, 0, 0, 256], id="nib-above"),
    pytest.param([0, 0, 60_001, 9], id="too-long-a-pause"),
    pytest.param([4000, 0, 0, 9, 96, 0, 9, 0], id="a-later-point"),
]


@pytest.mark.parametrize("wire", [MSGPACK, JSON], ids=["msgpack", "json"])
@pytest.mark.parametrize("p", OUTSIDE)
async def test_a_stroke_that_begins_outside_the_grid_is_refused(
    connect: Connect, wire: str, p: list[int]
) -> None:
    seats = await connect(wire), await connect()
    await meet(seats)
    await seats[0].send("ink", room=seats[0].room, c=0, s=0, p=DOT, end=True)
    await seats[1].expect("ink", s=0)
    await seats[0].send("ink", room=seats[0].room, c=0, s=1, p=p)
    await seats[0].expect("error", code="bad_ink", re="ink")
    await fence(seats[0], seats[1])


async def test_only_the_first_part_of_a_stroke_is_absolute(connect: Connect) -> None:
    seats = await sit_down(connect)
    keys: dict[str, Any] = {"room": seats[0].room, "c": 0, "s": 0}
    await seats[0].send("ink", p=DOT, **keys)
    await seats[1].expect("ink", p=DOT)
    await seats[0].send("ink", p=[-5, -5, 16, -1], **keys)
    await seats[1].expect("ink", p=[-5, -5, 16, -1])
    for wrong in ([5_000, 0, 16, 0], [0, 0, 5_000, 256]):
        await seats[0].send("ink", p=wrong, **keys)
        await seats[0].expect("error", code="bad_ink", re="ink")
    await seats[0].send("ink", p=[5, 5, 5_000, 1], **keys)
    await seats[1].expect("ink", p=[5, 5, 5_000, 1])
    await seats[0].send("undo", **keys)
    await seats[1].expect("undo", s=0)
    await seats[0].send("ink", p=[-5, -5, 16, -1], **keys)
    await seats[0].expect("error", code="bad_ink", re="ink")
    await fence(seats[0], seats[1])


async def test_strokes_that_have_begun_go_on_in_any_order(connect: Connect) -> None:
    seats = await sit_down(connect)
    keys: dict[str, Any] = {"room": seats[0].room, "c": 0}
    for s, p in ((0, DOT), (1, DOT), (0, [-5, 5, 8, 0]), (1, [5, -5, 8, 0])):
        await seats[0].send("ink", **keys, s=s, p=p)
        await seats[1].expect("ink", s=s, p=p)
    await seats[0].send("undo", **keys, s=1)
    await seats[1].expect("undo", s=1)
    await seats[0].send("ink", **keys, s=1, p=[-5, 5, 8, 0])
    await seats[0].expect("error", code="bad_ink", re="ink")


async def test_the_widest_nib_writes_on_after_a_return(connect: Connect) -> None:
    seats = await sit_down(connect)
    await seats[0].close()
    await seats[1].expect("partner", state="away")
    await seats[1].expect("turn")
    again = await connect(token=seats[0].welcome["token"])
    await seats[1].expect("partner", state="back")
    await seats[1].expect("turn")
    p = [100, 100, 4_096, 255]
    await again.send("ink", room=seats[1].room, c=0, s=0, p=p)
    await seats[1].expect("ink", p=p)


async def test_a_stroke_begun_alone_goes_on_when_a_partner_comes(connect: Connect) -> None:
    seats = await connect(), await connect()
    room = await open_room(seats[0])
    await seats[0].send("ink", room=room, c=0, s=2, p=DOT)
    await seats[0].expect_silence()
    await seats[1].send("join")
    await seats[1].expect("matched", room=room)
    await seats[0].expect("matched", room=room)
    await seats[0].send("ink", room=room, c=0, s=2, p=[-5, -5, 16, -1])
    await seats[1].expect("ink", p=[-5, -5, 16, -1])


async def test_bad_ink_is_no_bad_message(connect: Connect) -> None:
    seats = await sit_down(connect)
    for _ in range(12):
        await seats[0].send("ink", room=seats[0].room, c=0, s=0, p=[0, 0, 60_001, 9])
        await seats[0].expect("error", code="bad_ink", re="ink")
    await fence(seats[0], seats[1])


async def test_no_turn_is_so_late_that_its_number_is_ill_typed(connect: Connect) -> None:
    seats = await sit_down(connect)
    room = seats[0].room
    for peer in seats:
        await peer.send("ink", room=room, c=5_000, s=0, p=DOT)
        await peer.send("commit", room=room, c=5_000, strokes=INK)
        await peer.expect("error", code="not_your_turn", re="commit")
    await fence(seats[0], seats[1])


@pytest.mark.parametrize("e", ["clap", "heart", "fire", "smile", "fan"])
async def test_a_reaction_is_shown_to_the_partner(connect: Connect, e: str) -> None:
    seats = await sit_down(connect)
    for sender, receiver in (seats, seats[::-1]):
        await sender.send("react", room=sender.room, e=e)
        assert await receiver.next() == {"t": "react", "room": sender.room, "e": e}


@pytest.mark.parametrize("e", ["", "Clap", "hello there", "❤"])
async def test_there_is_no_free_text(connect: Connect, e: str) -> None:
    seats = await sit_down(connect)
    await seats[0].send("react", room=seats[0].room, e=e)
    await seats[0].expect("error", code="bad_message", re="react")
    await fence(seats[0], seats[1])


# commit -------------------------------------------------------------------------------------------

FAR = [4095, 4095, 0, 255]
GOOD_INK: list[Any] = [
    pytest.param([DOT], id="a-dot"),
    pytest.param([DOT] * 64, id="64-strokes"),
    pytest.param([DOT + [0, 0, 0, 0] * 4_095], id="4096-points"),
    pytest.param([[0, 0, 60_000, 1, 4095, 4095, 60_000, 254, -4095, -4095, 0, -254]], id="corners"),
    pytest.param([FAR, FAR], id="each-stroke-begins-anew"),
]

BAD_INK: list[Any] = [
    pytest.param([], id="no-strokes"),
    pytest.param([DOT] * 65, id="65-strokes"),
    pytest.param([DOT + [0, 0, 0, 0] * 4_096], id="4097-points"),
    pytest.param([DOT * 100] * 41, id="4100-points-in-41-strokes"),
    pytest.param([DOT, []], id="an-empty-stroke"),
    pytest.param([[*DOT, 1]], id="a-part-of-a-point"),
    pytest.param([[1, 2, 3]], id="three-numbers"),
    pytest.param([[-1, 0, 0, 1]], id="x-below"),
    pytest.param([[4096, 0, 0, 1]], id="x-above"),
    pytest.param([[0, -1, 0, 1]], id="y-below"),
    pytest.param([[0, 4096, 0, 1]], id="y-above"),
    pytest.param([DOT, [4000, 0, 0, 9] + [50, 0, 1, 0] * 2], id="x-off-the-grid-by-sum"),
    pytest.param([[0, 90, 0, 9] + [0, -60, 1, 0] * 2 + [0, 100, 1, 0]], id="y-off-for-a-moment"),
    pytest.param([[0, 0, -1, 1]], id="dt-below"),
    pytest.param([[0, 0, 60_001, 1]], id="dt-above"),
    pytest.param([[*DOT, 0, 0, 60_001, 0]], id="dt-above-in-a-later-point"),
    pytest.param([[0, 0, 0, 0]], id="w-0"),
    pytest.param([[0, 0, 0, 256]], id="w-256"),
    pytest.param([[0, 0, 0, 200, 0, 0, 1, 56]], id="w-above-by-sum"),
    pytest.param([[0, 0, 0, 9, 0, 0, 1, -9]], id="w-0-by-sum"),
    pytest.param([[2**63 - 1, 0, 0, 1, -(2**63), 0, 0, 0]], id="huge-numbers"),
]


@pytest.mark.parametrize("strokes", GOOD_INK)
async def test_ink_at_the_limits_is_taken_as_it_is(
    connect: Connect, strokes: list[list[int]]
) -> None:
    seats = await connect(MSGPACK), await connect(JSON)
    await meet(seats)
    await seats[0].send("commit", room=seats[0].room, c=0, strokes=strokes)
    for peer in seats:
        await peer.expect("committed", c=0, seat=0, strokes=strokes)
        await peer.expect("turn", c=1, seat=1)
    await finish(seats, 1, 2)


@pytest.mark.parametrize("strokes", BAD_INK)
async def test_ink_beyond_the_limits_is_refused(connect: Connect, strokes: list[list[int]]) -> None:
    host = await connect()
    room = await open_room(host)
    await host.send("commit", room=room, c=0, strokes=strokes)
    await host.expect("error", code="bad_ink", re="commit")
    await host.send("commit", room=room, c=0, strokes=INK)
    await host.expect("committed", c=0, strokes=INK)


async def test_only_the_turn_holder_commits(connect: Connect) -> None:
    seats = await sit_down(connect, "xiangxin-ziji")
    stranger = await connect()
    room = seats[0].room
    for peer, c in ((seats[1], 0), (seats[1], 1), (seats[0], 1), (seats[0], 2), (stranger, 0)):
        await peer.send("commit", room=room, c=c, strokes=INK)
        await peer.expect("error", code="not_your_turn", re="commit")
    await write(seats, 0)
    await seats[1].send("commit", room=room, c=0, strokes=INK)
    await seats[1].expect("error", code="not_your_turn", re="commit")
    await finish(seats, 1, 4)


async def test_a_commit_to_no_room_is_refused(connect: Connect) -> None:
    peer = await connect()
    await peer.send("commit", room="nonsense", c=0, strokes=INK)
    await peer.expect("error", code="no_such_room", re="commit")


async def test_the_same_commit_again_is_answered_again_and_changes_nothing(
    connect: Connect,
) -> None:
    seats = await sit_down(connect)
    room = seats[0].room
    await write(seats, 0)
    await seats[0].send("commit", room=room, c=0, strokes=INK)
    await seats[0].expect("committed", room=room, c=0, seat=0, strokes=INK)
    await seats[0].expect("turn", c=1, seat=1)
    await seats[0].send("commit", room=room, c=0, strokes=[DOT])
    await seats[0].expect("committed", room=room, c=0, seat=0, strokes=INK)
    await seats[0].expect("turn", c=1, seat=1)
    done = await finish(seats, 1, 2)
    await seats[1].send("commit", room=room, c=1, strokes=INK)
    await seats[1].expect("committed", room=room, c=1, seat=1, strokes=INK)
    again = await seats[1].expect("completed", work=done[1]["work"], serial=done[1]["serial"])
    assert again["counters"]["relays"] == done[1]["counters"]["relays"]
    await seats[0].send("commit", room=room, c=0, strokes=INK)
    await seats[0].expect("committed", room=room, c=0, seat=0, strokes=INK)
    await seats[0].expect_silence()  # the end has been told
    await seats[0].expect_silence()


async def test_two_commits_at_once_count_once(connect: Connect) -> None:
    seats = await sit_down(connect)
    for _ in range(2):
        await seats[0].send("commit", room=seats[0].room, c=0, strokes=INK)
    await seats[1].expect("committed", c=0)
    await seats[1].expect("turn", c=1)
    await seats[1].expect_silence()
