"""Holds the clients' histories against the service's books: plain sums and equalities."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from tests.faults.books import Books
from tests.faults.history import Line
from tests.faults.verdict import Verdict

TOLD_SECONDS = 12.0
"""Within so long a connected hand hears that its work is completed, whatever happens."""

GHOST_SECONDS = 12.0
"""A ticket outlives its owner by 10 s at most; two for the way."""

LOSS_SECONDS = (2.0, 15.0)
"""What was heard so long before or after a failover may be lost by it."""


@dataclass
class Told:
    """What one history line after another says.

    Attributes:
        completed: (work, participant) -> (serial, when first heard).
        committed: (room, character) -> (strokes, when first heard).
        connected: participant -> spans of its connections.
        left: (room, participant) of whoever gave a seat up or lost it; such a hand hears of the
            work on its next return.
        rewritten: characters that were told with different strokes.
        conflicting: serials that were told differently.
    """

    completed: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
    committed: dict[tuple[str, int], tuple[Any, float]] = field(default_factory=dict)
    connected: dict[str, list[list[float]]] = field(default_factory=dict)
    left: set[tuple[str, str]] = field(default_factory=set)
    rewritten: list[tuple[str, float]] = field(default_factory=list)
    conflicting: list[tuple[str, float]] = field(default_factory=list)

    _seats: dict[str, str] = field(default_factory=dict)
    _participants: dict[tuple[str, int], tuple[str, list[float]]] = field(default_factory=dict)

    def read(self, lines: Iterable[Line]) -> None:
        """Take in a history."""
        for line in lines:
            key = (line.client, line.connection)
            if line.event == "closed" and key in self._participants:
                self._participants[key][1][1] = line.at
            elif line.message is None:
                continue
            elif line.event == "received":
                self._heard(line, key, line.message)
            elif line.message["t"] in {"leave", "report"} and key in self._participants:
                self.left.add((line.message["room"], self._participants[key][0]))

    def _heard(self, line: Line, key: tuple[str, int], message: dict[str, Any]) -> None:
        match message["t"]:
            case "welcome":
                participant = message["participant"]
                span = [line.at, inf]
                self._participants[key] = participant, span
                self.connected.setdefault(participant, []).append(span)
                for work in message["finished"]:
                    self._finished(participant, work, line.at)
                resume = message.get("resume")
                seat = self._seats.pop(participant, None)
                if seat is not None and (not resume or resume["room"] != seat):
                    self.left.add((seat, participant))
                if resume:
                    self._sit(participant, resume, line.at)
            case "waiting" | "matched":
                self._sit(self._participants[key][0], message, line.at)
            case "committed":
                self._character(message["room"], message["c"], message["strokes"], line.at)
            case "completed":
                self._finished(self._participants[key][0], message, line.at)

    def _finished(self, participant: str, message: dict[str, Any], at: float) -> None:
        work, serial = message["work"], message["serial"]
        first, _ = self.completed.setdefault((work, participant), (serial, at))
        if first != serial:
            self.conflicting.append((f"{participant} in {work}: {first} and {serial}", at))

    def _sit(self, participant: str, message: dict[str, Any], at: float) -> None:
        self._seats[participant] = message["room"]
        self._room(message, at)

    def _room(self, message: dict[str, Any], at: float) -> None:
        for c, strokes in enumerate(message["committed"]):
            self._character(message["room"], c, strokes, at)

    def _character(self, room: str, c: int, strokes: Any, at: float) -> None:
        first, _ = self.committed.setdefault((room, c), (strokes, at))
        if first != strokes:
            self.rewritten.append((f"character {c} of {room}", at))


def check(
    verdict: Verdict,
    told: Told,
    books: Books,
    failovers: Sequence[float],
    outages: Sequence[tuple[float, float]],
) -> None:
    """Every equality; what lies near one of `failovers` is a loss and no violation.

    In `outages` the guarantee that was asked for cannot be given, so nobody can be told.
    """

    def lost(at: float) -> bool:
        before, after = LOSS_SECONDS
        return any(-before <= at - failover <= after for failover in failovers)

    _check_sums(verdict, books, excused=bool(failovers))
    for (work, participant), (serial, at) in told.completed.items():
        stored = books.works.get(work)
        verdict.expect(
            "a completed work is stored", stored is not None, f"{work}", excused=lost(at)
        )
        if stored is not None:
            verdict.expect(
                "a serial heard is the one stored",
                stored.serials.get(participant) == serial,
                f"{participant} in {work}: {serial}, stored {stored.serials.get(participant)}",
                excused=lost(at),
            )
    for (room, c), (strokes, at) in told.committed.items():
        stored = books.works.get(room)
        if stored is not None:
            verdict.expect(
                "strokes heard are those stored",
                c < len(stored.strokes) and stored.strokes[c] == strokes,
                f"character {c} of {room}",
                excused=lost(at),
            )
    for what, at in told.rewritten:
        verdict.expect("a character stays as it was told", False, what, excused=lost(at))
    for what, at in told.conflicting:
        verdict.expect("a serial stays as it was told", False, what, excused=lost(at))
    _check_everybody_told(verdict, told, books, outages)


def _check_sums(verdict: Verdict, books: Books, *, excused: bool) -> None:
    works, hands = len(books.works), sum(len(work.serials) for work in books.works.values())
    verdict.expect("the archive has caught up", not books.waiting, f"{books.waiting} wait")
    verdict.expect(
        "relays are the works stored",
        books.relays == works,
        f"{books.relays} counted, {works} stored",
        excused=excused,
    )
    verdict.expect(
        "participants are the hands stored",
        books.participants == hands,
        f"{books.participants} counted, {hands} stored",
        excused=excused,
    )
    serials = sorted(
        itertools.chain.from_iterable(work.serials.values() for work in books.works.values())
    )
    twice = [a for a, b in itertools.pairwise(serials) if a == b]
    verdict.expect("no serial is given twice", not twice, f"{twice[:10]}", excused=excused)
    if books.lanes > 1:
        return  # numbers are granted to lanes in blocks, and blocks may be given up
    verdict.expect(
        "no serial is left out",
        serials == list(range(1, len(serials) + 1)),
        f"{len(serials)} up to {serials[-1] if serials else 0}",
        excused=excused,
    )


def _told_by(at: float, outages: Sequence[tuple[float, float]]) -> float:
    """When a hand of a work completed at `at` has been told; outages do not count."""
    until = at + TOLD_SECONDS
    for began, over in sorted(outages):
        if began < until and over > at:
            until += over - max(began, at)
            at = max(over, at)
    return until


def _check_everybody_told(
    verdict: Verdict, told: Told, books: Books, outages: Sequence[tuple[float, float]]
) -> None:
    for work in books.works.values():
        at = work.completed_at
        until = _told_by(at, outages)
        for participant in work.serials:
            if (work.id, participant) in told.left:
                continue
            spans = told.connected.get(participant, [])
            if not any(opened <= at and closed >= until for opened, closed in spans):
                continue
            _, heard = told.completed.get((work.id, participant), (0, inf))
            verdict.expect(
                "a connected hand is told of its work",
                heard <= until,
                f"{participant} of {work.id}, completed at {at:.3f}, heard at {heard:.3f}",
            )
