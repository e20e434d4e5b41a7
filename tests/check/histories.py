"""Builds small histories and final stores by hand, and checks them."""

from __future__ import annotations

import json
from pathlib import Path

from server.check.checker import HistoryChecker
from server.check.history import read_events
from server.check.report import report
from server.check.store import Hand, Lane, LiveRoom, Store, StoredCampaign, StoredWork
from server.check.strokes import digest

GRACE = 15.0
CHARS = ["加", "油", "加", "油"]
PHRASE = {"id": "four", "text": "加油加油", "chars": CHARS, "locale": "zh-Hans"}
TOTALS = {"relays": 0, "participants": 0, "online": 1, "writing": 0}


def ink(number: int) -> list[list[int]]:
    """Strokes that differ for each number."""
    return [[number, 1, 0, 9]]


def turn(c: int, ms: int = 60_000) -> dict[str, object]:
    """The keys of a turn at character `c`."""
    return {"c": c, "char": CHARS[c], "seat": c % 2, "ms": ms}


def waiting(room: str, characters: int = 0) -> dict[str, object]:
    """The message `waiting`, with this many committed characters."""
    inks = [ink(c) for c in range(characters)]
    view = {"room": room, "phrase": PHRASE, "seat": 0, "committed": inks, "turn": turn(characters)}
    return {"t": "waiting"} | view


def matched(room: str, seat: int, characters: int = 0, ms: int = 60_000) -> dict[str, object]:
    """The message `matched`, with this many committed characters."""
    view = waiting(room, characters) | {"seat": seat, "turn": turn(characters, ms)}
    return view | {"t": "matched", "partner": {"alias": "a stranger", "here": True}}


def completed(room: str, serial: int, relays: int = 1) -> dict[str, object]:
    """The message `completed`."""
    counters = TOTALS | {"relays": relays, "participants": 2 * relays}
    work = {"room": room, "work": room, "url": f"/w/{room}", "serial": serial}
    return {"t": "completed", "counters": counters} | work


