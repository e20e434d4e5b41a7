"""Makes finished works on the real service, as two participants of the SDK."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from jielong import Participant, Pen

from tests.service import Service

SECONDS = 60.0


async def finish_work(
    service: Service,
    phrase: str = "jiayou",
    seed: int = 7,
    hand: Callable[[random.Random], Pen] = Pen,
) -> str:
    """Let two participants write a phrase, each with a different hand; return the work's id."""
    async with (
        await Participant.connect(service.ws_url) as one,
        await Participant.connect(service.ws_url) as two,
    ):
        await one.join(phrase=phrase)
        await two.join()
        done, _ = await asyncio.gather(
            one.write_relay(hand(random.Random(seed)), timeout=SECONDS),
            two.write_relay(hand(random.Random(seed + 1)), timeout=SECONDS),
        )
        return done.work
