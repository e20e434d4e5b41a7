"""Measures the cost of a relayed frame, a whole joiner, a join alone, and an idle connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any

from bench import accounting
from bench.handwriting import character, live_part
from bench.invalid_run import InvalidRunError
from bench.load.reactor import Reactor
from bench.load.websocket import Connection
from bench.peers.targets import Target

TIMEOUT_SECONDS = 60.0
RATE = 50
"""Frames a second of one pair."""

FRAMES = 64
"""Different frames of a pair, sent over and over."""

STROKE_FRAMES = 16

SEED = 20_080_512


class VirtualUser:
    """A participant on any peer: its connection, room and seat.

    Attributes:
        ready: whether `welcome` was received.
        done: whether the work is complete.
    """

    def __init__(
        self, target: Target, reactor: Reactor, on_message: Callable[[VirtualUser, str, Any], None]
    ):
        """Connect at once; `on_message` gets every message."""
        self.room, self.seat = "", -1
        self.ready = self.done = False
        self.inks = 0
        self.connection: Any = _user_connection(target)(reactor)
        self.connection.user = self
        self._on_message = on_message
        reactor.connect(self.connection)

    def encode_message(self, kind: str, **keys: object) -> None:
        """Send a message."""
        self.connection.send(self.connection.encode_message(kind, **keys))

    def received(self, kind: str, body: dict[str, Any]) -> None:
        """A message was received."""
        if kind == "ink":
            self.inks += 1
            return
        if kind == "matched":
            self.room, self.seat = body["room"], body["seat"]
        self.ready = self.ready or kind == "welcome"
        self.done = self.done or kind == "completed"
        if kind == "error":
            raise InvalidRunError(str(body))
        self._on_message(self, kind, body)


def _user_connection(target: Target) -> type[Connection]:
    class UserConnection(target.connection_type):  # type: ignore[misc,name-defined]
        """Passes messages to its user."""

        user: VirtualUser

        def received(self, kind: str, body: dict[str, Any]) -> None:
            self.user.received(kind, body)

    return UserConnection


def run_until(reactor: Reactor, ready: Callable[[], bool], what: str) -> None:
    """Run the reactor until `ready` returns True.

    Raises:
        InvalidRunError: that took too long.
    """
    until = time.monotonic() + TIMEOUT_SECONDS
    while not ready():
        if time.monotonic() > until:
            raise InvalidRunError(f"not in time: {what}")
        reactor.run_once(until)


def leave(reactor: Reactor) -> None:
    """Close every connection, and give the server a moment to notice."""
    for connection in list(reactor.connections.values()):
        connection.close()
    until = time.monotonic() + 2.0
    while reactor.connections and time.monotonic() < until:
        reactor.run_once(until)
    for connection in list(reactor.connections.values()):
        connection.cut()


def us_per_frame(target: Target, pairs: int, seconds: float) -> tuple[float, float]:
    """Microseconds of the server and of Valkey for one frame of live ink, relayed."""
    random = Random(SEED)
    reactor = target.reactor()
    users: list[VirtualUser] = []

    def on_message(user: VirtualUser, kind: str, body: Any) -> None:
        """Ignore messages; the users keep their seats."""

    for _ in range(pairs):
        both = [VirtualUser(target, reactor, on_message) for _ in range(2)]
        users += both
        run_until(reactor, lambda both=both: all(g.ready for g in both), "welcomes")  # type: ignore[misc]
        for user in both:
            user.encode_message("join", **target.join)
        run_until(reactor, lambda both=both: all(g.seat >= 0 for g in both), "a match")  # type: ignore[misc]
    writers = [user for user in users if user.seat == 0]
    frames = {
        user: [
            user.connection.encode_message(
                "ink",
                room=user.room,
                c=0,
                s=i // STROKE_FRAMES,
                p=live_part(random, first=i % STROKE_FRAMES == 0),
            )
            for i in range(FRAMES)
        ]
        for user in writers
    }
    idle = _idle(target, reactor)
    before, start, sent = target.cpu(), time.monotonic(), 0
    for tick in range(round(seconds * RATE)):
        for number, user in enumerate(writers):
            moment = start + (tick + number / len(writers)) / RATE
            if moment > time.monotonic():
                reactor.run_once(moment)
            user.connection.send(frames[user][tick % FRAMES])
            sent += 1
    run_until(reactor, lambda: sum(user.inks for user in users) >= sent, f"{sent} frames")
    after, took = target.cpu(), time.monotonic() - start
    leave(reactor)
    server, store = (
        (now - then - rest * took) * 1e6 / sent
        for now, then, rest in zip(after, before, idle, strict=True)
    )
    return server, store


def _idle(target: Target, reactor: Reactor) -> tuple[float, float]:
    """Seconds of CPU a second without ink."""
    before, start = target.cpu(), time.monotonic()
    while (now := time.monotonic()) < start + 1.0:
        reactor.run_once(now + 0.05)
    after, took = target.cpu(), time.monotonic() - start
    return (after[0] - before[0]) / took, (after[1] - before[1]) / took


def us_per_joiner(target: Target, joiners: int, in_flight: int) -> tuple[float, float]:
    """Microseconds of the server and of Valkey for a participant from the connection to the close,
    with so many in flight.
    """
    inks = [character(Random(SEED + number)) for number in range(16)]
    written = 0

    def on_message(user: VirtualUser, kind: str, body: Any) -> bool:
        nonlocal written
        if kind == "welcome":
            user.encode_message("join", **target.join)
        elif (kind == "matched" and user.seat == 0) or (
            kind == "committed" and body["c"] == 0 and user.seat == 1
        ):
            user.encode_message("commit", room=user.room, c=user.seat, strokes=inks[written % 16])
            written += 1
        return kind == "completed"

    return _us_for_each(target, joiners, in_flight, on_message)


def us_per_join(target: Target, joins: int, in_flight: int) -> tuple[float, float]:
    """Microseconds of the server and of Valkey for a participant who connects, is brought together
    with a stranger and leaves without a stroke, with so many in flight.
    """

    def on_message(user: VirtualUser, kind: str, body: Any) -> bool:
        if kind == "welcome":
            user.encode_message("join", **target.join)
        return kind == "matched"

    return _us_for_each(target, joins, in_flight, on_message)


def _us_for_each(
    target: Target, users: int, in_flight: int, on_message: Callable[[VirtualUser, str, Any], bool]
) -> tuple[float, float]:
    """Microseconds for each user; a user leaves, and the next comes, when `on_message` is True."""
    reactor = target.reactor()
    begun = finished = 0

    def begin() -> None:
        nonlocal begun
        if begun < users:
            begun += 1
            VirtualUser(target, reactor, hear)

    def hear(user: VirtualUser, kind: str, body: Any) -> None:
        nonlocal finished
        if on_message(user, kind, body):
            finished += 1
            user.connection.close()
            begin()

    before = target.cpu()
    for _ in range(min(in_flight, users)):
        begin()
    run_until(reactor, lambda: finished >= users, f"{users} users")
    leave(reactor)
    after = target.cpu()
    return (after[0] - before[0]) * 1e6 / users, (after[1] - before[1]) * 1e6 / users


def bytes_per_connection(target: Target, connections: int, rate: float) -> float:
    """Bytes of the server's PSS for a connection that was welcomed and says no more."""
    reactor = target.reactor()
    users: list[VirtualUser] = []
    before = accounting.memory(target.pid)["pss"]
    start = time.monotonic()
    for number in range(connections):
        while time.monotonic() < start + number / rate:
            reactor.run_once(start + number / rate)
        users.append(VirtualUser(target, reactor, lambda *_: None))
    run_until(reactor, lambda: all(user.ready for user in users), f"{connections} welcomes")
    until = time.monotonic() + 2.0
    while time.monotonic() < until:
        reactor.run_once(until)
    after = accounting.memory(target.pid)["pss"]
    leave(reactor)
    return (after - before) / connections
