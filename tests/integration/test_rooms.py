"""The life of rooms, with short times: who sits where, who is replaced, what is counted."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.integration.conftest import Connect
from tests.integration.http import get_json
from tests.integration.relays import INK, PHRASES, finish, meet, open_room, sit_down, write
from tests.integration.valkey import Valkey
from tests.integration.wire import JSON, MSGPACK, Message, Peer, greet
from tests.service import Service

TURN_MS, GRACE_MS, IDLE_MS = 2_000, 1_000, 300_000
SLACK_MS = 500
"""How much earlier than asked for a clock may have been read."""

CAMPAIGNS = 60


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    names = ["default", *(f"c{number}" for number in range(CAMPAIGNS))]
    path: Path = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    path.write_text("".join(f'[[campaign]]\nid = "{name}"\nlocale = "zh-Hans"\n' for name in names))
    return {
        "campaigns": path,
        "turn_seconds": TURN_MS / 1_000,
        "grace_seconds": GRACE_MS / 1_000,
    }


@pytest.fixture(scope="module")
def campaigns() -> Iterator[str]:
    return (f"c{number}" for number in range(CAMPAIGNS))


@pytest.fixture
def campaign(campaigns: Iterator[str]) -> str:
    """A campaign of the test's own: what others left behind is not met here."""
    return next(campaigns)


@pytest.fixture
async def connect(shared: Service, campaign: str) -> AsyncIterator[Connect]:
    peers: list[Peer] = []

    async def open_one(wire: str | None = MSGPACK, **hello: object) -> Peer:
        peer = await greet(shared, wire, campaign=campaign, **hello)
        peers.append(peer)
        return peer

    yield open_one
    for peer in peers:
        await peer.quit()


async def come_back(connect: Connect, peer: Peer, wire: str = MSGPACK) -> Peer:
    """The same participant on a new connection."""
    again = await connect(wire, token=peer.welcome["token"])
    assert again.welcome["participant"] == peer.welcome["participant"]
    return again


async def expect_idle(peer: Peer) -> None:
    """The turn ran out: the idler is told and may come back."""
    bye = await peer.expect("bye", why="idle")
    assert 0 < bye["retry_ms"] <= 10_000
    assert await peer.closed() == 1000


async def expect_left(partner: Peer, c: int) -> Message:
    """The other seat was given up; whose turn it is, and how long."""
    await partner.expect("partner", room=partner.room, state="left")
    return await partner.expect("turn", room=partner.room, c=c, seat=c % 2)


async def expect_replaced(newcomer: Peer, partner: Peer, seat: int, committed: int) -> None:
    """The newcomer takes the open seat of the partner's room and sees what is written."""
    await newcomer.send("join")
    ink = [INK] * committed
    matched = await newcomer.expect("matched", room=partner.room, seat=seat, committed=ink)
    assert matched["partner"]["here"] is True
    assert 0 < matched["turn"]["ms"] <= TURN_MS
    await partner.expect("matched", room=partner.room, seat=1 - seat, committed=ink)


async def expect_away(partner: Peer, *, writer: bool = True) -> None:
    """The partner's connection was lost a moment ago; a writer has the grace on top of the turn."""
    away = await partner.expect("partner", room=partner.room, state="away")
    assert GRACE_MS - SLACK_MS <= away["ms"] <= GRACE_MS
    if writer:
        turn = await partner.expect("turn", room=partner.room)
        assert GRACE_MS < turn["ms"] <= TURN_MS + GRACE_MS


async def expect_back(partner: Peer, *, writer: bool = True) -> None:
    """The partner is there again; a writer has what was left of the turn."""
    await partner.expect("partner", room=partner.room, state="back")
    if writer:
        turn = await partner.expect("turn", room=partner.room)
        assert 0 < turn["ms"] <= TURN_MS


def serials(*told: Message) -> list[int]:
    return [message["serial"] for message in told]


# A relay from beginning to end --------------------------------------------------------------------


