"""How much one connection may send and hold: the protocol's limits in one place."""

from __future__ import annotations

FRAME_BYTES = 65_536
"""Largest frame, and largest message put together from fragments."""

BAD_MESSAGES = 10
"""Ill-formed or unknown messages after which a connection is closed."""

INK_RATE, INK_BURST = 60, 120
INK_MS = 17
"""The least time between two parts of live ink: INK_RATE of them a second."""

INK_REFILL_MS = 1_000
"""How often more ink is allowed."""

MESSAGE_RATE, MESSAGE_BURST = 10, 30

SILENCE_SECONDS = 20
"""Silence after which the server pings, and again after which it drops the peer."""

LIVE_BUFFER_BYTES = 32_768
"""Unsent bytes of a connection above which live ink for it is dropped."""

SEND_BUFFER_BYTES = 1_048_576
"""Unsent bytes above which a connection is given up; its seat waits for the grace."""

REFUSAL_RATE, REFUSAL_BURST = 10, 40
"""Messages beyond the rate that are answered `slow_down`; still more close the connection."""

HELLO_SECONDS = 30
"""A connection that has not said `hello` by then is closed."""

STALLED_SECONDS = 20
"""A peer that has been behind for so long is given up: it reads nothing, or too little."""
