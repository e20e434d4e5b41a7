"""Checks the clients' histories against the final state of the service."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from tests.faults.final_state import FinalState, Work
from tests.faults.history import Entry
from tests.faults.results import Results

NOTIFY_SECONDS = 12.0
"""Longest time until a connected hand gets `completed`, whatever fails."""

LOSS_SECONDS = (2.0, 15.0)
"""A failover may lose what clients received within this time before or after it."""


@dataclass
class Observations:
    """What the clients received, from their histories.

    Attributes:
        completed: (work, participant) -> (serial, when first received).
        committed: (room, character) -> (strokes, when first received).
        connected: participant -> spans of its connections.
        left: (room, participant) of hands who left or lost a seat; they get the work on their next
            return.
        rewritten: characters that were received with different strokes.
        conflicting: works that were received with different serials.
        pledged: (participant, pledge) -> (number, certificate, when first received).
    """

    completed: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
    committed: dict[tuple[str, int], tuple[Any, float]] = field(default_factory=dict)
    connected: dict[str, list[list[float]]] = field(default_factory=dict)
    left: set[tuple[str, str]] = field(default_factory=set)
    rewritten: list[tuple[str, float]] = field(default_factory=list)
    conflicting: list[tuple[str, float]] = field(default_factory=list)

    pledged: dict[tuple[str, str], tuple[int, str, float]] = field(default_factory=dict)

    _seats: dict[str, str] = field(default_factory=dict)
    _participants: dict[tuple[str, int], tuple[str, list[float]]] = field(default_factory=dict)

    def read(self, entries: Iterable[Entry]) -> None:
        """Read a history."""
        for entry in entries:
            key = (entry.client, entry.connection)
            if entry.event == "closed" and key in self._participants:
                self._participants[key][1][1] = entry.at
            elif entry.message is None:
                continue
            elif entry.event == "received":
                self._received(entry, key, entry.message)
            elif entry.message["t"] in {"leave", "report"} and key in self._participants:
                self.left.add((entry.message["room"], self._participants[key][0]))

    def _received(self, entry: Entry, key: tuple[str, int], message: dict[str, Any]) -> None:
        match message["t"]:
            case "welcome":
                participant = message["participant"]
                span = [entry.at, inf]
                self._participants[key] = participant, span
                self.connected.setdefault(participant, []).append(span)
                for work in message["finished"]:
                    self._finished(participant, work, entry.at)
                resume = message.get("resume")
                seat = self._seats.pop(participant, None)
                if seat is not None and (not resume or resume["room"] != seat):
                    self.left.add((seat, participant))
                if resume:
                    self._take_seat(participant, resume, entry.at)
            case "waiting" | "matched":
                self._take_seat(self._participants[key][0], message, entry.at)
            case "committed":
                self._character(message["room"], message["c"], message["strokes"], entry.at)
            case "completed":
                self._finished(self._participants[key][0], message, entry.at)
            case "pledged":
                told = message["number"], message["certificate"], entry.at
                self.pledged.setdefault((self._participants[key][0], message["pledge"]), told)

    def _finished(self, participant: str, message: dict[str, Any], at: float) -> None:
        work, serial = message["work"], message["serial"]
        first, _ = self.completed.setdefault((work, participant), (serial, at))
        if first != serial:
            self.conflicting.append((f"{participant} in {work}: {first} and {serial}", at))

    def _take_seat(self, participant: str, message: dict[str, Any], at: float) -> None:
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
    results: Results,
    observed: Observations,
    final_state: FinalState,
    failovers: Sequence[float],
    outages: Sequence[tuple[float, float]],
) -> None:
    """Check all equalities; a difference near one of `failovers` is a loss, not a violation.

    In `outages` the durability that was asked for is not possible, so nobody can be told.
    """

    def lost(at: float) -> bool:
        before, after = LOSS_SECONDS
        return any(-before <= at - failover <= after for failover in failovers)

    _check_sums(results, final_state, excused=bool(failovers))
    for (work, participant), (serial, at) in observed.completed.items():
        stored = final_state.works.get(work)
        results.expect(
            "a completed work is stored", stored is not None, f"{work}", excused=lost(at)
        )
        if stored is not None:
            results.expect(
                "a received serial is the one stored",
                stored.serials.get(participant) == serial,
                f"{participant} in {work}: {serial}, stored {stored.serials.get(participant)}",
                excused=lost(at),
            )
    for (room, c), (strokes, at) in observed.committed.items():
        stored = final_state.works.get(room)
        if stored is not None:
            results.expect(
                "received strokes are those stored",
                c < len(stored.strokes) and stored.strokes[c] == strokes,
                f"character {c} of {room}",
                excused=lost(at),
            )
    for what, at in observed.rewritten:
        results.expect("a character stays as it was told", False, what, excused=lost(at))
    for what, at in observed.conflicting:
        results.expect("a serial stays as it was told", False, what, excused=lost(at))
    _check_pledges(results, observed, final_state, lost, excused=bool(failovers))
    _check_everybody_notified(results, observed, final_state, outages)


def _check_pledges(
    results: Results,
    observed: Observations,
    final_state: FinalState,
    lost: Callable[[float], bool],
    *,
    excused: bool,
) -> None:
    stored = {(it.participant, it.pledge): it for it in final_state.pledges}
    for (participant, pledge), (number, certificate, at) in observed.pledged.items():
        found = stored.get((participant, pledge))
        results.expect(
            "a pledge that was told is stored so",
            found is not None and (found.number, found.certificate) == (number, certificate),
            f"{pledge} of {participant}: number {number}, stored {found}",
            excused=lost(at),
        )
    numbers = Counter((it.pledge, it.number) for it in final_state.pledges)
    twice = [it for it, count in numbers.items() if count > 1]
    results.expect(
        "no number of a pledge is given twice", not twice, f"{twice[:10]}", excused=excused
    )
    counts = dict(Counter(it.pledge for it in final_state.pledges))
    results.expect(
        "pledges are counted once",
        final_state.pledge_counts == counts,
        f"{final_state.pledge_counts} counted, {counts} stored",
        excused=excused,
    )


def _check_sums(results: Results, final_state: FinalState, *, excused: bool) -> None:
    works, hands = (
        len(final_state.works),
        sum(len(work.serials) for work in final_state.works.values()),
    )
    results.expect(
        "the archive has caught up", not final_state.waiting, f"{final_state.waiting} wait"
    )
    results.expect(
        "relays are the works stored",
        final_state.relays == works,
        f"{final_state.relays} counted, {works} stored",
        excused=excused,
    )
    results.expect(
        "participants are the hands stored",
        final_state.participants == hands,
        f"{final_state.participants} counted, {hands} stored",
        excused=excused,
    )
    serials = sorted(
        itertools.chain.from_iterable(work.serials.values() for work in final_state.works.values())
    )
    twice = [a for a, b in itertools.pairwise(serials) if a == b]
    results.expect("no serial is given twice", not twice, f"{twice[:10]}", excused=excused)
    if final_state.lanes > 1:
        return  # numbers are granted to lanes in blocks, and blocks may be given up
    results.expect(
        "no serial is left out",
        serials == list(range(1, len(serials) + 1)),
        f"{len(serials)} up to {serials[-1] if serials else 0}",
        excused=excused,
    )


def _notify_deadline(at: float, outages: Sequence[tuple[float, float]]) -> float:
    """The time by which a hand of a work completed at `at` must be told; outages do not count."""
    until = at + NOTIFY_SECONDS
    for began, over in sorted(outages):
        if began < until and over > at:
            until += over - max(began, at)
            at = max(over, at)
    return until


def _completed_at(work: Work, observed: Observations) -> float | None:
    """When it was completed, as the store says, or when the first hand was told."""
    if work.completed_at is not None:
        return work.completed_at
    told = (observed.completed.get((work.id, participant)) for participant in work.serials)
    return min((heard for _, heard in filter(None, told)), default=None)


def _check_everybody_notified(
    results: Results,
    observed: Observations,
    final_state: FinalState,
    outages: Sequence[tuple[float, float]],
) -> None:
    for work in final_state.works.values():
        at = _completed_at(work, observed)
        if at is None:
            continue
        until = _notify_deadline(at, outages)
        for participant in work.serials:
            if (work.id, participant) in observed.left:
                continue
            spans = observed.connected.get(participant, [])
            if not any(opened <= at and closed >= until for opened, closed in spans):
                continue
            _, heard = observed.completed.get((work.id, participant), (0, inf))
            results.expect(
                "a connected hand is told of its work",
                heard <= until,
                f"{participant} of {work.id}, completed at {at:.3f}, heard at {heard:.3f}",
            )