@pytest.mark.parametrize("length", PHRASES)
async def test_a_phrase_is_written_in_turns_by_both_seats(
    connect: Connect, shared: Service, campaign: str, length: int
) -> None:
    seats = await connect(MSGPACK), await connect(JSON)
    await meet(seats, PHRASES[length])
    chars = next(p for p in seats[0].welcome["phrases"] if p["id"] == PHRASES[length])["chars"]
    assert len(chars) == length
    for c in range(length - 1):
        for turn in await write(seats, c):
            assert (turn["c"], turn["char"], turn["seat"]) == (c + 1, chars[c + 1], (c + 1) % 2)
            assert TURN_MS - SLACK_MS <= turn["ms"] <= TURN_MS
    done = await finish(seats, length - 1, length)
    assert sorted(serials(*done)) == [1, 2]
    assert len({message["work"] for message in done}) == 1
    for message in done:
        assert message["url"] == f"/w/{message['work']}"
        assert message["counters"]["relays"] == 1
        assert message["counters"]["participants"] == 2
    work = await get_json(shared, f"/api/works/{done[0]['work']}")
    assert (work["campaign"], work["phrase"]["chars"]) == (campaign, chars)
    assert [char["char"] for char in work["chars"]] == chars
    assert [char["seat"] for char in work["chars"]] == [c % 2 for c in range(length)]
    assert [char["strokes"] for char in work["chars"]] == [INK] * length
    written = [[hand["serial"] for hand in work["hands"]][char["hand"]] for char in work["chars"]]
    assert written == [serials(*done)[c % 2] for c in range(length)]


async def test_partners_have_names_but_no_ids(connect: Connect) -> None:
    host, guest = await connect(), await connect(locale="en")
    room = await open_room(host)
    await guest.send("join")
    seen = [
        (await guest.expect("matched", room=room))["partner"],
        (await host.expect("matched", room=room))["partner"],
    ]
    for partner, other in zip(seen, (host, guest), strict=True):
        assert partner["here"] is True
        assert partner["alias"]
        assert set(partner) <= {"alias", "region", "here"}
        assert other.welcome["participant"] not in str(partner)


async def test_one_may_write_before_a_partner_comes(connect: Connect) -> None:
    seats = await connect(), await connect()
    room = await open_room(seats[0], "ni-zui-bang")
    await seats[0].send("commit", room=room, c=0, strokes=INK)
    await seats[0].expect("committed", c=0, seat=0, strokes=INK)
    turn = await seats[0].expect("turn", c=1, seat=1)
    assert turn["ms"] > TURN_MS
    await seats[0].send("commit", room=room, c=1, strokes=INK)
    await seats[0].expect("error", code="not_your_turn")
    await seats[1].send("join")
    await seats[1].expect("matched", room=room, seat=1, committed=[INK])
    await seats[0].expect("matched", room=room, seat=0, committed=[INK])
    await finish(seats, 1, 3)


async def test_a_newcomer_sees_the_ink_that_the_writer_sends_again(connect: Connect) -> None:
    seats = await connect(), await connect()
    room = await open_room(seats[0])
    ink = {"room": room, "c": 0, "s": 0, "p": [1, 1, 0, 9], "end": True}
    await seats[0].send("ink", **ink)
    await seats[1].send("join")
    await seats[1].expect("matched", room=room, seat=1, committed=[])
    await seats[0].expect("matched", room=room, seat=0, committed=[])
    await seats[0].send("ink", **ink)
    await seats[1].expect("ink", **ink)
    await finish(seats, 0, 2)


async def test_nobody_is_hurried_while_waiting(connect: Connect) -> None:
    host, friend = await connect(), await connect()
    room = await open_room(host)
    await host.send("invite", room=room)
    code = (await host.expect("invited"))["code"]
    others = await sit_down(connect)
    await expect_idle(others[0])
    await host.send("join")
    waiting = await host.expect("waiting", room=room)
    assert IDLE_MS - 10_000 <= waiting["turn"]["ms"] <= IDLE_MS
    await friend.send("join", invite=code)
    await friend.expect("matched", room=room)
    await host.expect("matched", room=room)
    await finish((host, friend), 0, 2)


