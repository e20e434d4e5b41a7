"""One load process of `bench.joiners`: participants who arrive, take part in one relay and go."""

from __future__ import annotations

import gc
import time
from collections import Counter, deque
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bench.crowd import arrivals
from bench.crowd.board import Board
from bench.crowd.frames import (
    HELLO,
    JOIN,
    Handwriting,
    character_of,
    kind_of,
    message,
    read,
    retry_after,
    upgrade,
)
from bench.crowd.histogram import BUCKETS, bucket_of
from bench.crowd.reactor import Connection, Reactor
from bench.crowd.recording import Recording
from bench.crowd.serials import Serials

COUNTERS = (
    "arrived",
    "open",
    "seated",
    "completed",
    "failed",
    "turned_away",
    "bytes",
    "messages",
    "twice",
    "outside",
    "early",
    "late_us",
    "cpu_us",
)
"""`arrived`: begun; `open`: connected now, or about to come back after having been turned away;
`turned_away`: how often that was; `late_us`: the longest that an arrival was begun after
its moment; `cpu_us`: the process's own CPU."""

LATENCIES = ("welcomed", "seated", "matched", "committed", "completed")
"""From the scheduled arrival to `welcome`, to a seat, and to a partner; from the scheduled end of
writing to `committed`; from that of a work's last character to `completed`, at who wrote it."""

PUBLISH_SECONDS = 0.5
MAX_OPEN = 18_000
"""Connections of one process at most: descriptors are limited. Who arrives beyond that waits, and
the wait counts, since latencies start at the scheduled arrival."""

WELCOMED, SEATED, MATCHED, COMMITTED, COMPLETED = range(len(LATENCIES))


class Plan(msgspec.Struct, frozen=True):
    """What one process is to do.

    Attributes:
        start: moment of the monotonic clock at which the run begins.
        rate: arrivals a second of this process.
        writing: median seconds to write a character; see `arrivals.writing_seconds`.
        parts: frames of live ink while writing a character.
        pipelined: send `join` with `hello`, without waiting for `welcome`.
        base: the highest serial number given before the run.
        record: folder for histories; None for none.
        every: record one of so many participants.
    """

    number: int
    host: str
    port: int
    start: float
    pattern: str
    joiners: int
    rate: float
    writing: float
    parts: int
    pipelined: bool
    phrase: str
    base: int
    seed: int
    record: str | None
    every: int


class Joiner(Connection):
    """One participant.

    Attributes:
        due: the scheduled arrival.
        seat: 0 or 1 once seated.
        writes: the character being written; -1 for none.
        written_at: the scheduled end of writing it.
        wrote_last: the last character that was committed is this participant's.
        floor: the highest serial heard when the last commit was sent.
    """

    __slots__ = (
        "_crowd",
        "due",
        "floor",
        "number",
        "room",
        "seat",
        "writes",
        "written_at",
        "wrote_last",
    )

    def __init__(self, crowd: Crowd, number: int, due: float) -> None:
        """The participant of this number of the process."""
        super().__init__(crowd.reactor)
        self._crowd = crowd
        self.number = number
        self.due = due
        self.seat = -1
        self.room = b""
        self.writes = -1
        self.written_at = 0.0
        self.wrote_last = False
        self.floor = 0

    def on_open(self) -> None:
        """Greet."""
        self.send(self._crowd.greeting)

    def refused(self, head: bytes) -> None:
        """Come back when the service asks for it; the wait counts."""
        if head.startswith(b"HTTP/1.1 503"):
            self._crowd.turned_away(self, retry_after(head))
        else:
            super().refused(head)

    def on_message(self, payload: bytes) -> None:
        """Go on with what the message allows."""
        crowd = self._crowd
        crowd.messages += 1
        crowd.handlers[kind_of(payload)](self, payload)

    def on_close(self, code: int) -> None:
        """Be counted."""
        self._crowd.closed(self, code)

    def write(self, c: int) -> None:
        """Write character `c` for a while, then commit it."""
        if self.writes != c:
            self.writes = c
            self._crowd.write(self, c)


