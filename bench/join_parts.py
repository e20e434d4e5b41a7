"""Measures the parts of a `join` call: its arguments, the pairing, and the writes.

The pairing is the library's own, on the same tickets, without rooms. The writes are read back from
the store and repeated as plain commands, as many in one call as a batch has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import median
from typing import Any

from bench.valkey_client import ValkeyClient
from server.store import library

RUNS = 5

NAME = "jielong_bench"

FUNCTIONS = f"""
local function taken(keys, args) return #args end

local function paired(keys, args)
  local met, fresh = {{}}, {{}}
  for at = 7, #args, TICKET do
    fresh[#fresh + 1] = args[at]
    met[args[at]] = ''
  end
  local below = dice(tonumber(args[5]))
  shuffle(below, fresh)
  local function may_meet(one, other)
    return not has(met[one], other) and not has(met[other], one)
  end
  local made = pair({{}}, fresh, may_meet, may_meet)
  return #made
end

redis.register_function('{NAME}_taken', taken)
redis.register_function('{NAME}_paired', paired)
"""

Call = tuple[Any, ...]


def parts(store: ValkeyClient, calls: Sequence[Call], joiners: int) -> dict[str, float]:
    """Microseconds of Valkey's CPU a joiner for each part of these calls of `join`, in one lane.

    Answers `join`, the whole; `arguments`, for a function that only takes them; `pairing`, for one
    that also says who meets whom, beyond that; `writes`, as plain commands.

    Raises:
        InvalidRunError: a call failed.
    """
    code = library.CODE.replace(library.NAME, NAME) + FUNCTIONS
    store.commands([("FUNCTION", "LOAD", "REPLACE", code)])
    found: dict[str, list[float]] = {}

    def measure(part: str, run: Callable[[], object]) -> None:
        before = store.cpu()
        run()
        found.setdefault(part, []).append((store.cpu() - before) * 1e6 / joiners)

    for _ in range(RUNS):
        store.empty([calls[0][0]])
        measure("join", partial(store.calls, "join", calls, 1))
        writes = list(writes_of(store, calls[0][0]))
        each = -(-len(writes) // len(calls))
        for part in ("taken", "paired"):
            measure(part, partial(call_each, store, part, calls))
        store.commands([("FLUSHALL", "SYNC")])
        measure("writes", partial(send_batched, store, writes, each))
    us = {part: median(each_run) for part, each_run in found.items()}
    return {
        "join": us["join"],
        "arguments": us["taken"],
        "pairing": us["paired"] - us["taken"],
        "writes": us["writes"],
    }


def call_each(store: ValkeyClient, part: str, calls: Sequence[Call]) -> None:
    """Call a function of the benchmark with the arguments of each call, one at a time."""
    for base, *arguments in calls:
        store.commands([("FCALL", f"{NAME}_{part}", 1, base, *arguments)])


def send_batched(store: ValkeyClient, commands: Sequence[Call], each: int) -> None:
    """Send `each` commands in one write."""
    for at in range(0, len(commands), each):
        store.commands(commands[at : at + each])


def writes_of(store: ValkeyClient, base: str) -> Iterator[Call]:
    """The commands that write the participants and rooms of a lane."""
    keys = [key.decode() for key in store.commands([("KEYS", f"{base}:*")])[0]]
    for key in keys:
        kind = key.removeprefix(f"{base}:").partition(":")[0]
        if kind == "participant":
            value, ms = store.commands([("GET", key), ("PTTL", key)])
            yield "GET", key
            yield "SET", key, value, "PX", ms
        elif kind == "room":
            fields, ms = store.commands([("HGETALL", key), ("PTTL", key)])
            yield "HSET", key, *fields
            yield "PEXPIRE", key, ms
        elif kind == "deadlines":
            members = store.commands([("ZRANGE", key, 0, -1, "WITHSCORES")])[0]
            for member, score in zip(members[::2], members[1::2], strict=True):
                yield "ZADD", key, score, member
