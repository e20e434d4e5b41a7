"""Hostile clients: each function is one attack of one client, which is begun again when it ends."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

from bench import handwriting
from bench.attack.crowds import Scribble
from bench.attack.member import FAILURES, Member, RefusedError
from bench.attack.raw_socket import BINARY, CONTINUATION, RawSocket
from bench.attack.solvers import Elsewhere

FLOOD_PAUSE = 0.1
FLOOD = 20
"""Messages at once; so a flooding client sends 200 messages a second."""

SILENT_SECONDS = 60.0
AGAIN_SECONDS = 0.5


class Target(NamedTuple):
    """What one hostile client attacks, and from where."""

    port: int
    address: str
    phrase: str
    random: random.Random


Attack = Callable[[Target], Awaitable[None]]


async def flood(target: Target) -> None:
    """Far more messages than are allowed."""
    async with await _greeted(target) as socket:
        while True:
            for number in range(FLOOD):
                await socket.say("ping", n=number)
            await asyncio.sleep(FLOOD_PAUSE)


async def garbage(target: Target) -> None:
    """Bytes that are no frames, and frames that are no messages."""
    async with await RawSocket.upgraded(target.port, target.address) as socket:
        if target.random.random() < 0.5:
            socket.writer.write(target.random.randbytes(200))
            await socket.writer.drain()
        else:
            await socket.frame(BINARY, target.random.randbytes(100))
        await asyncio.sleep(AGAIN_SECONDS)


async def half_open(target: Target) -> None:
    """A connection on which nothing is ever asked."""
    async with await RawSocket.connect(target.port):
        await asyncio.sleep(SILENT_SECONDS)


async def slow_handshake(target: Target) -> None:
    """A request that never comes to its end."""
    async with await RawSocket.connect(target.port) as socket:
        while True:
            socket.writer.write(b"GET /ws HTTP/1.1\r\nX: "[: target.random.randint(1, 9)])
            await socket.writer.drain()
            await asyncio.sleep(1)


async def slow_reader(target: Target) -> None:
    """Asks for answers and reads none of them."""
    async with await _greeted(target) as socket:
        socket.writer.transport.pause_reading()  # type: ignore[attr-defined]
        while True:
            await socket.say("join", phrase="unknown")
            await asyncio.sleep(FLOOD_PAUSE)


async def forged_tokens(target: Target) -> None:
    """Tokens of others, changed a little, and an old one again and again."""
    async with await RawSocket.upgraded(target.port, target.address) as socket:
        await socket.say("hello", token="AAAAAAAAAAAAAAAA.6900aaaa." + "x" * 43)
        welcome = await socket.hear("welcome")
    token = str(welcome["token"])
    for forged in (token, token[:-1] + "x", token.upper(), token):
        async with await RawSocket.upgraded(target.port, target.address) as socket:
            await socket.say("hello", token=forged)
            await socket.hear("welcome")


async def replayed_commits(target: Target) -> None:
    """One honest character, committed a hundred times."""
    async with await _greeted(target) as socket:
        await socket.say("join", phrase=target.phrase)
        told = await socket.hear("waiting", "matched")
        ink = handwriting.character(target.random)
        await asyncio.sleep(2)
        for _ in range(100):
            await socket.say("commit", room=told["room"], c=0, strokes=ink)
            await asyncio.sleep(FLOOD_PAUSE)


async def farm(target: Target) -> None:
    """Takes part as fast as it is let, with scribbles."""
    url = f"ws://127.0.0.1:{target.port}/ws"
    member = Member(url, target.address, _ELSEWHERE.solve, keeps_token=False)
    await member.take_part(target.phrase, Scribble(target.random), at_once=True)
    WORKS.update(member.works.values())


async def fragments(target: Target) -> None:
    """A message of many small parts without an end."""
    async with await _greeted(target) as socket:
        await socket.frame(BINARY, b"\x82", last=False)
        while True:
            for _ in range(FLOOD):
                await socket.frame(CONTINUATION, b"\xa1", last=False)
            await asyncio.sleep(FLOOD_PAUSE)


async def ink_flood(target: Target) -> None:
    """Ink without a pause to a partner who does not read."""
    async with await _greeted(target) as writer, await _greeted(target) as partner:
        await writer.say("join", phrase=target.phrase)
        room = (await writer.hear("waiting", "matched"))["room"]
        await writer.say("invite", room=room)
        code = (await writer.hear("invited"))["code"]
        await partner.say("join", invite=code)
        await partner.hear("matched")
        while True:
            for stroke in range(FLOOD):
                part = handwriting.live_part(target.random, first=True)
                await writer.say("ink", room=room, c=0, s=stroke, p=part)
            await asyncio.sleep(FLOOD_PAUSE)


ATTACKS: dict[str, Attack] = {
    attack.__name__: attack
    for attack in (
        *(flood, garbage, half_open, slow_handshake, slow_reader, forged_tokens),
        *(replayed_commits, farm, fragments, ink_flood),
    )
}

WORKS: set[str] = set()
"""Those that the farms have seen finished."""

_ELSEWHERE = Elsewhere()


async def keep_on(attack: Attack, target: Target) -> None:
    """Attack, and again whenever the service has ended it."""
    while True:
        with suppress(RefusedError, asyncio.IncompleteReadError, *FAILURES):
            await attack(target)
        await asyncio.sleep(AGAIN_SECONDS * target.random.uniform(0.5, 1.5))


async def _greeted(target: Target) -> RawSocket:
    socket = await RawSocket.upgraded(target.port, target.address)
    try:
        await socket.say("hello")
        await socket.hear("welcome")
    except BaseException:
        socket.writer.transport.abort()
        raise
    return socket
