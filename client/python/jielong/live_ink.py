"""Sends live ink: what the partner sees of a character while it is written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import chain, groupby
from typing import TypeAlias

from . import outgoing
from . import strokes as ink_format
from .rate_limit import RateLimit
from .session import Session
from .strokes import Stroke

_PARTS_A_SECOND = 20

Part: TypeAlias = tuple[int, Stroke, bool]
"""Index of the stroke, points, and whether the stroke ends with them."""


class LiveInk:
    """The live ink of one participant, in the room of their session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rate_limit = RateLimit()

    async def send(self, s: int, part: Sequence[int], end: bool = False) -> None:
        """Send the next part of stroke `s` of the character whose turn it is.

        Waits until the server's time between live ink has passed. A part that is out of date by
        then is dropped.
        """
        session = self._session
        room, c = session.require_room("ink"), session.require_turn("ink")
        await self._rate_limit.wait(session.ink_seconds)
        if session.relay and session.relay.may_write(room, c):
            await session.show(outgoing.ink(room, c, s, part, end))

    async def undo(self, s: int) -> None:
        """Take the strokes from index `s` on off the partner's screen."""
        session = self._session
        c = session.require_turn("undo")
        await session.show(outgoing.undo(session.require_room("undo"), c, s))

    async def play(self, strokes: Sequence[Stroke], seconds: float) -> None:
        """Send a character evenly over about `seconds`, and return at the end of that time.

        Nothing is sent while the other seat is empty. A partner who takes it or comes back gets
        the ink again from the start. Returns early when the turn passes on. Ink for which there is
        no time, because the server wants it less often, is left to the commit.
        """
        parts = _cut(strokes, round(seconds * _PARTS_A_SECOND))
        relay = self._session.relay
        turn = relay.turn if relay else None
        sent, arrivals = 0, 0
        start = asyncio.get_running_loop().time()
        for i in range(len(parts)):
            due = start + seconds * (i + 1) / len(parts)
            await asyncio.sleep(max(0, due - asyncio.get_running_loop().time()))
            relay = self._session.relay
            if relay is None or relay.turn is None or turn is None or relay.turn.c != turn.c:
                return
            if relay.arrivals != arrivals and sent:
                sent = 0
                await self.undo(0)  # a partner who kept the old parts would take these for more
            arrivals = relay.arrivals
            if relay.partner:
                sent += await self._send_joined(parts[sent : i + 1])

    async def _send_joined(self, parts: Sequence[Part]) -> int:
        """Send parts, one message for each stroke, as far as they may be sent now.

        Returns:
            How many parts were sent.
        """
        sent = 0
        for s, group in groupby(parts, key=lambda part: part[0]):
            pieces = list(group)
            if not self._session.my_turn or not self._rate_limit.allows(self._session.ink_seconds):
                break
            points = tuple(chain.from_iterable(points for _, points, _ in pieces))
            await self.send(s, points, end=pieces[-1][2])
            sent += len(pieces)
        return sent


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