# A seat changes hands -----------------------------------------------------------------------------


async def test_an_idler_is_replaced_and_everybody_who_wrote_is_counted(
    connect: Connect, shared: Service
) -> None:
    seats = await sit_down(connect, "xiangxin-ziji")
    await write(seats, 0)
    await write(seats, 1)
    await expect_idle(seats[0])
    await expect_left(seats[1], 2)
    third = await connect()
    await expect_replaced(third, seats[1], 0, 2)
    done = await finish((third, seats[1]), 2, 4)
    assert done[0]["counters"]["participants"] == 3
    assert done[0]["counters"]["relays"] == 1
    idler = await come_back(connect, seats[0])
    told = idler.welcome["finished"]
    assert [entry["work"] for entry in told] == [done[0]["work"]]
    assert sorted(serials(*done, *told)) == [1, 2, 3]
    work = await get_json(shared, f"/api/works/{done[0]['work']}")
    by = [work["hands"][char["hand"]]["serial"] for char in work["chars"]]
    assert by == [told[0]["serial"], *serials(done[1], done[0], done[1])]


async def test_a_late_commit_of_an_idler_is_not_taken(connect: Connect) -> None:
    seats = await sit_down(connect)
    await expect_left(seats[1], 0)
    again = await come_back(connect, seats[0])
    assert again.welcome.get("resume") is None
    await again.send("commit", room=seats[1].room, c=0, strokes=INK)
    error = await again.expect("error", re="commit")
    assert error["code"] in {"not_your_turn", "no_such_room"}
    await seats[1].quiet()


async def test_one_who_has_written_all_may_go_and_is_told_later(connect: Connect) -> None:
    seats = await sit_down(connect)
    await write(seats, 0)
    await seats[0].send("leave", room=seats[0].room)
    await expect_left(seats[1], 1)
    await seats[0].close()
    await seats[1].send("commit", room=seats[1].room, c=1, strokes=INK)
    await seats[1].expect("committed", c=1)
    done = await seats[1].expect("completed")
    again = await come_back(connect, seats[0])
    assert [entry["work"] for entry in again.welcome["finished"]] == [done["work"]]
    assert sorted(serials(done, *again.welcome["finished"])) == [1, 2]


async def test_a_room_that_both_have_left_is_finished_by_two_others(connect: Connect) -> None:
    first = await sit_down(connect, "xiangxin-ziji")
    await write(first, 0)
    await write(first, 1)
    await first[0].send("leave", room=first[0].room, keep=True)
    await expect_left(first[1], 2)
    await first[1].send("leave", room=first[1].room, keep=True)
    await first[1].quiet()
    second = await connect(), await connect()
    await second[0].send("join")
    matched = await second[0].expect("matched", room=first[0].room, seat=0, committed=[INK, INK])
    assert matched["partner"]["here"] is False
    await second[0].send("commit", room=second[0].room, c=2, strokes=INK)
    await second[0].expect("committed", c=2)
    await second[0].expect("turn", c=3)
    await expect_replaced(second[1], second[0], 1, 3)
    done = await finish(second, 3, 4)
    assert done[0]["counters"]["participants"] == 4


# Connections come and go --------------------------------------------------------------------------


