"""The Lua library behind the same methods as `Lane`, so that one call can be made to both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import redis

from server.relay.matching import Ticket
from server.relay.room import Rules
from server.relay.transition import Hand
from server.store import library
from server.store.answers import (
    Answer,
    Deleted,
    Expired,
    Resumed,
    read_answer,
    read_deleted,
    read_expired,
    read_resumed,
    rule_arguments,
)
from server.store.lanes import ALONE_MS
from server.store.pool import ticket_arguments
from server.store.room_record import STATE

NEVER = 10**14
"""Milliseconds since 1970; the year 5138."""

INDEXES = ("pool", "kept", "apart", "apart_kept", "invited", "deadlines")
BY_LOCALE = INDEXES[:4]
"""These have a further index for each language of a phrase."""

READ = (Path(__file__).parent / "read_lane.lua").read_text(encoding="utf-8")


class StoredWork(msgspec.Struct, array_like=True, frozen=True):
    """An entry of the stream of finished works."""

    id: str
    phrase: msgspec.Raw
    hands: list[Hand]
    hand_of_char: list[int]
    ink: list[msgspec.Raw]
    completed_at: int
    held: bool | int


@dataclass(frozen=True)
class Indexes:
    """What Redis holds beside the rooms' own hashes."""

    pool: dict[str, float]
    kept: dict[str, float]
    apart: dict[str, float]
    apart_kept: dict[str, float]
    invited: frozenset[str]
    deadlines: dict[str, float]
    counters: tuple[int, int]
    rooms: dict[str, bytes]
    """By its name, the packed state of each."""

    works: int
    unacknowledged: dict[str, list[tuple[str, int]]]
    by_locale: dict[str, dict[str, set[str]]]
    """By the name of an index and the locale of a phrase, the rooms that wait."""


