"""Steps that most tests need: participants meet and write a relay."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.integration.protocol_client import Message, Peer

INK = [[100, 200, 0, 128, 10, 0, 16, 2, 10, 5, 16, -2], [300, 300, 180, 90]]
"""Valid ink of a character: two strokes, the second one a dot."""

DOT = [100, 100, 0, 128]
"""The smallest valid stroke: one point."""

PHRASES = {
    2: "jiayou",
    3: "ni-zui-bang",
    4: "xiangxin-ziji",
    5: "mingtian-hui-genghao",
    6: "en-onward",
    7: "en-believe",
    8: "en-grateful",
}
"""A phrase of every length."""

Seats = tuple[Peer, Peer]


async def open_room(host: Peer, phrase: str = "jiayou") -> str:
    """Open a room and wait in it."""
    await host.send("join", phrase=phrase)
    waiting = await host.expect("waiting", seat=0, committed=[])
    assert waiting["phrase"]["id"] == phrase
    return str(waiting["room"])


async def invite(host: Peer) -> tuple[str, str]:
    """Open a room for a friend; its id, and the code for the friend."""
    room = await open_room(host)
    await host.send("invite", room=room)
    return room, (await host.expect("invited", room=room))["code"]


async def sit_down(connect: Callable[..., Awaitable[Peer]], phrase: str = "jiayou") -> Seats:
    """Two newcomers in one new room, in the order of their seats."""
    seats = await connect(), await connect()
    await meet(seats, phrase)
    return seats


async def meet(seats: Seats, phrase: str = "jiayou") -> None:
    """The first opens a room and the second, the only other one, joins it."""
    host, guest = seats
    room = await open_room(host, phrase)
    await guest.send("join")
    await guest.expect("matched", room=room, seat=1)
    await host.expect("matched", room=room, seat=0)


async def write(seats: Seats, c: int) -> tuple[Message, Message]:
    """Character `c` is finished; what each seat is told after `committed`."""
    room = seats[0].room
    await seats[c % 2].send("commit", room=room, c=c, strokes=INK)
    told = []
    for peer in seats:
        await peer.expect("committed", room=room, c=c, seat=c % 2, strokes=INK)
        told.append(await peer.next())
    return told[0], told[1]


async def finish(seats: Seats, first: int, length: int) -> tuple[Message, Message]:
    """Write all characters from `first` on; what `completed` tells each seat."""
    for c in range(first, length):
        told = await write(seats, c)
        wanted = "completed" if c == length - 1 else "turn"
        assert [message["t"] for message in told] == [wanted, wanted], told
    return told
