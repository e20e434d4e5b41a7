"""One load process of participants who stay: connected, greeted, seated, or writing one relay after
another; those who are cut off come back.
"""

from __future__ import annotations

import gc
import os
import time
from collections import Counter
from functools import partial
from random import Random
from typing import Any

import msgspec

from bench.crowd.board import Board
from bench.crowd.frames import (
    HELLO,
    JOIN,
    Handwriting,
    character_of,
    kind_of,
    message,
    read,
    upgrade,
)
from bench.crowd.histogram import BUCKETS, bucket_of
from bench.crowd.reactor import Connection, Reactor

COUNTERS = (
    "open",
    "upgraded",
    "greeted",
    "seated",
    "turns",
    "dropped",
    "back",
    "resumed",
    "failed",
    "cpu_us",
)
"""`greeted`, `seated`: participants who got so far at least once; `dropped`: connections that were
lost; `back`: participants who are greeted again; `resumed`: those who found their room."""

LATENCIES = ("committed", "back")
"""From the scheduled end of writing to `committed`, of those who were never cut off; from the loss
of a connection to the next `welcome`."""

COMMITTED, BACK = range(len(LATENCIES))

FIRST_MS, SOON_MS, SOON, LONGEST_MS = 10_000, (1_000, 3_000), 4, 30_000
"""How the page reconnects (client/js/connection/backoff.js): the first try within a span, a few
quick tries, then spans that double."""

CLOSED_LATER_SECONDS = (1.0, 6.0)
"""When the sockets of those who were cut off are closed."""

PUBLISH_SECONDS = 0.2


class Plan(msgspec.Struct, frozen=True):
    """What one process is to do.

    Attributes:
        upgraded: participants who connect and say nothing.
        greeted: those who say hello and no more.
        seated: those who also join, and never write.
        players: those who write one relay after another.
        rate: connections a second while they come.
        writing: seconds to write a character, from half of it to one and a half.
        yields: whether the process takes a core only when nobody else wants it, as participants on
            machines of their own would; not for one whose latencies are looked at.
    """

    number: int
    host: str
    port: int
    upgraded: int
    greeted: int
    seated: int
    players: int
    rate: float
    writing: float
    phrase: str
    seed: int
    yields: bool = False


class Resident(Connection):
    """One connection of one participant.

    Attributes:
        who: the participant.
    """

    __slots__ = ("_crowd", "who")

    def __init__(self, crowd: Residents, who: Person) -> None:
        """Of this participant."""
        super().__init__(crowd.reactor)
        self._crowd = crowd
        self.who = who

    def on_open(self) -> None:
        """Greet, if that is planned."""
        self._crowd.opened(self)

    def on_message(self, payload: bytes) -> None:
        """Go on with what the message allows."""
        handler = self._crowd.handlers.get(kind_of(payload))
        if handler is not None:
            handler(self, payload)

    def on_close(self, code: int) -> None:
        """Come back."""
        self._crowd.closed(self, code)


class Person:
    """A participant over all connections.

    Attributes:
        stays_at: one of `upgraded`, `greeted`, `seated`, `players`.
        here: the open connection.
        lost_at: when the last one was lost; 0 while connected.
        tries: connections tried since.
        calm: never cut off.
        retry_ms: how long the server asked to wait; 0 for the client's own rule.
    """

    __slots__ = (
        "calm",
        "here",
        "lost_at",
        "retry_ms",
        "room",
        "seat",
        "stays_at",
        "token",
        "tries",
        "writes",
        "written_at",
    )

    def __init__(self, stays_at: str) -> None:
        """Not connected yet."""
        self.stays_at = stays_at
        self.here: Resident | None = None
        self.token = ""
        self.room = b""
        self.seat = -1
        self.writes = -1
        self.written_at = 0.0
        self.lost_at = 0.0
        self.tries = 0
        self.retry_ms = 0
        self.calm = True


