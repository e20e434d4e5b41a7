"""Makes finished works on the real service, as two participants of the SDK."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import NamedTuple, Protocol

from jielong import Participant, Pen
from jielong.strokes import Character

from tests.service import Service

SECONDS = 60.0


class Hand(Protocol):
    """Writes characters: the SDK's `Pen`, a `Scribbler`, or a tidy `Handwriting`."""

    def character(self, char: str) -> Character:
        """The strokes of one."""
        ...


class Scribbler(Pen):
    """Writes strokes that show no character."""

    def character(self, char: str) -> Character:
        """The strokes that the pen makes of what it does not know."""
        return super().character(f"no {char}")


class Done(NamedTuple):
    """A finished work, as one of those who wrote it knows it."""

    work: str
    url: str
    token: str


async def finish_work(
    service: Service,
    phrase: str = "jiayou",
    seed: int = 7,
    hand: Callable[[random.Random], Hand] = Pen,
    campaign: str | None = None,
) -> str:
    """Let two participants write a phrase, each with a different hand; return the work's id."""
    return (await finish(service, phrase, seed, hand, campaign)).work


async def finish(
    service: Service,
    phrase: str = "jiayou",
    seed: int = 7,
    hand: Callable[[random.Random], Hand] = Pen,
    campaign: str | None = None,
) -> Done:
    """The same, with what the first of them was told."""
    async with (
        await Participant.connect(service.ws_url, campaign=campaign) as one,
        await Participant.connect(service.ws_url, campaign=campaign) as two,
    ):
        await one.join(phrase=phrase)
        await two.join()
        done, _ = await asyncio.gather(
            one.write_relay(hand(random.Random(seed)), timeout=SECONDS),
            two.write_relay(hand(random.Random(seed + 1)), timeout=SECONDS),
        )
        return Done(done.work, done.url, one.token)
