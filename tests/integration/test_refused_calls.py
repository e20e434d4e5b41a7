"""What participants are told when Valkey refuses a call, or has forgotten a room."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.protocol_client import Peer, open_peer, open_session
from tests.integration.relays import finish, meet
from tests.integration.store import plain
from tests.integration.valkey import Valkey
from tests.service import Service

Seats = tuple[Peer, Peer]


@pytest.fixture
def service(serve: Callable[..., Service], valkey: Valkey) -> Service:
    """A service on a Valkey that the test can break."""
    return serve(redis_url=valkey.url)


@pytest.fixture
async def seats(service: Service) -> Seats:
    """Two in a room."""
    both = await open_session(service), await open_session(service)
    await meet(both)
    return both


def refuse_calls(valkey: Valkey, *, refuse: bool) -> None:
    """A server without memory for more refuses every function; one with enough does not."""
    with plain(valkey) as client:
        client.config_set("maxmemory", int(refuse))


async def test_a_leave_that_is_refused_can_be_repeated(valkey: Valkey, seats: Seats) -> None:
    room = seats[0].room
    refuse_calls(valkey, refuse=True)
    await seats[0].send("leave", room=room)
    assert (await seats[0].expect("error", code="busy", re="leave"))["retry_ms"] > 0
    refuse_calls(valkey, refuse=False)
    await seats[0].send("leave", room=room)
    await seats[1].expect("partner", room=room, state="left")
    await seats[0].expect_silence()


async def test_whose_leave_was_refused_still_has_the_seat(valkey: Valkey, seats: Seats) -> None:
    room = seats[0].room
    refuse_calls(valkey, refuse=True)
    await seats[0].send("leave", room=room)
    await seats[0].expect("error", code="busy", re="leave")
    refuse_calls(valkey, refuse=False)
    await seats[0].send("join")
    await seats[0].expect("matched", room=room)
    await finish(seats, 0, 2)


async def test_what_came_behind_a_refused_hello_is_refused_too(
    service: Service, valkey: Valkey, seats: Seats
) -> None:
    token = seats[0].welcome["token"]
    refuse_calls(valkey, refuse=True)
    peer = await open_peer(service)
    await peer.send("hello", token=token)
    await peer.send("join")
    await peer.expect("error", code="busy", re="hello")
    await peer.expect("error", code="hello_first", re="join")
    refuse_calls(valkey, refuse=False)
    await peer.send("hello", token=token)
    assert (await peer.expect("welcome"))["resume"]["room"] == seats[0].room
    await seats[0].expect("error", code="elsewhere")


async def test_whose_room_is_over_unnoticed_is_told_so_and_may_come_back(
    service: Service, valkey: Valkey, seats: Seats
) -> None:
    with plain(valkey) as client:
        client.delete(f"jl:{{default:0}}:room:{seats[0].room}")
        client.client_kill_filter(_type="pubsub")  # the workers look for what they missed
    for peer in seats:
        assert (await peer.expect("bye", why="over"))["retry_ms"] > 0
        assert await peer.closed() == 1000
        again = await open_session(service, token=peer.welcome["token"])
        assert again.welcome.get("resume") is None
        await again.expect_silence()
