"""One load process of the closed model: a fixed number of virtual users who stay.

Each user stays at one stage: connected, after `hello`, seated, or writing one relay after another.
A user who loses the connection reconnects.
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

from bench.load.frames import (
    HELLO,
    JOIN,
    InkFrames,
    character_of,
    kind_of,
    message,
    read,
    upgrade,
)
from bench.load.histogram import BUCKETS, bucket_of
from bench.load.reactor import Reactor
from bench.load.shared_stats import SharedStats
from bench.load.websocket import Connection

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
"""`upgraded`, `greeted`, `seated`: users who reached this stage at least once; `turns`: committed
characters; `dropped`: lost connections; `back`: users who got `welcome` again; `resumed`: those of
them who found their room again."""

LATENCIES = ("committed", "back")
"""`committed`: from the scheduled end of writing to `committed`, for users who never lost their
connection; `back`: from the loss of a connection to the next `welcome`."""

COMMITTED, BACK = range(len(LATENCIES))

FIRST_MS, SOON_MS, SOON, LONGEST_MS = 10_000, (1_000, 3_000), 4, 30_000
"""The backoff of the page's core: one try within `FIRST_MS`, then `SOON` tries within `SOON_MS`,
then tries within spans that double, up to `LONGEST_MS`."""

CLOSE_DELAY_SECONDS = (1.0, 6.0)
"""Range of the delay before a dropped socket is closed."""

PUBLISH_SECONDS = 0.2


class Scenario(msgspec.Struct, frozen=True):
    """The work of one load process.

    Attributes:
        upgraded: users who connect and send nothing.
        greeted: users who send `hello` and nothing more.
        seated: users who also join, and never write.
        writers: users who write one relay after another.
        rate: new connections a second at the start.
        writing: seconds to write a character, from half of it to one and a half.
        low_priority: whether the process takes a core only when no other process wants it, since
            real users have their own machines; not for a process whose latencies are measured.
    """

    number: int
    host: str
    port: int
    upgraded: int
    greeted: int
    seated: int
    writers: int
    rate: float
    writing: float
    phrase: str
    seed: int
    low_priority: bool = False


class UserConnection(Connection):
    """One connection of one virtual user.

    Attributes:
        user: the virtual user.
    """

    __slots__ = ("_model", "user")

    def __init__(self, model: ClosedModel, user: VirtualUser) -> None:
        """A connection of `user`."""
        super().__init__(model.reactor)
        self._model = model
        self.user = user

    def on_open(self) -> None:
        """Send `hello`, if the user's stage requires it."""
        self._model.opened(self)

    def on_message(self, payload: bytes) -> None:
        """Handle a message."""
        handler = self._model.handlers.get(kind_of(payload))
        if handler is not None:
            handler(self, payload)

    def on_close(self, code: int) -> None:
        """Reconnect."""
        self._model.closed(self, code)


class VirtualUser:
    """A participant over all its connections.

    Attributes:
        stage: one of `upgraded`, `greeted`, `seated`, `writers`.
        connection: the open connection.
        lost_at: when the last connection was lost; 0 while connected.
        tries: connection attempts since then.
        never_dropped: whether no connection was ever lost.
        retry_ms: the wait that the server asked for; 0 for the client's own backoff.
    """

    __slots__ = (
        "connection",
        "lost_at",
        "never_dropped",
        "retry_ms",
        "room",
        "seat",
        "stage",
        "token",
        "tries",
        "writes",
        "written_at",
    )

    def __init__(self, stage: str) -> None:
        """Not connected yet."""
        self.stage = stage
        self.connection: UserConnection | None = None
        self.token = ""
        self.room = b""
        self.seat = -1
        self.writes = -1
        self.written_at = 0.0
        self.lost_at = 0.0
        self.tries = 0
        self.retry_ms = 0
        self.never_dropped = True


