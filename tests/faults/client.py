"""One client: joins, writes, commits, completes and joins again, until the run is drained.

It follows the protocol as a good client does: it resumes with its token, waits as long as it is
told, and pings a silent server. It reports what is wrong to `Clients`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.faults.connection import Connection, ConnectionLostError
from tests.faults.fault_types import State
from tests.faults.history import Message

if TYPE_CHECKING:
    from tests.faults.clients import Clients

SILENCE_SECONDS = 3.0
"""After this time without a message the client pings; after the same time again it reconnects."""

ANSWER_SECONDS = 6.0
"""After this time without an answer from a live server, the client repeats its request."""

SLACK_SECONDS = 12.0
"""Time that a room may take beyond its limits: lease, reaping and a busy machine."""

RECONNECT_SECONDS = (0.1, 0.8)
"""Range of the random delay before a reconnect."""

PLEDGES = ("tea", "trees")
PLEDGE_SHARE = 0.25
"""How often an idle client makes a pledge before it joins again."""

PAUSE_SECONDS = {"join": (0.1, 0.6), "write": (0.2, 0.9)}
SHORT = 2
"""Most characters of the phrases that clients mostly ask for."""


@dataclass
class Room:
    """A room as its client knows it."""

    id: str
    seat: int
    characters: int
    turn: int = 0
    holder: int = 0
    limit: float = 0.0
    alone: bool = True
    partner_here: bool = False

    @property
    def is_my_turn(self) -> bool:
        return self.holder == self.seat


class Client:
    """A client `name` of the service at `url`."""

    def __init__(self, name: str, url: str, random: Random, clients: Clients) -> None:
        self.name = name
        self.room: Room | None = None
        self.limits = {"turn": 60.0, "grace": 15.0}
        self._url = url
        self._random = random
        self._clients = clients
        self._connection: Connection | None = None
        self._connection_count = 0
        self._token: str | None = None
        self._phrases: list[str] = []
        self._state: State | None = None
        self._next_action: tuple[float, Callable[[], None]] | None = None
        self._commit: Message | None = None
        self._pledge: str | None = None
        self._request_sent_at: float | None = None
        self._last_progress_at = 0.0
        self._reconnect_delay: float | None = 0.0
        self._lost_at: float | None = None
        self._cause: str | None = None

    @property
    def state(self) -> State | None:
        """The state of the client; None while it is not connected."""
        return self._state

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
        if self._connection is not None:
            self._connection.abort()
            self._connection = None

    # Received messages ----------------------------------------------------------------------------

    def _handle(self, message: Message) -> None:
        handler = getattr(self, f"_on_{message['t']}", None)
        if handler is not None:
            handler(message)
        elif message["t"] not in {"ink", "undo", "react", "pong", "invited"}:
            self._clients.note(f"unknown message {message['t']}")

    def _on_welcome(self, message: Message) -> None:
        self._token = message["token"]
        self._phrases = [p["id"] for p in message["phrases"] if len(p["chars"]) <= SHORT]
        self.limits["turn"] = message["limits"]["turn_ms"] / 1_000
        self.limits["grace"] = message["limits"]["grace_ms"] / 1_000
        if self._lost_at is not None:
            self._clients.reconnected(self._cause or "nothing known", self._lost_at)
        self._lost_at = self._cause = None
        self._request_sent_at = None
        resume = message.get("resume")
        if resume is None:
            self._become_idle()
        else:
            self._handle(resume)

    def _on_waiting(self, message: Message) -> None:
        self._take_seat(message, alone=True)

    def _on_matched(self, message: Message) -> None:
        self._take_seat(message, alone=False)

    def _take_seat(self, message: Message, *, alone: bool) -> None:
        self._request_sent_at = None
        turn = message["turn"]
        self.room = Room(
            message["room"], message["seat"], len(message["phrase"]["chars"]), alone=alone
        )
        self.room.partner_here = not alone and bool(message["partner"]["here"])
        if not self.room.partner_here and turn["ms"] > 1_000 * sum(self.limits.values()):
            self.room.alone = True  # the partner's seat is offered to strangers
        if not message["committed"]:
            self._clients.room_opened(self.room.id)
        self._take_turn(turn)

    def _on_turn(self, message: Message) -> None:
        if self.room is not None and message["room"] == self.room.id:
            self._take_turn(message)

    def _take_turn(self, turn: Message) -> None:
        room = self.room
        assert room is not None
        room.turn, room.holder = turn["c"], turn["seat"]
        room.limit = (turn.get("ms") or 0) / 1_000
        self._last_progress_at = time.monotonic()
        if room.is_my_turn:
            sent = self._commit
            if sent is not None and (sent["room"], sent["c"]) != (room.id, room.turn):
                self._commit = None
            self._set_state(State.WAITING if room.alone else State.MY_TURN)
            self._schedule("write", self._write)
        else:
            self._commit = None
            self._request_sent_at = None
            self._next_action = None
            self._set_state(State.WAITING if room.alone else State.THEIR_TURN)
            if room.alone:
                self._wait_alone()

    def _on_committed(self, message: Message) -> None:
        if self._commit is not None and message["c"] == self._commit["c"]:
            self._commit = self._request_sent_at = None

    def _on_pledged(self, _message: Message) -> None:
        self._pledge = None
        if self._state is State.IDLE:
            self._join()

    def _on_partner(self, message: Message) -> None:
        room = self.room
        if room is None or message["room"] != room.id:
            return
        self._last_progress_at = time.monotonic()
        if message["state"] == "away":
            room.partner_here = False
            room.limit = self.limits["turn"]
            if not room.is_my_turn:
                self._set_state(State.PARTNER_AWAY)
        elif message["state"] == "back":
            room.partner_here = True
            if not room.is_my_turn:
                self._set_state(State.THEIR_TURN)
        else:
            room.alone = True
            room.partner_here = False
            self._set_state(State.WAITING)
            if not room.is_my_turn:
                self._wait_alone()

    def _on_completed(self, message: Message) -> None:
        self._clients.completed(message["room"])
        if self.room is not None and self.room.id == message["room"]:
            self._become_idle(State.FINISHED)

    def _on_bye(self, message: Message) -> None:
        self._reconnect_delay = message["retry_ms"] / 1_000
        if message["why"] == "idle":
            self._cause = self._cause or "bye idle"
            self.room = None

    def _on_error(self, message: Message) -> None:
        code, refused = message["code"], message.get("re")
        self._clients.refused(code, refused)
        wait = (message.get("retry_ms") or 500) / 1_000
        if code in {"busy", "slow_down"}:
            self._request_sent_at = None
            again = {
                "hello": self._retry_hello,
                "join": self._join,
                "commit": self._write,
                "pledge": self._ask_for_pledge,
            }
            if refused in again:
                self._next_action = (time.monotonic() + wait, again[refused])
        elif code == "no_such_room":
            self._commit = None
            self._become_idle()
        elif code == "not_your_turn":
            self._commit = self._request_sent_at = None

    # Actions --------------------------------------------------------------------------------------

    def _become_idle(self, state: State = State.IDLE) -> None:
        self.room = self._commit = self._request_sent_at = None
        self._set_state(state)
        if self._clients.draining:
            self._schedule("join", lambda: self.disconnect(None, "finished"))
        elif self._random.random() < PLEDGE_SHARE:
            self._pledge = self._random.choice(PLEDGES)
            self._schedule("join", self._ask_for_pledge)
        else:
            self._schedule("join", self._join)

    def _ask_for_pledge(self) -> None:
        """Make a pledge; most participants make each one several times, which counts once."""
        if self._pledge is None or self._clients.draining:
            self._join()
            return
        self._request({"t": "pledge", "pledge": self._pledge})

    def _retry_hello(self) -> None:
        if self._connection is not None:
            self._send_hello(self._connection)

    def _join(self) -> None:
        if self._clients.draining:
            self.disconnect(None, "finished")
            return
        join: Message = {"t": "join"}
        if self._phrases and self._random.random() < 0.95:
            join["phrase"] = self._random.choice(self._phrases)
        self._set_state(State.IDLE)
        self._request(join)

    def _write(self) -> None:
        room = self.room
        if room is None or not room.is_my_turn:
            return
        chance = self._random.random()
        if chance < 0.01:
            self._leave(keep=chance < 0.006)
            return
        if chance < 0.012:
            self._send({"t": "report", "room": room.id, "why": "other"})
            self._become_idle()
            return
        if chance < 0.05 and not room.alone:
            self._send({"t": "ink", "room": room.id, "c": room.turn, "s": 0, "p": [9, 9, 0, 9]})
            self._send({"t": "react", "room": room.id, "e": "heart"})
        if self._commit is None:
            self._commit = {
                "t": "commit",
                "room": room.id,
                "c": room.turn,
                "strokes": self._clients.strokes(self._random),
            }
        self._set_state(State.COMMITTING)
        self._request(self._commit)
        if chance > 0.99:
            self._send(self._commit)

    def _wait_alone(self) -> None:
        """Sometimes stop waiting, and leave the character for a later stranger."""
        if self._clients.draining or self._random.random() < 0.02:
            self._next_action = (time.monotonic() + 1, lambda: self._leave(keep=True))

    def _leave(self, *, keep: bool) -> None:
        if self.room is not None:
            self._send({"t": "leave", "room": self.room.id, "keep": keep})
            self._become_idle()

    def drain(self) -> None:
        """Finish the present room and join no other."""
        if self.room is None or self.room.alone:
            self._next_action = (time.monotonic(), self._leave_and_disconnect)

    def _leave_and_disconnect(self) -> None:
        self._leave(keep=True)
        self._next_action = (time.monotonic() + 0.2, lambda: self.disconnect(None, "finished"))

    def _request(self, message: Message) -> None:
        """Send a message that needs an answer."""
        self._request_sent_at = time.monotonic()
        self._send(message)

    def _send(self, message: Message) -> None:
        if self._connection is not None:
            self._connection.send(message)

    def _schedule(self, what: str, act: Callable[[], None]) -> None:
        self._next_action = (time.monotonic() + self._random.uniform(*PAUSE_SECONDS[what]), act)

    def _set_state(self, state: State | None) -> None:
        if state is not self._state:
            before, self._state = self._state, state
            self._clients.state_changed(self, before, state)