class History:
    """Builds a history event by event; each event is 0.1 s after the one before.

    Each client is one participant, and both have the same name.
    """

    def __init__(self) -> None:
        self._lines: list[dict[str, object]] = []
        self._now = 100.0
        self._numbers: dict[str, int] = {}

    def wait(self, seconds: float) -> History:
        """Let time pass without an event."""
        self._now += seconds
        return self

    def connect(self, name: str, participant: str | None = None, **more: object) -> History:
        """Connect a client, perhaps again, and welcome it; `more` are keys of `welcome`."""
        self.send_hello(name)
        return self.receive(name, "welcome", **self.welcome_keys(participant or name), **more)

    def send_hello(self, name: str, token_of: str = "") -> History:
        """Open a connection and send `hello`, with the token of `token_of` or of an earlier one."""
        number = self._numbers[name] = self._numbers.get(name, 0) + 1
        self._add(name, "opened")
        owner = token_of or (name if number > 1 else "")
        return self.send(name, "hello", **({"token": f"token of {owner}"} if owner else {}))

    @staticmethod
    def welcome_keys(name: str) -> dict[str, object]:
        """The keys of a `welcome`."""
        return {
            "token": f"token of {name}",
            "participant": name,
            "campaign": {"id": "default", "title": "", "open": True},
            "phrases": [PHRASE],
            "counters": TOTALS,
            "limits": {"turn_ms": 60_000, "grace_ms": 15_000},
            "finished": [],
        }

    def send(self, name: str, t: str, **keys: object) -> History:
        """A client sends a message of type `t`."""
        return self._add(name, "sent", message={"t": t} | keys)

    def receive(self, name: str, t: str, **keys: object) -> History:
        """A client receives a message of type `t`."""
        return self._add(name, "received", message=keys | {"t": t})

    def join(self, name: str, view: dict[str, object]) -> History:
        """A client sends `join` and receives a room view."""
        return self.send(name, "join").receive_message(name, view)

    def receive_message(self, name: str, message: dict[str, object]) -> History:
        """A client receives this message."""
        return self._add(name, "received", message=message)

    def disconnect(self, name: str, code: int = 1000) -> History:
        """A client's connection is closed."""
        return self._add(name, "closed", code=code)

    def pair(self, room: str, first: str = "a", second: str = "b") -> History:
        """Connect two clients and match them in a room."""
        self.connect(first).connect(second)
        return self.match(room, first, second)

    def match(self, room: str, first: str = "a", second: str = "b") -> History:
        """Match two connected clients in a room."""
        self.join(first, waiting(room)).join(second, matched(room, 1))
        return self.receive_message(first, matched(room, 0))

    def write(self, room: str, c: int, first: str = "a", second: str = "b") -> History:
        """The client whose turn it is commits a character, and both are told."""
        writer = (first, second)[c % 2]
        self.send(writer, "commit", room=room, c=c, strokes=ink(c))
        for name in (first, second):
            self.receive_committed(name, room, c)
            if c < len(CHARS) - 1:
                self.receive(name, "turn", room=room, **turn(c + 1))
        return self

    def receive_committed(self, name: str, room: str, c: int, number: int | None = None) -> History:
        """A client receives `committed`; `number` selects other strokes."""
        strokes = ink(c if number is None else number)
        return self.receive(name, "committed", room=room, c=c, seat=c % 2, strokes=strokes)

    def finish(
        self, room: str, first: str = "a", second: str = "b", relays: int = 1, start: int = 0
    ) -> History:
        """Write the characters from `start` on, and complete the work."""
        for c in range(start, len(CHARS)):
            self.write(room, c, first, second)
        self.receive_message(first, completed(room, 2 * relays - 1, relays))
        return self.receive_message(second, completed(room, 2 * relays, relays))

    def _add(self, name: str, event: str, **more: object) -> History:
        self._now += 0.1
        line = {"at": self._now, "client": name, "connection": self._numbers.get(name, 1)}
        self._lines.append(line | {"event": event} | more)
        return self

    def write_file(self, folder: Path) -> Path:
        """Write the history to a file."""
        path = folder / "history.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in self._lines))
        return path

    def violations(self, folder: Path, store: Store | None = None) -> dict[str, str]:
        """Check the history: the text of the first violation of each broken promise."""
        path = self.write_file(folder)
        checker = HistoryChecker(GRACE)
        for recorded in read_events([path]):
            checker.add(recorded)
        checker.finish(store)
        assert list(report(checker.promises, [path], checker.events, checker.start))
        return {p.name: p.first_violation.text for p in checker.promises if p.first_violation}


def work(room: str, serial: int = 1, hands: tuple[str, str] = ("a", "b")) -> StoredWork:
    """A stored work with the ink that `History.write` commits."""
    numbered = tuple(Hand(hand, serial + i) for i, hand in enumerate(hands))
    digests = tuple(digest(ink(c)) for c in range(len(CHARS)))
    return StoredWork(room, numbered, bytes([0, 1, 0, 1]), digests, 1_000 + serial)


def live(room: str, seats: tuple[str, str], characters: int = 0) -> LiveRoom:
    """An unfinished room with the ink that `History.write` commits."""
    return LiveRoom(room, seats, tuple(digest(ink(c)) for c in range(characters)))


def store(
    *works: StoredWork,
    rooms: tuple[LiveRoom, ...] = (),
    relays: int | None = None,
    participants: int | None = None,
    unarchived: tuple[StoredWork, ...] = (),
) -> Store:
    """A final store of one lane; without `relays` or `participants` the counters are right."""
    everything = {work.id: work for work in (*works, *unarchived)}.values()
    hands = sum(len(work.hands) for work in everything)
    lane = Lane(
        len(everything) if relays is None else relays,
        hands if participants is None else participants,
        list(unarchived),
        {room.id: room for room in rooms},
    )
    return Store([StoredCampaign("default", [lane], list(works))])
