"""Small histories written by hand, and what a check of them finds."""

from __future__ import annotations

import json
from pathlib import Path

from server.check.history import events
from server.check.messages import digest
from server.check.report import report
from server.check.run import Check
from server.check.store import Archived, Hand, Lane, LiveRoom, Store, StoredWork

GRACE = 15.0
CHARS = ["加", "油", "加", "油"]
PHRASE = {"id": "four", "text": "加油加油", "chars": CHARS, "locale": "zh-Hans"}
TOTALS = {"relays": 0, "participants": 0, "online": 1, "writing": 0}


def ink(number: int) -> list[list[int]]:
    """Strokes that differ by number."""
    return [[number, 1, 0, 9]]


def turn(c: int, ms: int = 60_000) -> dict[str, object]:
    """Whose turn it is."""
    return {"c": c, "char": CHARS[c], "seat": c % 2, "ms": ms}


def waiting(room: str, written: int = 0) -> dict[str, object]:
    """One is alone in a room."""
    inks = [ink(c) for c in range(written)]
    view = {"room": room, "phrase": PHRASE, "seat": 0, "committed": inks, "turn": turn(written)}
    return {"t": "waiting"} | view


def matched(room: str, seat: int, written: int = 0, ms: int = 60_000) -> dict[str, object]:
    """One has a partner in a room."""
    view = waiting(room, written) | {"seat": seat, "turn": turn(written, ms)}
    return view | {"t": "matched", "partner": {"alias": "a stranger", "here": True}}


def completed(room: str, serial: int, relays: int = 1) -> dict[str, object]:
    """A work is finished."""
    counters = TOTALS | {"relays": relays, "participants": 2 * relays}
    work = {"room": room, "work": room, "url": f"/w/{room}", "serial": serial}
    return {"t": "completed", "counters": counters} | work


class Story:
    """A history, told line by line; each line is a tenth of a second after the one before."""

    def __init__(self) -> None:
        self._lines: list[dict[str, object]] = []
        self._now = 100.0
        self._numbers: dict[str, int] = {}

    def wait(self, seconds: float) -> Story:
        """Nothing happens for a while."""
        self._now += seconds
        return self

    def hello(self, name: str, participant: str | None = None, **more: object) -> Story:
        """Somebody connects (again) and is welcomed; `more` is of the `welcome`."""
        self.knock(name)
        return self.got(name, "welcome", **self.welcome(participant or name), **more)

    def knock(self, name: str, holder: str = "") -> Story:
        """Somebody connects and says hello, perhaps as another client of `holder`."""
        number = self._numbers[name] = self._numbers.get(name, 0) + 1
        self._add(name, "opened")
        known = holder or (name if number > 1 else "")
        return self.says(name, "hello", **({"token": f"token of {known}"} if known else {}))

    @staticmethod
    def welcome(name: str) -> dict[str, object]:
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

    def says(self, name: str, t: str, **keys: object) -> Story:
        """Somebody sends a message."""
        return self._add(name, "sent", message={"t": t} | keys)

    def got(self, name: str, t: str, **keys: object) -> Story:
        """Somebody receives a message."""
        return self._add(name, "received", message=keys | {"t": t})

    def seated(self, name: str, view: dict[str, object]) -> Story:
        """Somebody joins and is told a room."""
        return self.says(name, "join").told(name, view)

    def told(self, name: str, message: dict[str, object]) -> Story:
        """Somebody receives this."""
        return self._add(name, "received", message=message)

    def bye(self, name: str, code: int = 1000) -> Story:
        """Somebody's connection is over."""
        return self._add(name, "closed", code=code)

    def pair(self, room: str, first: str = "a", second: str = "b") -> Story:
        """Two connect and meet in a room."""
        self.hello(first).hello(second)
        return self.meet(room, first, second)

    def meet(self, room: str, first: str = "a", second: str = "b") -> Story:
        """Two who are connected meet in a room."""
        self.seated(first, waiting(room)).seated(second, matched(room, 1))
        return self.told(first, matched(room, 0))

    def write(self, room: str, c: int, first: str = "a", second: str = "b") -> Story:
        """One character is written and told to both."""
        writer = (first, second)[c % 2]
        self.says(writer, "commit", room=room, c=c, strokes=ink(c))
        for name in (first, second):
            self.committed(name, room, c)
            if c < len(CHARS) - 1:
                self.got(name, "turn", room=room, **turn(c + 1))
        return self

    def committed(self, name: str, room: str, c: int, number: int | None = None) -> Story:
        """Somebody is told of a character."""
        strokes = ink(c if number is None else number)
        return self.got(name, "committed", room=room, c=c, seat=c % 2, strokes=strokes)

    def work(
        self, room: str, first: str = "a", second: str = "b", relays: int = 1, began: int = 0
    ) -> Story:
        """The rest of a relay, to the end."""
        for c in range(began, len(CHARS)):
            self.write(room, c, first, second)
        self.told(first, completed(room, 2 * relays - 1, relays))
        return self.told(second, completed(room, 2 * relays, relays))

    def _add(self, name: str, event: str, **more: object) -> Story:
        self._now += 0.1
        line = {"at": self._now, "client": name, "connection": self._numbers.get(name, 1)}
        self._lines.append(line | {"event": event} | more)
        return self

    def file(self, folder: Path) -> Path:
        """The history as a file."""
        path = folder / "history.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in self._lines))
        return path

    def check(self, folder: Path, store: Store | None = None) -> dict[str, str]:
        """The text of the first violation of each broken promise."""
        path = self.file(folder)
        check = Check(GRACE)
        for recorded in events([path]):
            check.take(recorded)
        check.finish(store)
        assert list(report(check.promises, [path], check.events, check.began))
        return {p.name: p.first.text for p in check.promises if p.first}


def work(room: str, serial: int = 1, hands: tuple[str, str] = ("a", "b")) -> StoredWork:
    """A stored work with lawful ink."""
    numbered = tuple(Hand(hand, serial + i) for i, hand in enumerate(hands))
    digests = tuple(digest(ink(c)) for c in range(len(CHARS)))
    return StoredWork(room, numbered, bytes([0, 1, 0, 1]), digests, 1_000 + serial)


def live(room: str, seats: tuple[str, str], written: int = 0) -> LiveRoom:
    """An unfinished room with lawful ink."""
    return LiveRoom(room, seats, tuple(digest(ink(c)) for c in range(written)))


def store(
    *works: StoredWork,
    rooms: tuple[LiveRoom, ...] = (),
    relays: int | None = None,
    participants: int | None = None,
    on_the_way: tuple[StoredWork, ...] = (),
) -> Store:
    """A final store; the counters are right unless told."""
    everything = {work.id: work for work in (*works, *on_the_way)}.values()
    hands = sum(len(work.hands) for work in everything)
    lane = Lane(
        len(everything) if relays is None else relays,
        hands if participants is None else participants,
        list(on_the_way),
        {room.id: room for room in rooms},
    )
    return Store([Archived("default", [lane], list(works))])
