"""What pages tell of works: their state in a word, and their ink for the scripts that draw it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from server.archive.brush import outline
from server.archive.decisions import Decision
from server.archive.review import HeldWork
from server.archive.review_state import ReviewState
from server.console.tables import Badge
from server.console.texts import text
from server.plausible.verdict import Judgement, Verdict
from server.relay.ink import Stroke
from server.relay.phrase import Phrase

STATES = {
    ReviewState.UNJUDGED: Badge(text("not checked yet")),
    ReviewState.PUBLIC: Badge(text("public"), "good"),
    ReviewState.WAITING: Badge(text("waits for a person"), "warn"),
    ReviewState.PRIVATE: Badge(text("private"), "bad"),
    ReviewState.REMOVED: Badge(text("removed"), "bad"),
}

REASONS = {
    "obscene": text("obscene"),
    "idle": text("did not write"),
    "other": text("something else"),
    "replay": text("ink that somebody else wrote before"),
}
"""Why works are reported."""

DECISIONS = {
    Decision.RELEASE: text("Pass"),
    Decision.HOLD: text("Hold"),
    Decision.REFUSE: text("Refuse"),
    Decision.REMOVE: text("Remove"),
}
"""What moderators press."""

DECIDED = {
    Decision.RELEASE: text("passed"),
    Decision.HOLD: text("held"),
    Decision.REFUSE: text("refused"),
    Decision.REMOVE: text("removed"),
}


def ink_of(
    phrase: Phrase, ink: Sequence[Sequence[Stroke]], judgements: Sequence[Judgement]
) -> list[dict[str, Any]]:
    """Each character with its strokes, their outlines as SVG paths, and what the check found."""
    return [
        {
            "char": char,
            "strokes": strokes,
            "outlines": [outline(stroke) for stroke in strokes],
            "verdict": judgement.verdict if judgement else "",
            "score": round(judgement.score, 2) if judgement else None,
        }
        for char, strokes, judgement in zip_longest(phrase.chars, ink, judgements)
        if char is not None and strokes is not None
    ]


def why(work: HeldWork) -> list[str]:
    """Why a work waits for review; English texts, to be translated."""
    if work.reasons:
        return [REASONS.get(it, it) for it in dict.fromkeys(work.reasons)]
    if work.reported:
        return [text("reported while it was written")]
    if any(it.verdict is not Verdict.OK for it in work.judgements):
        return [text("the check is not sure")]
    return [text("not released yet")]
