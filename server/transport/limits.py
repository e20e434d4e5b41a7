"""How much one connection may send and hold: the protocol's limits in one place."""

from __future__ import annotations

FRAME_BYTES = 65_536
"""Largest frame, and largest message put together from fragments."""

BAD_MESSAGES = 10
"""Ill-formed or unknown messages after which a connection is closed."""

INK_RATE, INK_BURST = 60, 120
INK_REFILL_MS = 1_000
"""How often more ink is allowed."""

MESSAGE_RATE, MESSAGE_BURST = 10, 30

SILENCE_SECONDS = 20
"""Silence after which the server pings, and again after which it drops the peer."""

IDLE_SECONDS = 300
"""How long one may wait for a partner without a message."""

LIVE_BUFFER_BYTES = 32_768
"""Unsent bytes of a connection above which live ink for it is dropped."""

SEND_BUFFER_BYTES = 1_048_576
"""Unsent bytes above which a connection is given up; its seat waits for the grace."""

MOST_FINISHED = 20
"""Works that one hears of at once."""

LOCALE_CHARS = 35
"""Characters of a locale that are kept (RFC 5646, 4.4.1)."""

PENDING_MESSAGES = 64
"""Messages kept for a connection whose `hello` is still being answered."""


class TokenBucket:
    """Allows `rate` events a second and `burst` at once, by the generic cell rate algorithm
    (ITU-T I.371), which keeps one number: when the bucket will be full again.
    """

    __slots__ = ("_full_at", "_interval", "_tolerance")

    def __init__(self, rate: float, burst: float) -> None:
        """A full bucket."""
        self._interval = 1 / rate
        self._tolerance = (burst - 1) / rate
        self._full_at = 0.0

    def take(self, now: float) -> bool:
        """Whether one more event is allowed at `now`, in seconds of any steady clock."""
        full_at = self._full_at
        if full_at <= now:
            self._full_at = now + self._interval
            return True
        if full_at - now > self._tolerance:
            return False
        self._full_at = full_at + self._interval
        return True

    def retry_ms(self, now: float) -> int:
        """Milliseconds until the next event is allowed."""
        return max(1, round((self._full_at - self._tolerance - now) * 1_000))
