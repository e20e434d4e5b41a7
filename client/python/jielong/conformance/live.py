"""What the partner sees at once: live ink, undo and reactions."""

from __future__ import annotations

from .check import Family
from .exceptions import require
from .ink import LIVE
from .peer import Message, Peer
from .server import Server

FAMILY = Family("live")


@FAMILY.check("Live ink reaches the partner without a change, in either encoding.")
async def ink(server: Server) -> None:
    host, friend = await server.pair()
    begun: Message = {"room": host.room, "c": 0, "s": 0, "p": LIVE}
    for sent in (begun, begun | {"end": True}):
        await host.send("ink", **sent)
        await _receives(friend, {"t": "ink"} | sent)


@FAMILY.check("`undo` reaches the partner without a change.")
async def undo(server: Server) -> None:
    host, friend = await server.pair()
    await host.send("ink", room=host.room, c=0, s=0, p=LIVE, end=True)
    await friend.expect("ink")
    await host.send("undo", room=host.room, c=0, s=0)
    await _receives(friend, {"t": "undo", "room": host.room, "c": 0, "s": 0})


@FAMILY.check("A reaction reaches the partner, from either seat.")
async def react(server: Server) -> None:
    seats = await server.pair()
    for sender, receiver in (seats, seats[::-1]):
        await sender.send("react", room=sender.room, e="heart")
        await _receives(receiver, {"t": "react", "room": sender.room, "e": "heart"})


@FAMILY.check("Live ink of whoever does not have the turn is dropped without an error.")
async def stale_ink(server: Server) -> None:
    host, friend = await server.pair()
    await friend.send("ink", room=friend.room, c=0, s=0, p=LIVE)
    await friend.send("ink", room=friend.room, c=1, s=0, p=LIVE)
    await friend.expect_silence()
    await friend.send("react", room=friend.room, e="clap")
    await host.expect("react", e="clap")


@FAMILY.check("Live ink that is not made of whole points is refused with `bad_ink`.")
async def bad_live_ink(server: Server) -> None:
    host, friend = await server.pair()
    await host.send("ink", room=host.room, c=0, s=0, p=LIVE[:-1])
    await host.expect_error("bad_ink", "ink")
    await friend.expect_silence()


async def _receives(peer: Peer, wanted: Message) -> None:
    message = await peer.next()
    require(message == wanted, f"the partner receives {message}, not {wanted}")