@pytest.mark.parametrize("seat", [0, 1], ids=["reader", "writer"])
@pytest.mark.parametrize("wire", [MSGPACK, JSON], ids=["msgpack", "json"])
async def test_within_the_grace_everything_is_given_back(
    connect: Connect, wire: str, seat: int
) -> None:
    before = await sit_down(connect, "ni-zui-bang")
    await write(before, 0)
    await before[seat].close()
    partner = before[1 - seat]
    await expect_away(partner, writer=seat == 1)
    again = await come_back(connect, before[seat], wire)
    resume = again.welcome["resume"]
    assert (resume["t"], resume["room"], resume["seat"]) == ("matched", partner.room, seat)
    assert resume["committed"] == [INK]
    assert resume["turn"]["c"] == 1
    assert resume["partner"]["here"] is True
    await expect_back(partner, writer=seat == 1)
    await finish((again, partner) if seat == 0 else (partner, again), 1, 3)


async def test_an_open_room_is_given_back_within_the_grace(connect: Connect) -> None:
    host = await connect()
    room = await open_room(host)
    await host.send("commit", room=room, c=0, strokes=INK)
    await host.expect("committed", c=0)
    await host.close()
    again = await come_back(connect, host)
    resume = again.welcome["resume"]
    assert (resume["t"], resume["room"], resume["seat"]) == ("waiting", room, 0)
    assert resume["committed"] == [INK]
    guest = await connect()
    await guest.send("join")
    await guest.expect("matched", room=room, committed=[INK])
    await again.expect("matched", room=room)
    await finish((again, guest), 1, 2)


async def test_one_who_is_lost_for_good_is_replaced(connect: Connect) -> None:
    seats = await sit_down(connect, "xiangxin-ziji")
    await write(seats, 0)
    await write(seats, 1)
    await seats[0].close()
    await expect_away(seats[1])
    await expect_left(seats[1], 2)
    third = await connect()
    await expect_replaced(third, seats[1], 0, 2)
    done = await finish((third, seats[1]), 2, 4)
    assert done[0]["counters"]["participants"] == 3
    again = await come_back(connect, seats[0])
    assert again.welcome.get("resume") is None
    assert [entry["work"] for entry in again.welcome["finished"]] == [done[0]["work"]]


async def test_the_turn_stands_still_during_the_grace(connect: Connect) -> None:
    seats = await sit_down(connect)
    await seats[0].close()
    await expect_away(seats[1])
    again = await come_back(connect, seats[0])
    assert TURN_MS - 2 * SLACK_MS <= again.welcome["resume"]["turn"]["ms"] <= TURN_MS
    await expect_back(seats[1])
    await finish((again, seats[1]), 0, 2)


async def test_an_empty_room_of_one_who_is_lost_is_forgotten(connect: Connect) -> None:
    lost = await connect()
    await open_room(lost)
    await lost.close()
    seats = await sit_down(connect)
    await seats[0].close()
    await expect_away(seats[1])
    await expect_left(seats[1], 0)
    again = await come_back(connect, lost)
    assert again.welcome.get("resume") is None


@pytest.mark.parametrize("how", ["leave", "lost"])
async def test_a_character_left_behind_is_finished_by_a_stranger_and_told_once(
    connect: Connect, how: str
) -> None:
    host, watch = await connect(), await sit_down(connect)
    room = await open_room(host)
    await host.send("commit", room=room, c=0, strokes=INK)
    await host.expect("committed", c=0)
    await host.expect("turn", c=1)
    if how == "leave":
        await host.send("leave", room=room, keep=True)
        await host.quiet()
    else:
        await host.close()
        await watch[0].close()
        await expect_away(watch[1])
        await expect_left(watch[1], 0)
        await watch[1].send("leave", room=watch[1].room)
        await watch[1].quiet()
    stranger = await connect()
    await stranger.send("join")
    matched = await stranger.expect("matched", room=room, seat=1, committed=[INK])
    assert matched["partner"]["here"] is False
    await stranger.send("commit", room=room, c=1, strokes=INK)
    await stranger.expect("committed", c=1)
    done = await stranger.expect("completed")
    await host.close()
    again = await come_back(connect, host)
    told = again.welcome["finished"]
    assert [(entry["work"], entry["url"]) for entry in told] == [(done["work"], done["url"])]
    assert sorted(serials(done, *told)) == [1, 2]
    assert again.welcome.get("resume") is None
    await again.close()
    assert (await come_back(connect, host)).welcome["finished"] == []


