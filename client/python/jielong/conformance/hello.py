"""`hello`, `welcome`, and the token that brings a participant back."""

from __future__ import annotations

from .check import Family
from .exceptions import require
from .server import Server

FAMILY = Family("hello")

_CHARS = range(2, 9)


@FAMILY.check("`welcome` tells the token, the campaign, its phrases, the counters and the limits.")
async def welcome(server: Server) -> None:
    welcome = (await server.guest()).welcome
    require(len(welcome["token"]) > 0, "the token is empty")
    require(len(welcome["finished"]) <= 20, "more than 20 finished works")
    require(welcome["limits"].get("ink_ms", 0) > 0, "the limits do not say `ink_ms`")
    require(len(welcome["phrases"]) > 0, "the campaign has no phrases")
    for phrase in welcome["phrases"]:
        count = len(phrase["chars"])
        require(count in _CHARS, f"{phrase['text']} has {count} characters, not 2 to 8")
        require("".join(phrase["chars"]) == phrase["text"], f"{phrase} has other `chars`")


@FAMILY.check("Before `hello`, every message is refused with `hello_first`.")
async def hello_first(server: Server) -> None:
    peer = await server.connection()
    await peer.send("ping", n=1)
    await peer.expect_error("hello_first", "ping")
    await peer.ask("hello", "welcome")


@FAMILY.check("`hello` is said once: another one is refused, and the connection stays open.")
async def hello_once(server: Server) -> None:
    peer = await server.guest()
    await peer.send("hello")
    await peer.expect("error", re="hello")
    await peer.expect_silence()


@FAMILY.check("An unknown campaign is refused with `no_such_campaign`.")
async def no_such_campaign(server: Server) -> None:
    peer = await server.connection()
    await peer.send("hello", campaign="no campaign has this name")
    await peer.expect_error("no_such_campaign", "hello")


@FAMILY.check("A token brings the same participant back, in either encoding.")
async def token(server: Server) -> None:
    first = await server.guest("msgpack")
    await first.close()
    again = await server.guest("json", token=first.welcome["token"])
    same = first.welcome["participant"] == again.welcome["participant"]
    require(same, "the token made another participant")


@FAMILY.check("A forged token does not lead to another's participant.")
async def forged_token(server: Server) -> None:
    victim = await server.guest()
    forged = victim.welcome["token"][:-1] + "~"
    forger = await server.guest(token=forged)
    other = victim.welcome["participant"] != forger.welcome["participant"]
    require(other, "a token with another last character was taken")


@FAMILY.check("A participant who connects again elsewhere has the old connection closed with 4001.")
async def elsewhere(server: Server) -> None:
    old = await server.guest()
    await server.guest(token=old.welcome["token"])
    await old.expect("error", code="elsewhere")
    await old.expect_close(4001)
