"""Made-up finished works for an archive."""

from __future__ import annotations

import msgspec

from server.relay.phrase import make_phrase
from server.relay.transition import Hand
from server.store.works import FinishedWork


def make_work(number: int, phrase: str = "加油") -> FinishedWork:
    """A work by two or three hands, with numbers that tell them apart."""
    hands = [Hand(f"p{number}-{hand}", 10 * number + hand) for hand in range(2 + number % 2)]
    ink = [msgspec.Raw(msgspec.msgpack.encode([[100, 100, 0, 90, 900, 900, 20, 90]]))] * 2
    named = make_phrase(phrase, phrase, "zh-Hans")
    return FinishedWork(f"{number:016}0", named, hands, [0, 1], ink, 1_000 + number // 2, 0)