class Recorded(Joiner):
    """A participant whose messages are kept."""

    __slots__ = ("_recording",)

    def __init__(self, crowd: Crowd, number: int, due: float, recording: Recording) -> None:
        """Kept in `recording`."""
        super().__init__(crowd, number, due)
        self._recording = recording

    def on_open(self) -> None:
        self._recording.write(self.number, "opened")
        super().on_open()

    def on_message(self, payload: bytes) -> None:
        self._recording.write(self.number, "received", payload)
        super().on_message(payload)

    def send(self, data: bytes) -> None:
        self._recording.sent(self.number, data)
        super().send(data)

    def on_close(self, code: int) -> None:
        self._recording.write(self.number, "closed", code=code)
        super().on_close(code)


class Crowd:
    """All participants of one process."""

    def __init__(self, plan: Plan, board: Board) -> None:
        """Tells `board` how it goes."""
        request = upgrade(plan.host, plan.port)
        self.reactor = Reactor(
            plan.host, plan.port, request, plan.number * 97, no_delay=plan.parts > 0
        )
        self._plan = plan
        self._board = board
        self._moments = arrivals.moments(plan.pattern, plan.joiners, plan.rate, plan.seed)
        self._seconds = arrivals.writing_seconds(2 * plan.joiners, plan.writing, plan.seed + 1)
        self._handwriting = Handwriting(plan.seed)
        self._join = message("join", phrase=plan.phrase) if plan.phrase else JOIN
        self.greeting = HELLO + self._join if plan.pipelined else HELLO
        self._cpu_before = time.process_time()
        self._counts = [[0] * BUCKETS for _ in LATENCIES]
        self._tally: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._outside = 0
        self._returning: deque[tuple[int, float]] = deque()
        self.messages = 0
        self._serials = Serials(board.serials()[plan.number].data, plan.base)
        self._recording = self._open_recording()
        self.handlers = {
            b"welcome": self._welcomed,
            b"waiting": self._waiting,
            b"matched": self._matched,
            b"turn": self._turn,
            b"committed": self._committed,
            b"completed": self._completed,
            b"counters": self._nothing,
            b"ink": self._nothing,
            b"partner": self._nothing,
            b"error": self._refused,
            b"bye": self._bye,
        }

    def run(self) -> dict[str, int]:
        """From the first arrival until nobody is left, or the board says stop.

        Returns:
            What went wrong, by its name.
        """
        reactor, plan = self.reactor, self._plan
        moments = (self._moments + plan.start).tolist()
        at, joiners = 0, plan.joiners
        publish_at = 0.0
        while not self._board.stopping:
            self._let_some_come_back()
            now = time.monotonic()
            while at < joiners and moments[at] <= now and len(reactor.connections) < MAX_OPEN:
                self._arrive(at, moments[at], now)
                at += 1
            if now >= publish_at:
                publish_at = now + PUBLISH_SECONDS
                self._publish(at)
            until = publish_at
            if at < joiners and len(reactor.connections) < MAX_OPEN:
                until = min(until, moments[at])
            reactor.run_once(until)
        for connection in list(reactor.connections.values()):
            connection.close()
        end = time.monotonic() + 1.0
        while reactor.connections and time.monotonic() < end:
            reactor.run_once(end)
        self._publish(at)
        if self._recording is not None:
            self._recording.close()
        return dict(self._errors)

    # What happens to participants ---------------------------------------------------------------

    def _arrive(self, number: int, due: float, now: float) -> None:
        self._tally["late_us"] = max(self._tally["late_us"], round((now - due) * 1e6))
        self._connect(number, due)

    def _connect(self, number: int, due: float) -> None:
        recording = self._recording
        if recording is not None and number % self._plan.every == 0:
            self.reactor.connect(Recorded(self, number, due, recording))
        else:
            self.reactor.connect(Joiner(self, number, due))

    def turned_away(self, joiner: Joiner, seconds: float) -> None:
        """The service is full at the moment."""
        self._tally["turned_away"] += 1
        joiner.drop()
        self._outside += 1
        who = joiner.number, joiner.due
        again = partial(self._returning.append, who)
        self.reactor.at(time.monotonic() + seconds, again)

    def _let_some_come_back(self) -> None:
        """Those who were turned away and have waited, the longest waiting first."""
        while self._returning and len(self.reactor.connections) < MAX_OPEN:
            self._outside -= 1
            self._connect(*self._returning.popleft())

    def _welcomed(self, joiner: Joiner, payload: bytes) -> None:
        self._count(WELCOMED, joiner.due)
        if not self._plan.pipelined:
            joiner.send(self._join)

    def _waiting(self, joiner: Joiner, payload: bytes) -> None:
        heard = read(payload)
        self._seat(joiner, heard.room, heard.seat)
        joiner.write(0)

    def _matched(self, joiner: Joiner, payload: bytes) -> None:
        heard = read(payload)
        self._seat(joiner, heard.room, heard.seat)
        self._count(MATCHED, joiner.due)
        turn = heard.turn
        if turn is not None and turn.seat == heard.seat:
            joiner.write(turn.c)

    def _seat(self, joiner: Joiner, room: str, seat: int) -> None:
        if joiner.seat < 0:
            self._tally["seated"] += 1
            self._count(SEATED, joiner.due)
        joiner.seat, joiner.room = seat, room.encode()

    def _turn(self, joiner: Joiner, payload: bytes) -> None:
        heard = read(payload)
        if heard.seat == joiner.seat:
            joiner.write(heard.c)

    def write(self, joiner: Joiner, c: int) -> None:
        """Let the time of writing pass, with its live ink."""
        seconds = float(self._seconds[2 * joiner.number + min(c // 2, 1)])
        now = time.monotonic()
        joiner.written_at = now + seconds
        parts = self._plan.parts
        for part in range(parts):
            moment = now + seconds * part / parts
            self.reactor.at(moment, partial(self._show, joiner, c, part))
        self.reactor.at(joiner.written_at, partial(self._commit, joiner, c))

    def _show(self, joiner: Joiner, c: int, part: int) -> None:
        if joiner.writes == c and joiner.fd in self.reactor.connections:
            number = joiner.number + part
            joiner.send(self._handwriting.part(number, joiner.room, c, first=not part))

    def _commit(self, joiner: Joiner, c: int) -> None:
        if joiner.fd in self.reactor.connections:
            joiner.floor = self._serials.highest
            joiner.send(self._handwriting.commit(joiner.number, joiner.room, c))

    def _committed(self, joiner: Joiner, payload: bytes) -> None:
        c = character_of(payload)
        joiner.wrote_last = c == joiner.writes
        if joiner.wrote_last:
            self._count(COMMITTED, joiner.written_at)

    def _completed(self, joiner: Joiner, payload: bytes) -> None:
        heard = read(payload)
        if joiner.wrote_last:
            self._count(COMPLETED, joiner.written_at)
        self._serials.add(heard.serial, joiner.floor)
        self._tally["completed"] += 1
        joiner.leave()

    def _refused(self, joiner: Joiner, payload: bytes) -> None:
        heard = read(payload)
        self._errors[f"error {heard.code}"] += 1
        if heard.retry_ms and joiner.seat < 0:
            again = time.monotonic() + heard.retry_ms / 1_000
            self.reactor.at(again, partial(self._rejoin, joiner))
        else:
            joiner.close()

    def _rejoin(self, joiner: Joiner) -> None:
        if joiner.fd in self.reactor.connections:
            joiner.send(self._join)

    def _bye(self, joiner: Joiner, payload: bytes) -> None:
        self._errors[f"bye {read(payload).why}"] += 1

    def _nothing(self, joiner: Joiner, payload: bytes) -> None:
        """Nothing follows from it."""

    def closed(self, joiner: Joiner, code: int) -> None:
        """A participant is gone."""
        if code != 1000:
            self._errors[f"closed {code}"] += 1
            self._tally["failed"] += 1

    # What is told -------------------------------------------------------------------------------

    def _count(self, latency: int, since: float) -> None:
        microseconds = int((time.monotonic() - since) * 1e6)
        self._counts[latency][bucket_of(microseconds)] += 1

    def _publish(self, arrived: int) -> None:
        serials, number = self._serials, self._plan.number
        told = self._tally | {
            "arrived": arrived,
            "open": len(self.reactor.connections) + self._outside,
            "messages": self.messages,
            "bytes": self.reactor.bytes,
            "twice": serials.twice,
            "outside": serials.outside,
            "early": serials.early,
            "cpu_us": round((time.process_time() - self._cpu_before) * 1e6),
        }
        self._board.publish(number, told, self._counts)

    def _open_recording(self) -> Recording | None:
        plan = self._plan
        if plan.record is None:
            return None
        return Recording(Path(plan.record) / f"joiners-{plan.number}.jsonl", f"{plan.number}")


def run(plan: Plan, board: Board, outcome: Any) -> None:
    """A process's whole life; `outcome` gets its number and what went wrong."""
    gc.disable()  # nothing here is cyclic for long, and looking for it would stop the load
    outcome.put((plan.number, Crowd(plan, board).run()))
