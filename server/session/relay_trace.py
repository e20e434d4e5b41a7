"""The trace of one participant's relay: the join, the wait for a partner, and the commits."""

from __future__ import annotations

from server.session.seat import HeldSeat
from server.tracing.span import Span, Tracer

LOST = "the connection was lost"


class RelayTrace:
    """The open spans of one `join`, until the participant has a seat and a partner.

    Attributes:
        traceparent: of the join; commits in the seat go on with it.
    """

    __slots__ = ("_join", "_wait", "traceparent")

    def __init__(self, join: Span) -> None:
        """`join` was started when the ticket was handed in."""
        self._join: Span | None = join
        self._wait: Span | None = None
        self.traceparent = join.traceparent

    def seated(self, seat: HeldSeat | None) -> None:
        """The ticket was served; without a partner, the wait for one begins."""
        if self._join is None:
            return
        if seat is not None:
            self._join.describe(room=seat.room, seat=seat.index)
            if seat.waiting:
                self._wait = self._join.child("wait for a partner")
                self._wait.describe(room=seat.room)
        self._join.end()
        self._join = None

    def refused(self, error: str) -> None:
        """The ticket got no seat."""
        if self._join is not None:
            self._join.end(error)
            self._join = None

    def matched(self) -> None:
        """There is a partner."""
        if self._wait is not None:
            self._wait.end()
            self._wait = None

    def close(self) -> None:
        """The connection is lost, or the seat was left."""
        self.refused(LOST)
        if self._wait is not None:
            self._wait.end(LOST)
            self._wait = None


def begin_relay(tracer: Tracer | None, campaign: str) -> RelayTrace | None:
    """Begin a trace; None without a tracer, and for what is not sampled."""
    span = tracer.start("join", campaign=campaign) if tracer is not None else None
    return RelayTrace(span) if span is not None else None