class LuaLane:
    """One lane in Redis. Answers are the types of `store.answers`."""

    def __init__(self, client: redis.Redis, base: str, rules: Rules | None = None) -> None:
        """A lane on an existing connection; the library is loaded already."""
        self.client = client
        self.base = base
        self.rules = rules or Rules()

    def empty(self) -> None:
        """Redis loses everything; the lane is compared with an empty archive."""
        self.client.flushall()
        self.reconcile()

    def reconcile(
        self, relays: int = 0, participants: int = 0, serial: int = 0, skipped: int = 0
    ) -> bool:
        return bool(self._call("reconcile", "run", relays, participants, serial, 1, skipped))

    def retire(self, finished: dict[str, list[Hand]]) -> int:
        words: list[str | int] = []
        for room, hands in finished.items():
            words += [room, len(hands)]
            words += [word for hand in hands for word in (hand.participant, hand.serial)]
        retired: int = self._call("retire", *words)
        return retired

    def join(
        self, now: int, seed: int, worker: str, tickets: list[Ticket], *, apart: bool = False
    ) -> Answer:
        words = [word for ticket in tickets for word in ticket_arguments(ticket)]
        name = "join_apart" if apart else "join"
        return read_answer(self._call(name, *self._rules(now), seed, worker, *words))

    def commit(
        self, now: int, participant: str, address: str, room: str, c: int, ink: bytes
    ) -> Answer:
        return self._answer("commit", now, participant, address, room, c, ink)

    def leave(
        self, now: int, participant: str, address: str, room: str, *, keep: bool, report: bool
    ) -> Answer:
        flags = ["1" if flag else "0" for flag in (keep, report)]
        return self._answer("leave", now, participant, address, room, *flags)

    def disconnect(self, now: int, participant: str, address: str, room: str) -> Answer:
        return self._answer("disconnect", now, participant, address, room)

    def read_room(self, now: int, participant: str, room: str) -> Answer:
        return self._answer("read_room", now, participant, room)

    def expire(self, now: int, limit: int, locales: Sequence[str] = ()) -> Expired:
        return read_expired(self._call("expire", *self._rules(now), limit, ALONE_MS, *locales))

    def reap(self, now: int, worker: str, rooms: list[str]) -> Answer:
        return self._answer("reap", now, worker, *rooms)

    def delete_participant(
        self, now: int, participant: str, unknown: str, others: dict[str, str]
    ) -> Deleted:
        rooms = chain.from_iterable(others.items())
        arguments = (*self._rules(now), participant, unknown, *rooms)
        return read_deleted(self._call("delete_participant", *arguments))

    def keep_time(self, now: int) -> None:
        """A heartbeat stores the time; here without what else it does."""
        self._call("heartbeat", now, "clock", 0, 0, 1)
        self._call("release_lease", "clock")
        self.client.delete(f"{self.base}:last_heartbeat", f"{self.base}:expiry_pause")

    def fence(self, worker: str) -> None:
        """What `heartbeat` writes of a lease that is over, with a time that it never forgets."""
        self.client.hset(f"{self.base}:workers", worker, f"dead {NEVER}")

    def resume(self, now: int, participant: str, address: str, hello: int) -> Resumed:
        arguments = (*self._rules(now), participant, address, hello)
        return read_resumed(self._call("resume", *arguments))

    def invite(self, participant: str, address: str, room: str, code: str) -> str:
        answer: bytes = self._call("invite", participant, address, room, code)
        return answer.decode()

    def acknowledge(self, participant: str, entries: list[tuple[str, int]]) -> int:
        pairs = [(participant, f"{work} {serial}") for work, serial in entries]
        removed: int = self._call("acknowledge", *chain.from_iterable(pairs))
        return removed

    def indexes(self, participants: list[str]) -> Indexes:
        """What is stored, in one round trip."""
        pipe = self.client.pipeline(transaction=False)
        pipe.execute_command("FCALL", library.function("totals"), 1, self.base)
        names = (len(INDEXES), *INDEXES, len(BY_LOCALE), *BY_LOCALE)
        pipe.eval(READ, 1, self.base, STATE, *names, *participants)
        counters, (indexes, by_locale, rooms, works, unacknowledged) = pipe.execute()
        pool, kept, apart, apart_kept, invited, deadlines = map(_scores, indexes)
        return Indexes(
            pool=pool,
            kept=kept,
            apart=apart,
            apart_kept=apart_kept,
            invited=frozenset(invited),
            deadlines=deadlines,
            counters=tuple(counters),
            rooms={name.decode(): state for name, state in _pairs(rooms)},
            works=works,
            unacknowledged={
                participant: [_entry(entry) for entry in entries]
                for participant, entries in zip(participants, unacknowledged, strict=True)
            },
            by_locale={
                name: {
                    locale.decode(): {room.decode() for room in rooms}
                    for locale, rooms in _pairs(found)
                }
                for name, found in zip(BY_LOCALE, by_locale, strict=True)
            },
        )

    def works(self, after: str = "-") -> list[tuple[str, StoredWork]]:
        """Entries of the stream, each with its id, from one id on (exclusive)."""
        start = after if after == "-" else f"({after}"
        entries: Any = self.client.xrange(f"{self.base}:works", start, "+")
        decode = msgspec.msgpack.Decoder(StoredWork).decode
        return [(name.decode(), decode(fields[b"work"])) for name, fields in entries]

    def _answer(self, name: str, now: int, *arguments: str | int | bytes) -> Answer:
        return read_answer(self._call(name, *self._rules(now), *arguments))

    def _rules(self, now: int) -> list[int]:
        return rule_arguments(self.rules, now)

    def _call(self, name: str, *arguments: str | int | bytes) -> Any:
        return self.client.fcall(library.function(name), 1, self.base, *arguments)


def _pairs(flat: list[Any]) -> list[tuple[Any, Any]]:
    """From `[a, 1, b, 2]`."""
    return list(zip(flat[::2], flat[1::2], strict=True))


def _scores(flat: list[Any]) -> dict[str, float]:
    return {member.decode(): float(score) for member, score in _pairs(flat)}


def _entry(entry: bytes) -> tuple[str, int]:
    work, serial = entry.decode().split()
    return work, int(serial)
