"""What a session holds for one participant, and for how long."""

from __future__ import annotations

IDLE_SECONDS = 300
"""Longest wait for a partner without a message."""

MOST_FINISHED = 20
"""Finished works that a participant is told of at once."""

LOCALE_CHARS = 35
"""Characters of a locale that are kept (RFC 5646, 4.4.1)."""

PENDING_MESSAGES = 64
"""Messages kept for a connection whose `hello` is still being answered."""

REMEMBERED_ROOMS = 16
"""Former rooms that a session remembers; late notices of them come within half a minute."""

RETRY_MS = 1_000
"""When a client tries again after `busy` without a better estimate."""

FIRST_RETURN_MS, LAST_RETURN_MS = 500, 2_000
"""When a client reconnects after `bye`: at a random time, so that not all come at once."""
