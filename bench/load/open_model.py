"""One load process of the open model: virtual users arrive at a given rate and write one relay."""

from __future__ import annotations

import gc
import time
from collections import Counter, deque
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bench.load import arrivals
from bench.load.frames import (
    HELLO,
    JOIN,
    InkFrames,
    character_of,
    message,
    read,
    upgrade,
)
from bench.load.histogram import BUCKETS, bucket_of
from bench.load.http import PageLoad, Request
from bench.load.measurements import (
    COMMITTED,
    COMPLETED,
    LATENCIES,
    LOADED,
    MATCHED,
    SEATED,
    WELCOMED,
)
from bench.load.reactor import Reactor
from bench.load.recording import Recording
from bench.load.serials import Serials
from bench.load.shared_stats import SharedStats
from bench.load.virtual_user import RecordedUser, VirtualUser

PUBLISH_SECONDS = 0.5
MAX_OPEN = 18_000
"""Most connections of one process, since descriptors are limited. Users beyond that wait, and the
wait counts, because latencies start at the scheduled arrival."""


class Scenario(msgspec.Struct, frozen=True):
    """The work of one load process.

    Attributes:
        start: start of the run on the monotonic clock.
        rate: arrivals a second of this process.
        writing: median seconds to write a character; see `arrivals.writing_seconds`.
        parts: frames of live ink while writing a character.
        pipelined: send `join` with `hello`, without waiting for `welcome`.
        base: the highest serial number given before the run.
        record: folder for histories; None to record nothing.
        every: record one of so many users.
        visit: what users ask for before they connect, until the page takes a stroke; empty: none of
            them loads the page.
        later: what the page asks for afterwards.
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
    visit: list[Request] = []
    later: list[Request] = []


class OpenModel:
    """All virtual users of one process."""

    def __init__(self, scenario: Scenario, stats: SharedStats) -> None:
        """Publishes to `stats`."""
        request = upgrade(scenario.host, scenario.port)
        self.reactor = Reactor(
            scenario.host, scenario.port, request, scenario.number * 97, no_delay=scenario.parts > 0
        )
        self._scenario = scenario
        self._stats = stats
        self._arrival_times = arrivals.arrival_times(
            scenario.pattern, scenario.joiners, scenario.rate, scenario.seed
        )
        self._seconds = arrivals.writing_seconds(
            2 * scenario.joiners, scenario.writing, scenario.seed + 1
        )
        self._ink = InkFrames(scenario.seed)
        self._join = message("join", phrase=scenario.phrase) if scenario.phrase else JOIN
        self.first_frames = HELLO + self._join if scenario.pipelined else HELLO
        self._cpu_before = time.process_time()
        self._counts = [[0] * BUCKETS for _ in LATENCIES]
        self._tally: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._present = 0
        self._pages: dict[int, PageLoad] = {}
        self._retrying: deque[tuple[int, float]] = deque()
        self.messages = 0
        self._serials = Serials(stats.serials()[scenario.number].data, scenario.base)
        self._recording = self._open_recording()
        self.handlers = {
            b"welcome": self._on_welcome,
            b"waiting": self._on_waiting,
            b"matched": self._on_matched,
            b"turn": self._on_turn,
            b"committed": self._on_committed,
            b"completed": self._on_completed,
            b"counters": self._ignore,
            b"ink": self._ignore,
            b"partner": self._ignore,
            b"error": self._on_error,
            b"bye": self._on_bye,
        }

    def run(self) -> dict[str, int]:
        """Run until `stats` says stop.

        Returns:
            The number of errors by name.
        """
        reactor, scenario = self.reactor, self._scenario
        moments = (self._arrival_times + scenario.start).tolist()
        at, joiners = 0, scenario.joiners
        publish_at = 0.0
        while not self._stats.stopping:
            self._reconnect_turned_away()
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

    # Virtual users ------------------------------------------------------------------------------

    def _arrive(self, number: int, due: float, now: float) -> None:
        self._tally["late_us"] = max(self._tally["late_us"], round((now - due) * 1e6))
        self._present += 1
        if not self._scenario.visit:
            self._connect(number, due)
            return
        page = self._pages[number] = PageLoad(
            self.reactor, self._scenario.visit, partial(self._loaded, number, due)
        )
        page.start()

    def _loaded(self, number: int, due: float, page: PageLoad) -> None:
        """The page takes ink: its user takes part, and what else it needs is loaded meanwhile."""
        if page.failed:
            self._fail(number, "page")
            return
        self._count(LOADED, due)
        self._connect(number, due)
        page.go_on(self._scenario.later, partial(self._loaded_more, number))

    def _loaded_more(self, number: int, page: PageLoad) -> None:
        if page.failed:
            self._errors["rest of the page"] += 1

    def _fail(self, number: int, why: str) -> None:
        self._errors[why] += 1
        self._tally["failed"] += 1
        self._leave(number)

    def _leave(self, number: int) -> None:
        self._present -= 1
        if (page := self._pages.pop(number, None)) is not None:
            if page.loading:
                self._errors["left before the page was loaded whole"] += 1
            page.leave()

    def _connect(self, number: int, due: float) -> None:
        recording = self._recording
        if recording is not None and number % self._scenario.every == 0:
            self.reactor.connect(RecordedUser(self, number, due, recording))
        else:
            self.reactor.connect(VirtualUser(self, number, due))

    def turned_away(self, user: VirtualUser, seconds: float) -> None:
        """The service refused a connection with `503`."""
        self._tally["turned_away"] += 1
        user.drop()
        who = user.number, user.due
        again = partial(self._retrying.append, who)
        self.reactor.at(time.monotonic() + seconds, again)

    def _reconnect_turned_away(self) -> None:
        """Reconnect users who were turned away and have waited; the longest wait comes first."""
        while self._retrying and len(self.reactor.connections) < MAX_OPEN:
            self._connect(*self._retrying.popleft())

    def _on_welcome(self, user: VirtualUser, payload: bytes) -> None:
        self._count(WELCOMED, user.due)
        if not self._scenario.pipelined:
            user.send(self._join)

    def _on_waiting(self, user: VirtualUser, payload: bytes) -> None:
        received = read(payload)
        self._take_seat(user, received.room, received.seat)
        user.write(0)

    def _on_matched(self, user: VirtualUser, payload: bytes) -> None:
        received = read(payload)
        self._take_seat(user, received.room, received.seat)
        self._count(MATCHED, user.due)
        turn = received.turn
        if turn is not None and turn.seat == received.seat:
            user.write(turn.c)

    def _take_seat(self, user: VirtualUser, room: str, seat: int) -> None:
        if user.seat < 0:
            self._tally["seated"] += 1
            self._count(SEATED, user.due)
        user.seat, user.room = seat, room.encode()

    def _on_turn(self, user: VirtualUser, payload: bytes) -> None:
        received = read(payload)
        if received.seat == user.seat:
            user.write(received.c)

    def write(self, user: VirtualUser, c: int) -> None:
        """Schedule the live ink and the commit of character `c`."""
        seconds = float(self._seconds[2 * user.number + min(c // 2, 1)])
        now = time.monotonic()
        user.written_at = now + seconds
        parts = self._scenario.parts
        for part in range(parts):
            moment = now + seconds * part / parts
            self.reactor.at(moment, partial(self._send_ink, user, c, part))
        self.reactor.at(user.written_at, partial(self._commit, user, c))

    def _send_ink(self, user: VirtualUser, c: int, part: int) -> None:
        if user.writes == c and user.fd in self.reactor.connections:
            number = user.number + part
            user.send(self._ink.part(number, user.room, c, first=not part))

    def _commit(self, user: VirtualUser, c: int) -> None:
        if user.fd in self.reactor.connections:
            user.floor = self._serials.highest
            user.send(self._ink.commit(user.number, user.room, c))

    def _on_committed(self, user: VirtualUser, payload: bytes) -> None:
        c = character_of(payload)
        user.wrote_last = c == user.writes
        if user.wrote_last:
            self._count(COMMITTED, user.written_at)

    def _on_completed(self, user: VirtualUser, payload: bytes) -> None:
        received = read(payload)
        if user.wrote_last:
            self._count(COMPLETED, user.written_at)
        self._serials.add(received.serial, user.floor)
        self._tally["completed"] += 1
        user.leave()

    def _on_error(self, user: VirtualUser, payload: bytes) -> None:
        received = read(payload)
        self._errors[f"error {received.code}"] += 1
        if received.retry_ms and user.seat < 0:
            again = time.monotonic() + received.retry_ms / 1_000
            self.reactor.at(again, partial(self._rejoin, user))
        else:
            user.close()

    def _rejoin(self, user: VirtualUser) -> None:
        if user.fd in self.reactor.connections:
            user.send(self._join)

    def _on_bye(self, user: VirtualUser, payload: bytes) -> None:
        self._errors[f"bye {read(payload).why}"] += 1

    def _ignore(self, user: VirtualUser, payload: bytes) -> None:
        """Ignore a message."""

    def closed(self, user: VirtualUser, code: int) -> None:
        """A connection has ended."""
        if code == 1000:
            self._leave(user.number)
        else:
            self._fail(user.number, f"closed {code}")

    # Statistics ---------------------------------------------------------------------------------

    def _count(self, latency: int, since: float) -> None:
        microseconds = int((time.monotonic() - since) * 1e6)
        self._counts[latency][bucket_of(microseconds)] += 1

    def _publish(self, arrived: int) -> None:
        serials, number = self._serials, self._scenario.number
        published = self._tally | {
            "arrived": arrived,
            "open": self._present,
            "messages": self.messages,
            "bytes": self.reactor.bytes,
            "twice": serials.twice,
            "outside": serials.outside,
            "early": serials.early,
            "cpu_us": round((time.process_time() - self._cpu_before) * 1e6),
        }
        self._stats.publish(number, published, self._counts)

    def _open_recording(self) -> Recording | None:
        scenario = self._scenario
        if scenario.record is None:
            return None
        return Recording(
            Path(scenario.record) / f"joiners-{scenario.number}.jsonl", f"{scenario.number}"
        )


def run(scenario: Scenario, stats: SharedStats, outcome: Any) -> None:
    """Main function of a load process; `outcome` gets its number and its errors."""
    gc.disable()  # there is no cyclic garbage here, and a collection would pause the load
    outcome.put((scenario.number, OpenModel(scenario, stats).run()))
