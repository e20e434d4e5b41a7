"""How long the participants of a worker wait for what they asked for."""

from __future__ import annotations

from server.metrics.histogram import Histogram


class Latencies:
    """From a message to its answer, as this worker sees both.

    Attributes:
        welcome: from `hello` to `welcome`.
        seat: from `join` to `waiting` or `matched`; a proof of work that was asked for first is not
            in it.
        commit: from `commit` to `committed`.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.welcome = Histogram()
        self.seat = Histogram()
        self.commit = Histogram()
