"""Seats: `join`, `waiting`, `invite` and `matched`."""

from __future__ import annotations

from .check import Family
from .exceptions import NotTestableError, require
from .server import Server, shortest

FAMILY = Family("seats")


@FAMILY.check("Who opens a room has seat 0 and the first turn, with the phrase asked for.")
async def waiting(server: Server) -> None:
    host, waiting = await server.opened_room()
    phrase = shortest(host.welcome["phrases"])
    require(waiting["phrase"] == phrase, f"the phrase is {waiting['phrase']}, not {phrase}")
    require(waiting["seat"] == 0, f"the seat is {waiting['seat']}, not 0")
    require(waiting["committed"] == [], "the new room holds characters")
    turn = waiting["turn"]
    first = (turn["c"], turn["char"], turn["seat"])
    require(first == (0, phrase["chars"][0], 0), f"the turn is {turn}")


@FAMILY.check("A participant has one room: to join again leads to the same one.")
async def one_room(server: Server) -> None:
    host, _ = await server.opened_room()
    room = host.room
    again = await host.ask("join", "waiting", "matched")
    require(again["room"] == room, "a second join led to another room")


@FAMILY.check("An unknown phrase is refused with `no_such_phrase`.")
async def no_such_phrase(server: Server) -> None:
    peer = await server.guest()
    answer = await peer.ask("join", "error", phrase="no phrase has this name")
    if answer["code"] == "closed":
        raise NotTestableError("the campaign is closed")
    require(answer["code"] == "no_such_phrase", f"the answer is {answer}")


@FAMILY.check("Nobody opens a room, or is seated in one, whose phrase fits none of the `locales`.")
async def locales(server: Server) -> None:
    peer = await server.guest()
    wanted = peer.welcome["phrases"][0]["locale"].partition("-")[0]
    told = await peer.ask("join", "waiting", "matched", "error", locales=[wanted])
    if told["t"] == "error":
        raise NotTestableError(f"the join is refused with {told['code']}")
    found = told["phrase"]["locale"]
    require(found.partition("-")[0] == wanted, f"a phrase in {found} is for {wanted}")


@FAMILY.check("When no phrase fits the `locales`, the join is refused with `no_such_phrase`.")
async def no_such_language(server: Server) -> None:
    peer = await server.guest()
    answer = await peer.ask("join", "error", locales=["x-conformance"])
    if answer["code"] == "closed":
        raise NotTestableError("the campaign is closed")
    require(answer["code"] == "no_such_phrase", f"the answer is {answer}")


@FAMILY.check("An unknown invitation is refused with `no_such_room`.")
async def no_such_room(server: Server) -> None:
    peer = await server.guest()
    answer = await peer.ask("join", "error", invite="no room has this code")
    if answer["code"] == "closed":
        raise NotTestableError("the campaign is closed")
    require(answer["code"] == "no_such_room", f"the answer is {answer}")


@FAMILY.check("An invitation leads to the friend's room; both are told `matched`, with one turn.")
async def invite(server: Server) -> None:
    host, code = await server.invitation()
    friend = await server.guest("json")
    told = await friend.ask("join", "matched", invite=code)
    other = await host.expect("matched", room=told["room"])
    require((other["seat"], told["seat"]) == (0, 1), "the seats are not 0 and 1")
    require(other["phrase"] == told["phrase"], "the two have different phrases")
    for view in (told, other):
        require(view["partner"]["here"] is True, "the partner is not `here`")
        require((view["turn"]["c"], view["turn"]["seat"]) == (0, 0), f"the turn is {view['turn']}")


@FAMILY.check("An invited room has no third seat.")
async def no_third_seat(server: Server) -> None:
    host, code = await server.invitation()
    friend, third = await server.guest(), await server.guest()
    await friend.ask("join", "matched", invite=code)
    await host.expect("matched")
    answer = await third.ask("join", "error", invite=code)
    require(answer["code"] == "no_such_room", f"the third one is answered {answer}")
    await host.expect_silence()


@FAMILY.check("A stranger who joins while somebody waits is matched with them, not with nobody.")
async def strangers(server: Server) -> None:
    host, _ = await server.opened_room()
    stranger = await server.guest()
    told = await stranger.ask("join", "matched")
    if told["room"] != host.room:
        raise NotTestableError("another stranger waited, too")
    await host.expect("matched", room=host.room)
