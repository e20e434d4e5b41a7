"""Keeps a participant's traffic as JSON lines, for reading and for replay."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import TextIO

from .connection import Direction


class Recorder:
    """A tap that appends one JSON line a message: `{"at", "direction", "message"}`.

    `at` is in seconds on a monotonic clock with an arbitrary zero; `direction` is "sent" or
    "received". The lines hold the participant's token.

    Args:
        out: where the lines go; flushed after each.
        clock: the monotonic clock.
    """

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock

    def __call__(self, direction: Direction, message: Mapping[str, object]) -> None:
        line = {"at": round(self._clock(), 6), "direction": direction, "message": message}
        self._out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._out.flush()