async def test_who_has_seen_the_end_is_not_told_again(connect: Connect) -> None:
    seats = await sit_down(connect)
    await finish(seats, 0, 2)
    for peer in seats:
        await peer.close()
        assert (await come_back(connect, peer)).welcome["finished"] == []


async def test_without_keep_nothing_is_left_behind(connect: Connect) -> None:
    host, later = await connect(), await connect()
    room = await open_room(host)
    await host.send("commit", room=room, c=0, strokes=INK)
    await host.expect("committed", c=0)
    await host.expect("turn", c=1)
    await host.send("leave", room=room)
    await host.quiet()
    assert await open_room(later) != room


async def test_a_live_room_is_preferred_to_one_left_behind(connect: Connect) -> None:
    gone, host, guest, late = [await connect() for _ in range(4)]
    left = await open_room(gone)
    await gone.send("invite", room=left)
    await gone.expect("invited")
    await gone.send("commit", room=left, c=0, strokes=INK)
    await gone.expect("committed")
    await gone.expect("turn")
    room = await open_room(host)
    await gone.send("leave", room=left, keep=True)
    await gone.quiet()
    await guest.send("join")
    await guest.expect("matched", room=room)
    await host.expect("matched", room=room)
    await late.send("join")
    await late.expect("matched", room=left, seat=1, committed=[INK])


# One participant, one place -----------------------------------------------------------------------


@pytest.mark.parametrize("state", ["greeted", "waiting", "seated"])
async def test_who_connects_again_is_only_there(connect: Connect, state: str) -> None:
    first, other = await connect(), await connect()
    if state == "waiting":
        await open_room(first)
    elif state == "seated":
        await meet((first, other))
    again = await come_back(connect, first, JSON)
    assert (again.welcome.get("resume") or {}).get("room") == first.room
    await first.expect("error", code="elsewhere")
    assert await first.closed() == 4001
    if state != "seated":
        await again.send("join", phrase="jiayou")
        await again.expect("waiting", **({"room": first.room} if first.room else {}))
        await other.send("join")
        await other.expect("matched", room=again.room)
        await again.expect("matched")
    await other.quiet()
    await finish((again, other), 0, 2)


async def test_many_connections_of_one_participant_leave_one(connect: Connect) -> None:
    first = await connect()
    await open_room(first)
    peers = [first, *[await come_back(connect, first) for _ in range(5)]]
    for peer in peers[:-1]:
        await peer.expect("error", code="elsewhere")
        assert await peer.closed() == 4001
    assert peers[-1].welcome["resume"]["room"] == first.room
    await peers[-1].quiet()


async def test_connections_at_the_same_moment_leave_one(connect: Connect) -> None:
    first = await connect()
    peers = await asyncio.gather(*(come_back(connect, first) for _ in range(5)))

    async def stays(peer: Peer) -> bool:
        try:
            await peer.send("join")
            told = await peer.next()
        except ConnectionClosed:
            return False
        if told["t"] == "error":
            assert told["code"] == "elsewhere"
            assert await peer.closed() == 4001
        return told["t"] == "waiting"

    assert sorted(await asyncio.gather(*map(stays, peers))) == [False] * 4 + [True]


async def test_nobody_meets_oneself(connect: Connect) -> None:
    first = await connect()
    room = await open_room(first)
    again = await come_back(connect, first)
    await again.send("join")
    await again.expect("waiting", room=room, seat=0)
    await again.send("commit", room=room, c=0, strokes=INK)
    await again.expect("committed", c=0)
    await again.expect("turn", c=1)
    await again.send("leave", room=room, keep=True)
    await again.send("join")
    assert (await again.expect("waiting", seat=0))["room"] != room


