"""One light participant: joins, writes, commits, completes and joins again, for as long as it may.

It keeps to the protocol as a good client does: returns with its token, waits as long as it is
told, asks whether a silent server is there. What it thinks of as wrong it tells the crowd.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.faults.history import Message
from tests.faults.kinds import State
from tests.faults.line import Line, LostError

if TYPE_CHECKING:
    from tests.faults.crowd import Crowd

SILENCE_SECONDS = 3.0
"""After so long without a message one asks, and after so long again one is gone and returns."""

ANSWER_SECONDS = 6.0
"""After so long without an answer, though the server is there, one asks for the same again."""

SLACK_SECONDS = 12.0
"""What a room may take longer than its clocks say: lease, reaping and a busy machine."""

RETURN_SECONDS = (0.1, 0.8)
"""When one returns after a lost connection, at random."""

PAUSES = {"join": (0.1, 0.6), "write": (0.2, 0.9)}
SHORT = 2
"""Characters of the phrases asked for, mostly."""


@dataclass
class Room:
    """A room as its participant knows it."""

    id: str
    seat: int
    characters: int
    turn: int = 0
    holder: int = 0
    limit: float = 0.0
    alone: bool = True
    partner_here: bool = False

    @property
    def mine(self) -> bool:
        return self.holder == self.seat


class Person:
    """A participant named `name`, who reaches the service at `url`."""

    def __init__(self, name: str, url: str, random: Random, crowd: Crowd) -> None:
        self.name = name
        self.room: Room | None = None
        self.limits = {"turn": 60.0, "grace": 15.0}
        self._url = url
        self._random = random
        self._crowd = crowd
        self._line: Line | None = None
        self._connections = 0
        self._token: str | None = None
        self._phrases: list[str] = []
        self._state: State | None = None
        self._plan: tuple[float, Callable[[], None]] | None = None
        self._commit: Message | None = None
        self._asked_at: float | None = None
        self._moved_at = 0.0
        self._stay_away: float | None = 0.0
        self._lost_at: float | None = None
        self._cause: str | None = None

    @property
    def state(self) -> State | None:
        """What it is doing; None while it is not connected."""
        return self._state

    async def live(self) -> None:
        """Take part until the crowd goes home or this one is gone for good."""
        while self._stay_away is not None and not (self._crowd.leaving and self.room is None):
            await asyncio.sleep(self._stay_away)
            self._stay_away = self._random.uniform(*RETURN_SECONDS)
            try:
                await self._connect()
                await self._take_part()
            except LostError as lost:
                self._lose(lost)
        self._go()

    # What faults do -------------------------------------------------------------------------------

    def vanish(self, away: float | None, cause: str) -> None:
        """The connection is gone; back after `away` seconds, or never."""
        self._stay_away, self._cause = away, cause
        if self._line is not None:
            self._line.abort()

    async def double(self, cause: str) -> None:
        """Connect once more while connected; the old connection hears `elsewhere`."""
        old, self._cause = self._line, cause
        if old is None or self._token is None:
            return
        try:
            self._connections += 1
            number = self._connections
            new = await Line.open(self._url, self._crowd.history, self.name, number)
        except LostError:
            return
        self._follow_up = new
        self._greet(new)
        for _ in range(50):
            if not old.open_:
                return
            await asyncio.sleep(0.1)
        old.abort()

    def read(self, reading: bool) -> None:
        """Read, or read nothing."""
        if self._line is not None:
            (self._line.read_again if reading else self._line.stop_reading)()

    # Connected ------------------------------------------------------------------------------------

    _follow_up: Line | None = None
    """The connection that replaces the present one."""

    async def _connect(self) -> None:
        if self._follow_up is not None:
            self._line, self._follow_up = self._follow_up, None
            return
        self._connections += 1
        self._line = await Line.open(self._url, self._crowd.history, self.name, self._connections)
        self._greet(self._line)

    def _greet(self, line: Line) -> None:
        hello: Message = {"t": "hello", "client": "faults"}
        if self._token is not None:
            hello["token"] = self._token
        line.send(hello)

    async def _take_part(self) -> None:
        assert self._line is not None
        self._enter(State.GREETING)
        self._plan = self._asked_at = None
        self._moved_at = heard_at = time.monotonic()
        asked = False
        while True:
            until = heard_at + SILENCE_SECONDS
            if self._plan is not None:
                until = min(until, self._plan[0])
            message = await self._line.next(until - time.monotonic())
            now = time.monotonic()
            if message is not None:
                heard_at, asked = now, False
                self._hear(message)
                continue
            if self._plan is not None and now >= self._plan[0]:
                _, act = self._plan
                self._plan = None
                act()
            if now >= heard_at + SILENCE_SECONDS:
                if asked:
                    self._crowd.note("gave up a silent connection")
                    self._line.abort()
                else:
                    heard_at, asked = now, True
                    self._line.send({"t": "ping"})
            self._look_at_the_clock(now)

    def _look_at_the_clock(self, now: float) -> None:
        if self._asked_at is not None and now > self._asked_at + ANSWER_SECONDS:
            self._crowd.note(f"no answer while {self._state}")
            self._asked_at = now
            if self._commit is not None:
                self._say(self._commit)
            elif self._state is State.GREETING:
                self._line.abort()  # type: ignore[union-attr]
        room = self.room
        if room is None or room.mine or self._state is State.GREETING:
            return
        patience = room.limit + self.limits["grace"] + SLACK_SECONDS
        if now > self._moved_at + patience:
            self._crowd.stuck(self, room, self._moved_at)
            self._moved_at = now
            self.vanish(0.1, "stuck")

    def _lose(self, lost: LostError) -> None:
        if self._state is not None:
            self._lost_at = self._lost_at or time.monotonic()
            self._cause = self._cause or self._crowd.suspect()
        if lost.code == 4001 and self._follow_up is None:
            self._crowd.note("elsewhere without a reason")
        if self._follow_up is not None:
            self._stay_away = 0.0
        self._enter(None)
        self._line = None

    def _go(self) -> None:
        self._enter(None)
        if self._line is not None:
            self._line.abort()
            self._line = None

    # What is heard --------------------------------------------------------------------------------

    def _hear(self, message: Message) -> None:
        handler = getattr(self, f"_hear_{message['t']}", None)
        if handler is not None:
            handler(message)
        elif message["t"] not in {"ink", "undo", "react", "pong", "invited"}:
            self._crowd.note(f"unknown message {message['t']}")

    def _hear_welcome(self, message: Message) -> None:
        self._token = message["token"]
        self._phrases = [p["id"] for p in message["phrases"] if len(p["chars"]) <= SHORT]
        self.limits["turn"] = message["limits"]["turn_ms"] / 1_000
        self.limits["grace"] = message["limits"]["grace_ms"] / 1_000
        if self._lost_at is not None:
            self._crowd.returned(self._cause or "nothing known", self._lost_at)
        self._lost_at = self._cause = None
        self._asked_at = None
        resume = message.get("resume")
        if resume is None:
            self._be_idle()
        else:
            self._hear(resume)

    def _hear_waiting(self, message: Message) -> None:
        self._sit(message, alone=True)

    def _hear_matched(self, message: Message) -> None:
        self._sit(message, alone=False)

    def _sit(self, message: Message, *, alone: bool) -> None:
        self._asked_at = None
        turn = message["turn"]
        self.room = Room(
            message["room"], message["seat"], len(message["phrase"]["chars"]), alone=alone
        )
        self.room.partner_here = not alone and bool(message["partner"]["here"])
        if not self.room.partner_here and turn["ms"] > 1_000 * sum(self.limits.values()):
            self.room.alone = True  # the partner's seat is offered to strangers
        if not message["committed"]:
            self._crowd.began(self.room.id)
        self._take_turn(turn)

    def _hear_turn(self, message: Message) -> None:
        if self.room is not None and message["room"] == self.room.id:
            self._take_turn(message)

    def _take_turn(self, turn: Message) -> None:
        room = self.room
        assert room is not None
        room.turn, room.holder = turn["c"], turn["seat"]
        room.limit = (turn.get("ms") or 0) / 1_000
        self._moved_at = time.monotonic()
        if room.mine:
            sent = self._commit
            if sent is not None and (sent["room"], sent["c"]) != (room.id, room.turn):
                self._commit = None
            self._enter(State.WAITING if room.alone else State.MY_TURN)
            self._intend("write", self._write)
        else:
            self._commit = None
            self._asked_at = None
            self._plan = None
            self._enter(State.WAITING if room.alone else State.THEIR_TURN)
            if room.alone:
                self._wait_alone()

    def _hear_committed(self, message: Message) -> None:
        if self._commit is not None and message["c"] == self._commit["c"]:
            self._commit = self._asked_at = None

    def _hear_partner(self, message: Message) -> None:
        room = self.room
        if room is None or message["room"] != room.id:
            return
        self._moved_at = time.monotonic()
        if message["state"] == "away":
            room.partner_here = False
            room.limit = self.limits["turn"]
            if not room.mine:
                self._enter(State.PARTNER_AWAY)
        elif message["state"] == "back":
            room.partner_here = True
            if not room.mine:
                self._enter(State.THEIR_TURN)
        else:
            room.alone = True
            room.partner_here = False
            self._enter(State.WAITING)
            if not room.mine:
                self._wait_alone()

    def _hear_completed(self, message: Message) -> None:
        self._crowd.completed(message["room"])
        if self.room is not None and self.room.id == message["room"]:
            self._be_idle(State.FINISHED)

    def _hear_bye(self, message: Message) -> None:
        self._stay_away = message["retry_ms"] / 1_000
        if message["why"] == "idle":
            self._cause = self._cause or "bye idle"
            self.room = None

    def _hear_error(self, message: Message) -> None:
        code, refused = message["code"], message.get("re")
        self._crowd.refused(code, refused)
        wait = (message.get("retry_ms") or 500) / 1_000
        if code in {"busy", "slow_down"}:
            self._asked_at = None
            again = {"hello": self._hello_again, "join": self._join, "commit": self._write}
            if refused in again:
                self._plan = (time.monotonic() + wait, again[refused])
        elif code == "no_such_room":
            self._commit = None
            self._be_idle()
        elif code == "not_your_turn":
            self._commit = self._asked_at = None

    # What is done ---------------------------------------------------------------------------------

    def _be_idle(self, state: State = State.IDLE) -> None:
        self.room = self._commit = self._asked_at = None
        self._enter(state)
        if self._crowd.leaving:
            self._intend("join", lambda: self.vanish(None, "went home"))
        else:
            self._intend("join", self._join)

    def _hello_again(self) -> None:
        if self._line is not None:
            self._greet(self._line)

    def _join(self) -> None:
        if self._crowd.leaving:
            self.vanish(None, "went home")
            return
        join: Message = {"t": "join"}
        if self._phrases and self._random.random() < 0.95:
            join["phrase"] = self._random.choice(self._phrases)
        self._enter(State.IDLE)
        self._ask(join)

    def _write(self) -> None:
        room = self.room
        if room is None or not room.mine:
            return
        chance = self._random.random()
        if chance < 0.01:
            self._leave(keep=chance < 0.006)
            return
        if chance < 0.012:
            self._say({"t": "report", "room": room.id, "why": "other"})
            self._be_idle()
            return
        if chance < 0.05 and not room.alone:
            self._say({"t": "ink", "room": room.id, "c": room.turn, "s": 0, "p": [9, 9, 0, 9]})
            self._say({"t": "react", "room": room.id, "e": "heart"})
        if self._commit is None:
            self._commit = {
                "t": "commit",
                "room": room.id,
                "c": room.turn,
                "strokes": self._crowd.strokes(self._random),
            }
        self._enter(State.COMMITTING)
        self._ask(self._commit)
        if chance > 0.99:
            self._say(self._commit)

    def _wait_alone(self) -> None:
        """For a while; a kept character then waits for a later stranger, as after any other."""
        if self._crowd.leaving or self._random.random() < 0.02:
            self._plan = (time.monotonic() + 1, lambda: self._leave(keep=True))

    def _leave(self, *, keep: bool) -> None:
        if self.room is not None:
            self._say({"t": "leave", "room": self.room.id, "keep": keep})
            self._be_idle()

    def go_home(self) -> None:
        """No more rooms after this one."""
        if self.room is None or self.room.alone:
            self._plan = (time.monotonic(), self._be_gone)

    def _be_gone(self) -> None:
        self._leave(keep=True)
        self._plan = (time.monotonic() + 0.2, lambda: self.vanish(None, "went home"))

    def _ask(self, message: Message) -> None:
        """Say what is to be answered."""
        self._asked_at = time.monotonic()
        self._say(message)

    def _say(self, message: Message) -> None:
        if self._line is not None:
            self._line.send(message)

    def _intend(self, what: str, act: Callable[[], None]) -> None:
        self._plan = (time.monotonic() + self._random.uniform(*PAUSES[what]), act)

    def _enter(self, state: State | None) -> None:
        if state is not self._state:
            before, self._state = self._state, state
            self._crowd.entered(self, before, state)
