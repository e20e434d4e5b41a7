"""One client: joins, writes, commits, completes and joins again, until the run is drained.

It follows the protocol as a good client does: it resumes with its token, waits as long as it is
told, and pings a silent server. It reports what is wrong to `Clients`.
"""

from __future__ import annotations

import asyncio
import time
from random import Random
from typing import Any, Protocol

from tests.faults.connection import Connection, ConnectionLostError
from tests.faults.fault_types import State
from tests.faults.history import History, Message
from tests.faults.participant import Observer, Participant, Room

SILENCE_SECONDS = 3.0
"""After this time without a message the client pings; after the same time again it reconnects."""

ANSWER_SECONDS = 6.0
"""After this time without an answer from a live server, the client repeats its request."""

SLACK_SECONDS = 12.0
"""Time that a room may take beyond its limits: lease, reaping and a busy machine."""

RECONNECT_SECONDS = (0.1, 0.8)
"""Range of the random delay before a reconnect."""


class ConnectionObserver(Observer, Protocol):
    """Hears of connections, too.

    Attributes:
        history: where the messages of all clients are recorded.
    """

    history: History

    def reconnected(self, cause: str, lost_at: float) -> None:
        """A client got `welcome` after a lost connection."""

    def probable_cause(self) -> str:
        """The fault that probably cut a connection just now."""

    def report_stuck(self, client: Any, room: Room, since: float) -> None:
        """A client got no message for longer than the limits of the room allow."""


class Client(Participant):
    """A client `name` of the service at `url`."""

    def __init__(self, name: str, url: str, random: Random, clients: ConnectionObserver) -> None:
        super().__init__(random, clients)
        self.name = name
        self._url = url
        self._clients = clients
        self._connection: Connection | None = None
        self._connection_count = 0
        self._reconnect_delay: float | None = 0.0
        self._lost_at: float | None = None
        self._cause: str | None = None

    async def run(self) -> None:
        """Take part until the run is drained or this client is gone for good."""
        while self._reconnect_delay is not None and not (
            self._clients.draining and self.room is None
        ):
            await asyncio.sleep(self._reconnect_delay)
            self._reconnect_delay = self._random.uniform(*RECONNECT_SECONDS)
            try:
                await self._connect()
                await self._run_connection()
            except ConnectionLostError as lost:
                self._on_connection_lost(lost)
        self._shut_down()

    # Faults ---------------------------------------------------------------------------------------

    def disconnect(self, away: float | None, cause: str) -> None:
        """Lose the connection; reconnect after `away` seconds, or never."""
        self._reconnect_delay, self._cause = away, cause
        if self._connection is not None:
            self._connection.abort()

    async def connect_twice(self, cause: str) -> None:
        """Connect a second time; the old connection gets `elsewhere`."""
        old, self._cause = self._connection, cause
        if old is None or self._token is None:
            return
        try:
            self._connection_count += 1
            number = self._connection_count
            new = await Connection.open(self._url, self._clients.history, self.name, number)
        except ConnectionLostError:
            return
        self._replacement = new
        self._send_hello(new)
        for _ in range(50):
            if not old.open_:
                return
            await asyncio.sleep(0.1)
        old.abort()

    def set_reading(self, reading: bool) -> None:
        """Start or stop reading from the connection."""
        if self._connection is not None:
            (self._connection.read_again if reading else self._connection.stop_reading)()

    # Connection -----------------------------------------------------------------------------------

    _replacement: Connection | None = None
    """A connection that replaces the present one."""

    async def _connect(self) -> None:
        if self._replacement is not None:
            self._connection, self._replacement = self._replacement, None
            return
        self._connection_count += 1
        self._connection = await Connection.open(
            self._url, self._clients.history, self.name, self._connection_count
        )
        self._send_hello(self._connection)

    def _send_hello(self, connection: Connection) -> None:
        hello: Message = {"t": "hello", "client": "faults"}
        if self._token is not None:
            hello["token"] = self._token
        connection.send(hello)

    async def _run_connection(self) -> None:
        assert self._connection is not None
        self._set_state(State.GREETING)
        self._next_action = self._request_sent_at = None
        self._last_progress_at = received_at = time.monotonic()
        pinged = False
        while True:
            until = received_at + SILENCE_SECONDS
            if self._next_action is not None:
                until = min(until, self._next_action[0])
            message = await self._connection.next(until - time.monotonic())
            now = time.monotonic()
            if message is not None:
                received_at, pinged = now, False
                self._handle(message)
                continue
            if self._next_action is not None and now >= self._next_action[0]:
                _, act = self._next_action
                self._next_action = None
                act()
            if now >= received_at + SILENCE_SECONDS:
                if pinged:
                    self._clients.note("gave up a silent connection")
                    self._connection.abort()
                else:
                    received_at, pinged = now, True
                    self._connection.send({"t": "ping"})
            self._check_timeouts(now)

    def _check_timeouts(self, now: float) -> None:
        if self._request_sent_at is not None and now > self._request_sent_at + ANSWER_SECONDS:
            self._clients.note(f"no answer while {self._state}")
            self._request_sent_at = now
            if self._commit is not None:
                self._send(self._commit)
            elif self._pledge is not None:
                self._ask_for_pledge()
            elif self._state is State.GREETING:
                self._connection.abort()  # type: ignore[union-attr]
        room = self.room
        if room is None or room.is_my_turn or self._state is State.GREETING:
            return
        limit = room.limit + self.limits["grace"] + SLACK_SECONDS
        if now > self._last_progress_at + limit:
            self._clients.report_stuck(self, room, self._last_progress_at)
            self._last_progress_at = now
            self.disconnect(0.1, "stuck")

    def _on_connection_lost(self, lost: ConnectionLostError) -> None:
        if self._state is not None:
            self._lost_at = self._lost_at or time.monotonic()
            self._cause = self._cause or self._clients.probable_cause()
        if lost.code == 4001 and self._replacement is None:
            self._clients.note("elsewhere without a reason")
        if self._replacement is not None:
            self._reconnect_delay = 0.0
        self._set_state(None)
        self._connection = None

    def _shut_down(self) -> None:
        self._set_state(None)
        for connection in (self._connection, self._replacement):
            if connection is not None:
                connection.abort()
        self._connection = self._replacement = None

    # Messages about the connection ----------------------------------------------------------------

    def _on_welcome(self, message: Message) -> None:
        if self._lost_at is not None:
            self._clients.reconnected(self._cause or "nothing known", self._lost_at)
        self._lost_at = self._cause = None
        super()._on_welcome(message)

    def _on_bye(self, message: Message) -> None:
        self._reconnect_delay = message["retry_ms"] / 1_000
        if message["why"] == "idle":
            self._cause = self._cause or "bye idle"
            self.room = None

    def _say_hello(self) -> None:
        if self._connection is not None:
            self._send_hello(self._connection)

    def _send(self, message: Message) -> None:
        if self._connection is not None:
            self._connection.send(message)
