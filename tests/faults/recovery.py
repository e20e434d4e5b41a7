"""Measures the time from each fault to the next relay and to the clients' return."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field

from tests.faults.fault_types import Fault

ATTRIBUTION_SECONDS = 8.0
"""A connection lost within this time after a broad fault is attributed to that fault."""


@dataclass
class Record:
    """One fault as it happened.

    Attributes:
        fault: what was planned.
        began: when it was done.
        over: when its cause ended, e.g. the process was started again; None for faults from which
            the service has to recover by itself.
        whole: when the store had all its replicas again; before that, durability `replica` is not
            possible.
        relay: when the first relay that began after `over` or `began` was completed.
    """

    fault: Fault
    began: float
    over: float | None = None
    lasting: bool = False
    whole: float | None = None
    relay: float | None = None
    note: str = ""

    @property
    def since(self) -> float:
        """The time from which recovery counts."""
        return self.began if self.over is None else self.over


@dataclass
class Recovery:
    """The faults and recoveries of one run; all times on the monotonic clock."""

    records: list[Record] = field(default_factory=list)
    reconnects: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    relays: list[float] = field(default_factory=list)
    _open: list[Record] = field(default_factory=list)
    _began: dict[str, float] = field(default_factory=dict)
    _completed: set[str] = field(default_factory=set)

    def fault_began(self, fault: Fault, *, lasting: bool) -> Record:
        """A fault begins now; a `lasting` one goes on until `fault_ended`."""
        record = Record(fault, time.monotonic(), lasting=lasting)
        self.records.append(record)
        self._open.append(record)
        return record

    def fault_ended(self, record: Record) -> None:
        """A lasting fault ends now."""
        record.over = time.monotonic()

    def room_opened(self, room: str) -> None:
        """A room was opened."""
        self._began.setdefault(room, time.monotonic())

    def completed(self, room: str) -> None:
        """A work was completed; the first of both reports counts."""
        if room in self._completed:
            return
        self._completed.add(room)
        now = time.monotonic()
        self.relays.append(now)
        began = self._began.pop(room, None)
        if began is None:
            return
        for record in self._open:
            pending = record.lasting and record.over is None
            if not pending and began > record.since:
                record.relay = now
        self._open = [record for record in self._open if record.relay is None]

    def outages(self) -> list[tuple[float, float]]:
        """The periods in which the store lacked a replica."""
        return [(it.began, it.whole) for it in self.records if it.whole is not None]

    def lacks_replica_since(self, moment: float) -> bool:
        """Whether the store has lacked a replica at any time since then."""
        return any(over > moment for _, over in self.outages())

    def reconnected(self, cause: str, lost_at: float) -> None:
        """A client got `welcome` again."""
        self.reconnects[cause].append(time.monotonic() - lost_at)

    def probable_cause(self) -> str:
        """The broad fault that probably cuts connections at this moment, or `nothing known`."""
        now = time.monotonic()
        for record in reversed(self.records):
            if not record.fault.broad:
                continue
            going_on = record.lasting and record.over is None
            if going_on or now - record.since < ATTRIBUTION_SECONDS:
                return record.fault.kind
            if now - record.began > 60:
                break
        return "nothing known"
