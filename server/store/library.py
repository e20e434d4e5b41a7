"""The Lua function library. Its name changes with its content.

So workers of two versions can share one Redis during a rolling restart.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import redis.asyncio
from redis.exceptions import ResponseError

from server.store.errors import NotPermittedError, StoreTooOldError

_FOLDER = Path(__file__).parent / "functions"

_FILES = (
    *("head", "answers", "lane_time", "room_storage", "rooms", "fencing", "participants"),
    *("tickets", "pairing", "matching", "serials", "turns", "reconciliation", "pledges", "workers"),
    *("lanes", "offers", "guard", "deletion", "funnel", "probe"),
)
"""A file may use the functions of the files before it."""

_FUNCTIONS = (
    *("join", "commit", "leave", "disconnect", "resume", "acknowledge", "totals", "invite"),
    *("read_room", "expire", "heartbeat", "gauges", "pause_expiry", "release_lease", "reap"),
    *("scale_lanes", "grant_serials", "add_serials", "waiting_rooms", "probe"),
    *("retire", "reconcile", "pledge", "pledge_totals", "reconcile_pledges"),
    *("count_networks", "remember_inks", "delete_participant", "add_funnel"),
    "join_apart",
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
    """Load the library unless the server has it.

    Raises:
        StoreTooOldError: the server has no functions.
    """
    try:
        await client.function_load(CODE)
    except ResponseError as error:
        if "already exists" in str(error):
            return
        if "unknown command" in str(error).lower():
            raise StoreTooOldError("Redis 7 or later, or Valkey, is needed") from error
        raise


async def probe(client: redis.asyncio.Redis, base: str) -> None:
    """Check that the node serves the lane `base` and permits every command that is needed.

    Raises:
        NotPermittedError: it does not permit them.
        RedisError: it does not serve the lane.
    """
    denied = await client.fcall(function("probe"), 1, base)
    if denied:
        raise NotPermittedError(denied.decode())
