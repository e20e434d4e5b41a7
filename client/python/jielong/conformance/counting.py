"""Finished works: they are counted once, and numbers are never given twice."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from .check import Family
from .exceptions import require
from .ink import OTHER_STROKES, STROKES
from .peer import Message, Peer
from .server import Server, shortest

FAMILY = Family("counting")

_ARCHIVE_TRIES, _ARCHIVE_PAUSE = 50, 0.2
"""How often, and after how many seconds, a work that is finished is asked for."""


class Finished(NamedTuple):
    """A finished work, and what `completed` told each seat."""

    seats: tuple[Peer, Peer]
    told: tuple[Message, Message]


@FAMILY.check("`completed` tells both of one work, with a number of one's own and the counters.")
async def completed(server: Server) -> None:
    finished = await _finished(server)
    one, other = finished.told
    require(one["work"] == other["work"], "the two are told of different works")
    require(one["serial"] != other["serial"], f"both have number {one['serial']}")
    for told in finished.told:
        require(told["serial"] >= 1, f"the number is {told['serial']}")
        counters = told["counters"]
        require(counters["relays"] >= 1, "no work is counted")
        require(counters["participants"] >= 2, "no hands are counted")


@FAMILY.check("Numbers ascend and are never given twice; every work is counted.")
async def serials(server: Server) -> None:
    first, second = await _finished(server), await _finished(server)
    before = [told["serial"] for told in first.told]
    after = [told["serial"] for told in second.told]
    require(min(after) > max(before), f"{after} came after {before}")
    relays = [max(told["counters"]["relays"] for told in work.told) for work in (first, second)]
    require(relays[1] > relays[0], f"{relays[1]} works are counted after {relays[0]}")


@FAMILY.check("The API tells totals that are not lower than those of `completed`.")
async def totals(server: Server) -> None:
    finished = await _finished(server)
    campaign = finished.seats[0].welcome["campaign"]["id"]
    answer = await server.http.get(f"/api/campaigns/{campaign}")
    require(answer.status == 200, f"the campaign is answered {answer.status}")
    for name in ("relays", "participants"):
        told = max(message["counters"][name] for message in finished.told)
        found = answer.body["counters"][name]
        require(found >= told, f"{name} are {found} there, {told} in `completed`")


@FAMILY.check("Those who wrote a work can read it with their token, with all hands and strokes.")
async def kept(server: Server) -> None:
    finished = await _finished(server)
    serials = {told["serial"] for told in finished.told}
    path = f"/api/works/{finished.told[0]['work']}"
    token = finished.seats[0].welcome["token"]
    answer = await server.http.get(path, token)
    for _ in range(_ARCHIVE_TRIES):
        if answer.status == 200:
            break
        await asyncio.sleep(_ARCHIVE_PAUSE)
        answer = await server.http.get(path, token)
    require(answer.status == 200, f"the work is answered {answer.status}")
    require({hand["serial"] for hand in answer.body["hands"]} == serials, "other numbers are kept")
    for char in answer.body["chars"]:
        require(char["strokes"] == STROKES, f"{char['char']} has other strokes")


@FAMILY.check("A commit into a finished work changes neither its ink nor its number.")
async def completed_once(server: Server) -> None:
    finished = await _finished(server)
    writer, told = finished.seats[1], finished.told[1]
    await writer.send("commit", room=told["room"], c=1, strokes=OTHER_STROKES)
    await writer.send("ping", n=1)
    while (answer := await writer.next())["t"] != "pong":
        if answer["t"] == "committed":
            require(answer["strokes"] == STROKES, "a finished character was written anew")
        elif answer["t"] == "completed":
            again = (answer["work"], answer["serial"])
            require(again == (told["work"], told["serial"]), f"completed again as {again}")
        else:
            require(answer["t"] == "error", f"the commit is answered {answer}")


async def _finished(server: Server) -> Finished:
    """Two guests write a phrase whole."""
    seats = await server.pair()
    room = seats[0].room
    chars = len(shortest(seats[0].welcome["phrases"])["chars"])
    told: list[Message] = []
    for c in range(chars):
        writer, reader = seats[c % 2], seats[1 - c % 2]
        await writer.ask("commit", "committed", room=room, c=c, strokes=STROKES)
        await reader.expect("committed", room=room, c=c)
        wanted = "completed" if c == chars - 1 else "turn"
        told = [await peer.expect(wanted, room=room) for peer in seats]
    return Finished(seats, (told[0], told[1]))
