"""Connections that are watched without a transport of the event loop."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable

import pytest

from server.prepared.response import prepare
from server.transport.direct_answers import Answer, DirectAnswers
from server.transport.poller import Poll, Poller, SelectorPoll
from tests.transport.accepting import accepting, acceptor

LARGE = bytes(range(256)) * 20_000
"""More than the kernel takes of an answer that nobody reads."""

ASKED = b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n"


def answers() -> DirectAnswers:
    made = DirectAnswers()
    made.add([prepare("/large", LARGE, "image/png", "no-cache")])
    return made


@pytest.mark.parametrize("make_poll", [select.epoll, SelectorPoll])
async def test_large_answers_come_whole_and_the_connection_goes_on(
    make_poll: Callable[[], Poll],
) -> None:
    made = acceptor(answers())
    made.poller = Poller(make_poll)
    async with accepting(made) as address:
        reader, writer = await asyncio.open_connection(*address, limit=1_000)
        for _ in range(3):
            writer.write(ASKED)
            await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(len(LARGE)) == LARGE
        writer.close()
        await writer.wait_closed()
    assert not made.connections


async def test_a_connection_that_fails_is_closed_and_the_others_go_on() -> None:
    class Failing(DirectAnswers):
        def answer(self, head: bytes, now: float) -> Answer | None:
            if b"/fault" in head:
                raise ValueError("of no concern to the others")
            return super().answer(head, now)

    known = Failing()
    known.add([prepare("/large", LARGE, "image/png", "no-cache")])
    made = acceptor(known)
    async with accepting(made) as address:
        reader, writer = await asyncio.open_connection(*address)
        for sent in (b"", ASKED):  # in the first request, and in a later one
            failing, to_failing = await asyncio.open_connection(*address)
            to_failing.write(sent)
            if sent:
                await failing.readuntil(b"\r\n\r\n")
                await failing.readexactly(len(LARGE))
            to_failing.write(ASKED.replace(b"/large", b"/fault"))
            assert await failing.read() == b""
            to_failing.close()
        writer.write(ASKED)
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(len(LARGE)) == LARGE
        writer.close()
