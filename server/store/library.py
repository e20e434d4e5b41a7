"""The Lua function library: loaded under a name that changes with its content.

Workers of two versions can so share one Redis while they are being replaced.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import redis.asyncio
from redis.exceptions import ResponseError

from server.store.errors import StoreTooOldError

_FOLDER = Path(__file__).parent / "functions"

_FILES = (
    *("head", "answers", "rooms", "participants", "matching"),
    *("serials", "turns", "workers", "lanes", "offers"),
)
"""Each may use the functions of those before it."""

_FUNCTIONS = (
    *("join", "commit", "leave", "drop", "resume", "told", "totals", "invite", "look"),
    *("expire", "beat", "hush", "depart", "reap", "spread", "grant", "supply", "waiting"),
)

_SOURCE = "\n".join((_FOLDER / f"{name}.lua").read_text(encoding="utf-8") for name in _FILES)

NAME = "jielong_" + hashlib.sha256(_SOURCE.encode()).hexdigest()[:12]


def _registered(name: str) -> str:
    return f"redis.register_function('{NAME}_{name}', {name})"


CODE = "\n".join((f"#!lua name={NAME}", _SOURCE, *map(_registered, _FUNCTIONS), ""))


def function(name: str) -> str:
    """Full name of a function of the library, e.g. for `join`."""
    return f"{NAME}_{name}"


async def load(client: redis.asyncio.Redis) -> None:
    """Load the library unless it is there.

    Raises:
        StoreTooOldError: the server knows no functions.
    """
    try:
        await client.function_load(CODE)
    except ResponseError as error:
        if "already exists" in str(error):
            return
        if "unknown command" in str(error).lower():
            raise StoreTooOldError("Redis 7 or later, or Valkey, is needed") from error
        raise