class ClosedModel:
    """All virtual users of one process."""

    def __init__(self, scenario: Scenario, stats: SharedStats) -> None:
        """Publishes to `stats`; drops all users except writers at `stats.drop_at`."""
        request = upgrade(scenario.host, scenario.port)
        self.reactor = Reactor(scenario.host, scenario.port, request, scenario.number * 97)
        self._scenario = scenario
        self._stats = stats
        self._random = Random(scenario.seed)
        self._ink = InkFrames(scenario.seed)
        self._join = message("join", phrase=scenario.phrase) if scenario.phrase else JOIN
        self._counts = [[0] * BUCKETS for _ in LATENCIES]
        self._tally: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._users = self._make_users()
        self._cpu_before = time.process_time()
        self._leaving = False
        self.handlers = {
            b"welcome": self._on_welcome,
            b"waiting": self._on_seated,
            b"matched": self._on_seated,
            b"turn": self._on_turn,
            b"committed": self._on_committed,
            b"completed": self._on_completed,
            b"error": self._on_error,
            b"bye": self._on_bye,
        }

    def run(self) -> dict[str, int]:
        """Run until `stats` says stop; return the number of errors by name."""
        start, publish_at, dropped = time.monotonic(), 0.0, False
        for number, user in enumerate(self._users):
            self.reactor.at(start + number / self._scenario.rate, partial(self._connect, user))
        while not self._stats.stopping:
            now = time.monotonic()
            if now >= publish_at:
                publish_at = now + PUBLISH_SECONDS
                self._publish()
            drop_at = self._stats.drop_at
            if drop_at and not dropped and now >= drop_at:
                dropped = True
                self._drop()
            self.reactor.run_once(publish_at)
        self._publish()
        self._leaving = True
        for connection in list(self.reactor.connections.values()):
            connection.cut()
        return dict(self._errors)

    def _make_users(self) -> list[VirtualUser]:
        kinds = ("upgraded", "greeted", "seated", "writers")
        users = [VirtualUser(kind) for kind in kinds for _ in range(getattr(self._scenario, kind))]
        self._random.shuffle(users)
        return users

    # Connections --------------------------------------------------------------------------------

    def _connect(self, user: VirtualUser) -> None:
        user.connection = UserConnection(self, user)
        try:
            self.reactor.connect(user.connection)
        except OSError as error:
            self._errors[f"connect {error.errno}"] += 1
            self._reconnect(user)

    def opened(self, connection: UserConnection) -> None:
        """The handshake is done."""
        user = connection.user
        if user.token:
            connection.send(message("hello", client="bench", token=user.token))
            return
        self._tally["upgraded"] += 1
        if user.stage != "upgraded":
            connection.send(HELLO)

    def closed(self, connection: UserConnection, code: int) -> None:
        """A connection is lost: dropped here, or ended by the server."""
        if self._leaving:
            return
        user = connection.user
        if not user.lost_at:
            user.lost_at = time.monotonic()
            user.never_dropped = False
            self._tally["dropped"] += 1
        elif user.tries:
            self._errors[f"closed {code} while reconnecting"] += 1
        self._reconnect(user)

    def _reconnect(self, user: VirtualUser) -> None:
        wait = user.retry_ms or self._backoff(user.tries)
        user.retry_ms = 0
        user.tries += 1
        self.reactor.at(time.monotonic() + wait / 1_000, partial(self._connect, user))

    def _backoff(self, tries: int) -> float:
        if tries == 0:
            return FIRST_MS * self._random.random()
        least, most = SOON_MS
        if tries <= SOON:
            return self._random.uniform(least, most)
        doublings = min(tries - SOON, 16)
        return min(LONGEST_MS, most * 2**doublings) * self._random.random()

    def _drop(self) -> None:
        """Drop all users except writers at once."""
        for connection in list(self.reactor.connections.values()):
            if isinstance(connection, UserConnection) and connection.user.stage != "writers":
                connection.hang_up(self._random.uniform(*CLOSE_DELAY_SECONDS))

    # Received messages --------------------------------------------------------------------------

    def _on_welcome(self, connection: UserConnection, payload: bytes) -> None:
        user, received = connection.user, read(payload)
        if user.lost_at:
            self._count(BACK, user.lost_at)
            self._tally["back"] += 1
            self._tally["resumed"] += received.resume is not None
            user.lost_at, user.tries = 0.0, 0
            if received.resume is not None:
                user.writes = -1  # a commit that was lost on its way is written again
                self._take_seat(connection, received.resume)
                return
        else:
            self._tally["greeted"] += 1
        user.token = received.token
        if user.stage in {"seated", "writers"}:
            connection.send(self._join)

    def _on_seated(self, connection: UserConnection, payload: bytes) -> None:
        if connection.user.seat < 0:
            self._tally["seated"] += 1
        self._take_seat(connection, read(payload))

    def _take_seat(self, connection: UserConnection, received: Any) -> None:
        user = connection.user
        room = received.room.encode()
        if room != user.room:
            user.writes = -1
        user.seat, user.room = received.seat, room
        if received.turn.seat == received.seat:
            self._write(user, received.turn.c)

    def _on_turn(self, connection: UserConnection, payload: bytes) -> None:
        received = read(payload)
        if received.seat == connection.user.seat:
            self._write(connection.user, received.c)

    def _write(self, user: VirtualUser, c: int) -> None:
        if user.stage != "writers" or user.writes == c:
            return
        user.writes = c
        seconds = self._scenario.writing * (0.5 + self._random.random())
        user.written_at = time.monotonic() + seconds
        self.reactor.at(user.written_at, partial(self._commit, user, user.room, c))

    def _commit(self, user: VirtualUser, room: bytes, c: int) -> None:
        there = user.connection is not None and not user.lost_at
        if there and user.room == room and user.writes == c:
            user.connection.send(self._ink.commit(self._tally["turns"], room, c))

    def _on_committed(self, connection: UserConnection, payload: bytes) -> None:
        user = connection.user
        c = character_of(payload)
        if c == user.writes:
            self._tally["turns"] += 1
            if user.never_dropped:
                self._count(COMMITTED, user.written_at)

    def _on_completed(self, connection: UserConnection, payload: bytes) -> None:
        """Join the next relay."""
        connection.user.writes = -1
        connection.send(self._join)

    def _on_error(self, connection: UserConnection, payload: bytes) -> None:
        received = read(payload)
        self._errors[f"error {received.code}"] += 1
        if received.code == "busy" and received.retry_ms:
            again = time.monotonic() + received.retry_ms / 1_000
            if connection.user.lost_at:
                connection.user.retry_ms = received.retry_ms
                connection.cut()
            else:
                self.reactor.at(again, partial(connection.send, self._join))

    def _on_bye(self, connection: UserConnection, payload: bytes) -> None:
        received = read(payload)
        self._errors[f"bye {received.why}"] += 1
        connection.user.retry_ms = received.retry_ms

    # Statistics ---------------------------------------------------------------------------------

    def _count(self, latency: int, since: float) -> None:
        self._counts[latency][bucket_of(int((time.monotonic() - since) * 1e6))] += 1

    def _publish(self) -> None:
        published = self._tally | {
            "open": len(self.reactor.connections),
            "cpu_us": round((time.process_time() - self._cpu_before) * 1e6),
        }
        self._stats.publish(self._scenario.number, published, self._counts)


def run(scenario: Scenario, stats: SharedStats, outcome: Any) -> None:
    """Main function of a load process; `outcome` gets its number and its errors."""
    if scenario.low_priority:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    gc.disable()  # there is no cyclic garbage here, and a collection would pause the load
    outcome.put((scenario.number, ClosedModel(scenario, stats).run()))
