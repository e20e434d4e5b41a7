"""Shows a character to the partner as it is written, in real time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING, TypeAlias

from . import strokes as ink_format
from .strokes import Stroke

if TYPE_CHECKING:
    from .participant import Participant

_PARTS_A_SECOND = 20

Part: TypeAlias = tuple[int, Stroke, bool]
"""Index of the stroke, points, and whether the stroke ends with them."""


async def show(participant: Participant, strokes: Sequence[Stroke], seconds: float) -> None:
    """Send a character's live ink evenly over `seconds`, and return at its end.

    Nothing is sent while nobody has the other seat. Whoever takes it or comes back sees the ink
    again from the start. Returns early when the turn passes on meanwhile.
    """
    parts = _cut(strokes, round(seconds * _PARTS_A_SECOND))
    turn = participant.turn
    shown, arrivals = 0, 0
    for i in range(len(parts)):
        await asyncio.sleep(seconds / len(parts))
        relay = participant.relay
        if relay is None or relay.turn is None or turn is None or relay.turn.c != turn.c:
            return
        if relay.arrivals != arrivals and shown:
            shown = 0
            await participant.undo(0)  # else who kept the old parts would take these for more
        arrivals = relay.arrivals
        if relay.partner:
            pending = _joined(parts[shown : i + 1])
            shown = i + 1
            for s, part, end in pending:
                if participant.my_turn:
                    await participant.ink(s, part, end)


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts with those of one stroke put together: a message for each stroke."""
    for s, pieces in groupby(parts, key=lambda part: part[0]):
        strokes, ends = zip(*((piece, end) for _, piece, end in pieces), strict=True)
        yield s, tuple(chain(*strokes)), ends[-1]


def _cut(strokes: Sequence[Stroke], count: int) -> list[Part]:
    """About `count` parts in all."""
    points = sum(len(stroke) for stroke in strokes) // ink_format.PER_POINT
    size = max(1, points // max(1, count))
    cut: list[Part] = []
    for s, stroke in enumerate(strokes):
        pieces = list(ink_format.parts(stroke, size))
        cut += [(s, piece, False) for piece in pieces[:-1]]
        cut.append((s, pieces[-1], True))
    return cut
