"""Sends live ink: what the partner sees of a character while it is written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import TypeAlias

from . import outgoing
from . import strokes as ink_format
from .session import Session
from .strokes import Stroke

_PARTS_A_SECOND = 20

Part: TypeAlias = tuple[int, Stroke, bool]
"""Index of the stroke, points, and whether the stroke ends with them."""


class LiveInk:
    """The live ink of one participant, in the room of their session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def send(self, s: int, part: Sequence[int], end: bool = False) -> None:
        """Send the next part of stroke `s` of the character whose turn it is."""
        session = self._session
        c = session.require_turn("ink")
        await session.send(outgoing.ink(session.require_room("ink"), c, s, part, end))

    async def undo(self, s: int) -> None:
        """Take the strokes from index `s` on off the partner's screen."""
        session = self._session
        c = session.require_turn("undo")
        await session.send(outgoing.undo(session.require_room("undo"), c, s))

    async def play(self, strokes: Sequence[Stroke], seconds: float) -> None:
        """Send a character evenly over `seconds`, and return at the end of that time.

        Nothing is sent while the other seat is empty. A partner who takes it or comes back gets
        the ink again from the start. Returns early when the turn passes on.
        """
        parts = _cut(strokes, round(seconds * _PARTS_A_SECOND))
        relay = self._session.relay
        turn = relay.turn if relay else None
        sent, arrivals = 0, 0
        for i in range(len(parts)):
            await asyncio.sleep(seconds / len(parts))
            relay = self._session.relay
            if relay is None or relay.turn is None or turn is None or relay.turn.c != turn.c:
                return
            if relay.arrivals != arrivals and sent:
                sent = 0
                await self.undo(0)  # a partner who kept the old parts would take these for more
            arrivals = relay.arrivals
            if relay.partner:
                pending = _joined(parts[sent : i + 1])
                sent = i + 1
                for s, part, end in pending:
                    if self._session.my_turn:
                        await self.send(s, part, end)


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts with those of one stroke put together: one message a stroke."""
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
