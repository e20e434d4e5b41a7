"""`leave`, with and without `keep`."""

from __future__ import annotations

from .check import Family
from .exceptions import NotTestableError, require
from .ink import STROKES
from .server import Server

FAMILY = Family("leaving")


@FAMILY.check("Who stops waiting has no room any more, and may join again.")
async def stop_waiting(server: Server) -> None:
    host, _ = await server.opened_room()
    left = host.room
    await host.leave()
    await host.send("commit", room=left, c=0, strokes=STROKES)
    await host.expect_error("no_such_room", "commit")
    answer = await host.ask("join", "waiting", "matched")
    require(answer["room"] != left, "the join leads back into the room that was left")


@FAMILY.check("When a participant leaves, the partner is told `left`.")
async def partner_left(server: Server) -> None:
    host, friend = await server.pair()
    room = host.room
    await host.leave()
    await friend.expect("partner", room=room, state="left")


@FAMILY.check("A seat that is left is offered to another; written characters are kept.")
async def seat_offered(server: Server) -> None:
    host, friend = await server.pair()
    room = host.room
    await host.ask("commit", "committed", room=room, c=0, strokes=STROKES)
    await friend.leave()
    for t in ("turn", "partner"):
        await host.expect(t, room=room)
    third = await server.guest()
    told = await third.ask("join", "waiting", "matched")
    if told["room"] != room:
        raise NotTestableError("another room was open, too")
    require(told["committed"] == [STROKES], "the written character is not there")
    require(told["turn"]["seat"] == told["seat"], "the newcomer does not have the turn")


@FAMILY.check("With `keep`, a room with one's character stays open for a later stranger.")
async def keep(server: Server) -> None:
    host, _ = await server.opened_room()
    room = host.room
    await host.ask("commit", "committed", room=room, c=0, strokes=STROKES)
    await host.send("leave", room=room, keep=True)
    await host.leave()
    later = await server.guest("json")
    told = await later.ask("join", "waiting", "matched")
    if told["room"] != room:
        raise NotTestableError("another room was open, too")
    require(told["committed"] == [STROKES], "the character that was left is not there")
    require(told["partner"]["here"] is False, "the one who went counts as `here`")
    # Nobody else is to finish a character that no participant wrote.
    await later.ask("commit", "committed", room=room, c=1, strokes=STROKES)
