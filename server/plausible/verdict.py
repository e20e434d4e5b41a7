"""What the check finds of the ink of a character, and what a score means."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from server.relay.campaign import Thresholds


class Verdict(StrEnum):
    """What is made of a score."""

    OK = "ok"
    UNSURE = "unsure"
    NO = "no"


class Judgement(msgspec.Struct, array_like=True, frozen=True):
    """What was found of the ink of one character.

    Attributes:
        verdict: what the score means, by the campaign's thresholds.
        score: 0 to 1: how sure it is that the ink shows the character.
    """

    verdict: Verdict
    score: float


UNKNOWN_SHAPE = Judgement(Verdict.UNSURE, 0.5)
"""Of a character whose shape nobody knows: a person decides."""


def judged(score: float | None, thresholds: Thresholds) -> Judgement:
    """What a score means; None is the score of an unknown shape."""
    if score is None:
        return UNKNOWN_SHAPE
    if score >= thresholds.ok:
        return Judgement(Verdict.OK, score)
    return Judgement(Verdict.NO if score < thresholds.no else Verdict.UNSURE, score)