async def test_a_token_is_another_participant_in_another_campaign(
    connect: Connect, shared: Service
) -> None:
    first = await connect()
    await open_room(first)
    token = first.welcome["token"]
    elsewhere = await greet(shared, token=token, campaign="default")
    try:
        assert elsewhere.welcome["token"] == token
        assert elsewhere.welcome["participant"] != first.welcome["participant"]
        assert "resume" not in elsewhere.welcome
        await first.send("ping", n=1)
        await first.expect("pong", n=1)
    finally:
        await elsewhere.close()


async def test_those_who_have_just_met_meet_again_when_nobody_else_is_there(
    connect: Connect,
) -> None:
    seats = await sit_down(connect)
    for _ in range(3):
        await finish(seats, 0, 2)
        await meet(seats)


async def test_in_three_rounds_four_people_meet_everybody(
    valkey: Valkey, serve: Callable[..., Service]
) -> None:
    service = serve(redis_url=valkey.url)
    busy = await greet(service)
    people = [await greet(service) for _ in range(4)]
    met = set()
    for _ in range(3):
        await join_at_once(valkey, busy, people)
        rooms: dict[str, list[tuple[int, Peer]]] = {}
        for peer in people:
            matched = await peer.expect("matched")
            rooms.setdefault(matched["room"], []).append((matched["seat"], peer))
        assert len(rooms) == 2
        for (_, one), (_, other) in rooms.values():
            met.add(frozenset({people.index(one), people.index(other)}))
        for seated in rooms.values():
            host, guest = (peer for _, peer in sorted(seated, key=lambda entry: entry[0]))
            room = host.room
            await host.send("leave", room=room)
            await guest.expect("partner", state="left")
            await guest.expect("turn")
            await guest.send("leave", room=room)
            for peer in (host, guest):
                await peer.quiet()
    assert met == {frozenset(pair) for pair in itertools.combinations(range(4), 2)}
    for peer in (busy, *people):
        await peer.close()


async def join_at_once(valkey: Valkey, busy: Peer, people: list[Peer]) -> None:
    """Have all tickets in one batch: they come while an earlier ticket is under way."""
    valkey.freeze()
    try:
        await busy.send("join", invite="nonsense")
        await busy.quiet()
        for peer in people:
            await peer.send("join", phrase="xiangxin-ziji")
            await peer.quiet()
    finally:
        valkey.thaw()
    await busy.expect("error", code="no_such_room")


# Counting -----------------------------------------------------------------------------------------


async def test_every_finished_work_is_counted_once_and_every_hand_has_a_number(
    connect: Connect, shared: Service, campaign: str
) -> None:
    lengths = [2, 3, 2, 4]
    pairs = [await sit_down(connect, PHRASES[length]) for length in lengths]
    done: list[tuple[Message, Message]] = []
    for pair, length in zip(pairs, lengths, strict=True):
        done.append(await finish(pair, 0, length))
        for message in done[-1]:
            assert message["counters"]["relays"] == len(done)
            assert message["counters"]["participants"] == 2 * len(done)
    numbers = [sorted(serials(*both)) for both in done]
    assert numbers == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert len({both[0]["work"] for both in done}) == len(done)
    newest = await get_json(shared, f"/api/works?campaign={campaign}")
    assert [work["id"] for work in newest["works"]] == [both[0]["work"] for both in reversed(done)]
    counters = (await get_json(shared, f"/api/campaigns/{campaign}"))["counters"]
    assert (counters["relays"], counters["participants"]) == (4, 8)


async def test_counters_are_told_to_everybody_at_most_once_a_second(connect: Connect) -> None:
    watch = await connect(JSON)
    seats = await sit_down(connect)
    await watch.hear(online=3, writing=2)
    for relays in range(1, 4):
        await finish(seats, 0, 2)
        await meet(seats)
        await watch.hear(relays=relays, participants=2 * relays)
    times = [when for when, _ in watch.counters]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert all(gap > 0.7 for gap in gaps), gaps
    assert (await connect()).welcome["counters"]["relays"] == 3