class Residents:
    """All participants of one process."""

    def __init__(self, plan: Plan, board: Board) -> None:
        """Tells `board` how it goes, and cuts all but the players off when it says so."""
        request = upgrade(plan.host, plan.port)
        self.reactor = Reactor(plan.host, plan.port, request, plan.number * 97)
        self._plan = plan
        self._board = board
        self._random = Random(plan.seed)
        self._handwriting = Handwriting(plan.seed)
        self._join = message("join", phrase=plan.phrase) if plan.phrase else JOIN
        self._counts = [[0] * BUCKETS for _ in LATENCIES]
        self._tally: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._people = self._invite_all()
        self._cpu_before = time.process_time()
        self._leaving = False
        self.handlers = {
            b"welcome": self._welcomed,
            b"waiting": self._seated,
            b"matched": self._seated,
            b"turn": self._turn,
            b"committed": self._committed,
            b"completed": self._completed,
            b"error": self._refused,
            b"bye": self._bye,
        }

    def run(self) -> dict[str, int]:
        """Until the board says stop; what went wrong, by its name."""
        start, publish_at, dropped = time.monotonic(), 0.0, False
        for number, person in enumerate(self._people):
            self.reactor.at(start + number / self._plan.rate, partial(self._connect, person))
        while not self._board.stopping:
            now = time.monotonic()
            if now >= publish_at:
                publish_at = now + PUBLISH_SECONDS
                self._publish()
            drop_at = self._board.drop_at
            if drop_at and not dropped and now >= drop_at:
                dropped = True
                self._drop()
            self.reactor.run_once(publish_at)
        self._publish()
        self._leaving = True
        for connection in list(self.reactor.connections.values()):
            connection.cut()
        return dict(self._errors)

    def _invite_all(self) -> list[Person]:
        kinds = ("upgraded", "greeted", "seated", "players")
        people = [Person(kind) for kind in kinds for _ in range(getattr(self._plan, kind))]
        self._random.shuffle(people)
        return people

    # Coming and going ---------------------------------------------------------------------------

    def _connect(self, person: Person) -> None:
        person.here = Resident(self, person)
        try:
            self.reactor.connect(person.here)
        except OSError as error:
            self._errors[f"connect {error.errno}"] += 1
            self._come_back(person)

    def opened(self, resident: Resident) -> None:
        """The upgrade is answered."""
        person = resident.who
        if person.token:
            resident.send(message("hello", client="bench", token=person.token))
            return
        self._tally["upgraded"] += 1
        if person.stays_at != "upgraded":
            resident.send(HELLO)

    def closed(self, resident: Resident, code: int) -> None:
        """Cut off: by the board's order, or by the server's end."""
        if self._leaving:
            return
        person = resident.who
        if not person.lost_at:
            person.lost_at = time.monotonic()
            person.calm = False
            self._tally["dropped"] += 1
        elif person.tries:
            self._errors[f"closed {code} in coming back"] += 1
        self._come_back(person)

    def _come_back(self, person: Person) -> None:
        wait = person.retry_ms or self._backoff(person.tries)
        person.retry_ms = 0
        person.tries += 1
        self.reactor.at(time.monotonic() + wait / 1_000, partial(self._connect, person))

    def _backoff(self, tries: int) -> float:
        if tries == 0:
            return FIRST_MS * self._random.random()
        least, most = SOON_MS
        if tries <= SOON:
            return self._random.uniform(least, most)
        doublings = min(tries - SOON, 16)
        return min(LONGEST_MS, most * 2**doublings) * self._random.random()

    def _drop(self) -> None:
        """Cut everybody off who does not play, all at once."""
        for connection in list(self.reactor.connections.values()):
            if isinstance(connection, Resident) and connection.who.stays_at != "players":
                connection.hang_up(self._random.uniform(*CLOSED_LATER_SECONDS))

    # What they hear -----------------------------------------------------------------------------

    def _welcomed(self, resident: Resident, payload: bytes) -> None:
        person, heard = resident.who, read(payload)
        if person.lost_at:
            self._count(BACK, person.lost_at)
            self._tally["back"] += 1
            self._tally["resumed"] += heard.resume is not None
            person.lost_at, person.tries = 0.0, 0
            if heard.resume is not None:
                person.writes = -1  # what was on its way is written again
                self._sit(resident, heard.resume)
                return
        else:
            self._tally["greeted"] += 1
        person.token = heard.token
        if person.stays_at in {"seated", "players"}:
            resident.send(self._join)

    def _seated(self, resident: Resident, payload: bytes) -> None:
        if resident.who.seat < 0:
            self._tally["seated"] += 1
        self._sit(resident, read(payload))

    def _sit(self, resident: Resident, heard: Any) -> None:
        person = resident.who
        room = heard.room.encode()
        if room != person.room:
            person.writes = -1
        person.seat, person.room = heard.seat, room
        if heard.turn.seat == heard.seat:
            self._write(person, heard.turn.c)

    def _turn(self, resident: Resident, payload: bytes) -> None:
        heard = read(payload)
        if heard.seat == resident.who.seat:
            self._write(resident.who, heard.c)

    def _write(self, person: Person, c: int) -> None:
        if person.stays_at != "players" or person.writes == c:
            return
        person.writes = c
        seconds = self._plan.writing * (0.5 + self._random.random())
        person.written_at = time.monotonic() + seconds
        self.reactor.at(person.written_at, partial(self._commit, person, person.room, c))

    def _commit(self, person: Person, room: bytes, c: int) -> None:
        there = person.here is not None and not person.lost_at
        if there and person.room == room and person.writes == c:
            person.here.send(self._handwriting.commit(self._tally["turns"], room, c))

    def _committed(self, resident: Resident, payload: bytes) -> None:
        person = resident.who
        c = character_of(payload)
        if c == person.writes:
            self._tally["turns"] += 1
            if person.calm:
                self._count(COMMITTED, person.written_at)

    def _completed(self, resident: Resident, payload: bytes) -> None:
        """The next one."""
        resident.who.writes = -1
        resident.send(self._join)

    def _refused(self, resident: Resident, payload: bytes) -> None:
        heard = read(payload)
        self._errors[f"error {heard.code}"] += 1
        if heard.code == "busy" and heard.retry_ms:
            again = time.monotonic() + heard.retry_ms / 1_000
            if resident.who.lost_at:
                resident.who.retry_ms = heard.retry_ms
                resident.cut()
            else:
                self.reactor.at(again, partial(resident.send, self._join))

    def _bye(self, resident: Resident, payload: bytes) -> None:
        heard = read(payload)
        self._errors[f"bye {heard.why}"] += 1
        resident.who.retry_ms = heard.retry_ms

    # What is told -------------------------------------------------------------------------------

    def _count(self, latency: int, since: float) -> None:
        self._counts[latency][bucket_of(int((time.monotonic() - since) * 1e6))] += 1

    def _publish(self) -> None:
        told = self._tally | {
            "open": len(self.reactor.connections),
            "cpu_us": round((time.process_time() - self._cpu_before) * 1e6),
        }
        self._board.publish(self._plan.number, told, self._counts)


def run(plan: Plan, board: Board, outcome: Any) -> None:
    """A process's whole life; `outcome` gets its number and what went wrong."""
    if plan.yields:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    gc.disable()  # nothing here is cyclic for long, and looking for it would stop the load
    outcome.put((plan.number, Residents(plan, board).run()))
