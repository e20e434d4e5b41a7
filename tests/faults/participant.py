"""What a participant of a run does: the messages that come, and what it does next."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from tests.faults.fault_types import State
from tests.faults.history import Message

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


class Observer(Protocol):
    """Hears of what participants meet.

    Attributes:
        draining: whether they are to finish their rooms and join no other.
    """

    draining: bool

    def strokes(self, random: Random) -> list[list[int]]:
        """The ink of a character, another one each time."""

    def note(self, what: str) -> None:
        """Count an event by name."""

    def room_opened(self, room: str) -> None:
        """A participant is in a room without a character."""

    def completed(self, room: str) -> None:
        """A work was completed."""

    def refused(self, code: str, re: str | None) -> None:
        """The service answered with an error."""

    def state_changed(self, client: Any, before: State | None, state: State | None) -> None:
        """A participant entered another state."""


class Participant(ABC):
    """Joins, writes, commits, completes, pledges and joins again; knows no socket."""

    def __init__(self, random: Random, observer: Observer) -> None:
        """Does at random what `random` says."""
        self.room: Room | None = None
        self.limits = {"turn": 60.0, "grace": 15.0}
        self._random = random
        self._observer = observer
        self._token: str | None = None
        self._phrases: list[str] = []
        self._state: State | None = None
        self._next_action: tuple[float, Callable[[], None]] | None = None
        self._commit: Message | None = None
        self._pledge: str | None = None
        self._request_sent_at: float | None = None
        self._last_progress_at = 0.0

    @property
    def state(self) -> State | None:
        """The state of the participant; None while it is not connected."""
        return self._state

    @abstractmethod
    def disconnect(self, away: float | None, cause: str) -> None:
        """Lose the connection; reconnect after `away` seconds, or never."""

    @abstractmethod
    def _send(self, message: Message) -> None:
        """Send a message, if there is a connection."""

    @abstractmethod
    def _say_hello(self) -> None:
        """Say hello again."""

    # Received messages ----------------------------------------------------------------------------

    def _handle(self, message: Message) -> None:
        handler = getattr(self, f"_on_{message['t']}", None)
        if handler is not None:
            handler(message)
        elif message["t"] not in {"ink", "undo", "react", "pong", "invited"}:
            self._observer.note(f"unknown message {message['t']}")

    def _on_welcome(self, message: Message) -> None:
        self._token = message["token"]
        self._phrases = [p["id"] for p in message["phrases"] if len(p["chars"]) <= SHORT]
        self.limits["turn"] = message["limits"]["turn_ms"] / 1_000
        self.limits["grace"] = message["limits"]["grace_ms"] / 1_000
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
            self._observer.room_opened(self.room.id)
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
        self._observer.completed(message["room"])
        if self.room is not None and self.room.id == message["room"]:
            self._become_idle(State.FINISHED)

    def _on_error(self, message: Message) -> None:
        code, refused = message["code"], message.get("re")
        self._observer.refused(code, refused)
        wait = (message.get("retry_ms") or 500) / 1_000
        if code in {"busy", "slow_down"}:
            self._request_sent_at = None
            again = {
                "hello": self._say_hello,
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
        if self._observer.draining:
            self._schedule("join", lambda: self.disconnect(None, "finished"))
        elif self._random.random() < PLEDGE_SHARE:
            self._pledge = self._random.choice(PLEDGES)
            self._schedule("join", self._ask_for_pledge)
        else:
            self._schedule("join", self._join)

    def _ask_for_pledge(self) -> None:
        """Make a pledge; most participants make each one several times, which counts once."""
        if self._pledge is None or self._observer.draining:
            self._join()
            return
        self._request({"t": "pledge", "pledge": self._pledge})

    def _join(self) -> None:
        if self._observer.draining:
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
                "strokes": self._observer.strokes(self._random),
            }
        self._set_state(State.COMMITTING)
        self._request(self._commit)
        if chance > 0.99:
            self._send(self._commit)

    def _wait_alone(self) -> None:
        """Sometimes stop waiting, and leave the character for a later stranger."""
        if self._observer.draining or self._random.random() < 0.02:
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

    def _schedule(self, what: str, act: Callable[[], None]) -> None:
        self._next_action = (time.monotonic() + self._random.uniform(*PAUSE_SECONDS[what]), act)

    def _set_state(self, state: State | None) -> None:
        if state is not self._state:
            before, self._state = self._state, state
            self._observer.state_changed(self, before, state)
