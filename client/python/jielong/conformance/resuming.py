"""A connection that is lost within the grace."""

from __future__ import annotations

from .check import Family
from .exceptions import require
from .ink import STROKES
from .server import Server

FAMILY = Family("resuming")


@FAMILY.check("Who comes back within the grace has the room, the seat and the characters back.")
async def resume(server: Server) -> None:
    host, friend = await server.pair()
    room = host.room
    await host.ask("commit", "committed", room=room, c=0, strokes=STROKES)
    friend.abort()
    again = await server.guest(token=friend.welcome["token"])
    resume = again.welcome.get("resume") or {}
    found = (resume.get("t"), resume.get("room"), resume.get("seat"))
    require(found == ("matched", room, 1), f"`resume` is {resume}")
    require(resume["committed"] == [STROKES], "the written character is not there")
    require((resume["turn"]["c"], resume["turn"]["seat"]) == (1, 1), "the turn is another's")


@FAMILY.check("The partner is told `away` with the grace that is left, and `back`.")
async def away_and_back(server: Server) -> None:
    host, friend = await server.pair()
    friend.abort()
    away = await host.expect("partner", room=host.room, state="away")
    require((away.get("ms") or 0) > 0, "no grace is left")
    await server.guest(token=friend.welcome["token"])
    await host.expect("partner", room=host.room, state="back")


@FAMILY.check("Who waited alone and comes back within the grace waits in the same room.")
async def resume_waiting(server: Server) -> None:
    host, _ = await server.invitation()
    room = host.room
    host.abort()
    again = await server.guest("json", token=host.welcome["token"])
    resume = again.welcome.get("resume") or {}
    found = (resume.get("t"), resume.get("room"), resume.get("seat"))
    require(found == ("waiting", room, 0), f"`resume` is {resume}")
