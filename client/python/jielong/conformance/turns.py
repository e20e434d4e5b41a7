"""Turns: who may commit, and what both are told."""

from __future__ import annotations

from .check import Family
from .exceptions import require
from .ink import LARGEST, OFF_GRID, OTHER_STROKES, STROKES
from .server import Server

FAMILY = Family("turns")


@FAMILY.check("A commit by whoever does not have the turn is refused with `not_your_turn`.")
async def not_your_turn(server: Server) -> None:
    host, friend = await server.pair()
    await friend.send("commit", room=friend.room, c=0, strokes=STROKES)
    await friend.expect_error("not_your_turn", "commit")
    await host.expect_silence()


@FAMILY.check("A commit of a character that is not the turn's is refused with `not_your_turn`.")
async def not_this_character(server: Server) -> None:
    host, _ = await server.pair()
    await host.send("commit", room=host.room, c=1, strokes=STROKES)
    await host.expect_error("not_your_turn", "commit")


@FAMILY.check("`committed` tells both the ink as it was sent; then the turn passes on.")
async def committed(server: Server) -> None:
    host, friend = await server.pair()
    await host.ask("commit", "committed", room=host.room, c=0, strokes=STROKES)
    told = await friend.expect("committed", room=host.room, c=0, seat=0)
    require(told["strokes"] == STROKES, "the partner is told of other strokes")
    for peer in (host, friend):
        turn = await peer.expect("turn", room=host.room, c=1, seat=1)
        require(turn["ms"] > 0, "the turn has no time")


@FAMILY.check("The same commit again is answered again, and changes nothing.")
async def commit_again(server: Server) -> None:
    host, friend = await server.pair()
    await host.ask("commit", "committed", room=host.room, c=0, strokes=STROKES)
    await host.expect("turn", c=1)
    await host.send("commit", room=host.room, c=0, strokes=STROKES)
    await host.expect("committed", room=host.room, c=0, strokes=STROKES)
    for t in ("committed", "turn"):
        await friend.expect(t)
    await friend.expect_silence()


@FAMILY.check("A character cannot be committed a second time with other ink.")
async def committed_once(server: Server) -> None:
    host, friend = await server.pair()
    await host.ask("commit", "committed", room=host.room, c=0, strokes=STROKES)
    await host.expect("turn", c=1)
    await host.send("commit", room=host.room, c=0, strokes=OTHER_STROKES)
    answer = await host.next()
    kept = answer["t"] == "error" or answer.get("strokes") == STROKES
    require(kept, f"the second commit is answered {answer}")
    for t in ("committed", "turn"):
        await friend.expect(t)
    await friend.expect_silence()


@FAMILY.check("Ink outside the grid is refused with `bad_ink`, and the turn goes on.")
async def bad_ink(server: Server) -> None:
    host, friend = await server.pair()
    await host.send("commit", room=host.room, c=0, strokes=OFF_GRID)
    await host.expect_error("bad_ink", "commit")
    await friend.expect_silence()
    await host.ask("commit", "committed", room=host.room, c=0, strokes=STROKES)


@FAMILY.check(
    "A character of 64 strokes and 4,096 points is taken; one more of either is `bad_ink`."
)
async def largest_character(server: Server) -> None:
    host, friend = await server.pair()
    for strokes in ([*LARGEST, LARGEST[0]], [*LARGEST[:-1], LARGEST[-1] + [0] * 4]):
        await host.send("commit", room=host.room, c=0, strokes=strokes)
        await host.expect_error("bad_ink", "commit")
    await host.ask("commit", "committed", room=host.room, c=0, strokes=LARGEST)
    told = await friend.expect("committed", room=host.room, c=0)
    require(told["strokes"] == LARGEST, "the partner is told of other strokes")


@FAMILY.check("A commit in a room without a seat is refused with `no_such_room`.")
async def no_seat(server: Server) -> None:
    peer = await server.guest()
    await peer.send("commit", room="no such room", c=0, strokes=STROKES)
    await peer.expect_error("no_such_room", "commit")
