"""Recorded histories: what clients sent and received, one JSON line an event.

    {"at": 12.3, "client": "a", "connection": 1, "event": "opened"}
    {"at": 12.4, "client": "a", "connection": 1, "event": "sent", "message": {"t": "hello"}}
    {"at": 12.5, "client": "a", "connection": 1, "event": "received", "message": {...}}
    {"at": 12.6, "client": "a", "connection": 1, "event": "closed", "code": 1000}

`at` is in seconds on one monotonic clock for all files; a client is one simulated person, whose
connections are numbered upwards. Files may be compressed with gzip. They are read line by line and
merged by time, so only one line of each is in memory.
"""

from __future__ import annotations

import gzip
import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, cast

import msgspec

_LINES = 40
"""Bits of a reference that count lines; those above name the file."""


class HistoryError(Exception):
    """A history cannot be read; the message names the file, the line and the fault."""


class Event(msgspec.Struct, frozen=True):
    """One line of a history."""

    at: float
    client: str
    connection: int
    event: Literal["opened", "sent", "received", "closed"]
    message: msgspec.Raw = msgspec.Raw(b"")
    code: int | None = None


class Recorded(NamedTuple):
    """An event and where it stands: file and line in one number, so that it is cheap to keep."""

    at: float
    ref: int
    event: Event


_read_line = msgspec.json.Decoder(Event).decode


def events(files: list[Path]) -> Iterator[Recorded]:
    """Every event of all files, in the order of time.

    Raises:
        HistoryError: a line is no event, or earlier than the line before it.
    """
    return heapq.merge(*(_events_of(number, path) for number, path in enumerate(files)))


def reread(files: list[Path], refs: Iterable[int]) -> dict[int, Event]:
    """The events that these references stand for."""
    wanted: dict[int, set[int]] = {}
    for ref in refs:
        wanted.setdefault(ref >> _LINES, set()).add(ref & ((1 << _LINES) - 1))
    found: dict[int, Event] = {}
    for number, lines in wanted.items():
        last = max(lines)
        with _open(files[number]) as file:
            for line, text in enumerate(file, 1):
                if line in lines:
                    found[number << _LINES | line] = _read_line(text)
                if line == last:
                    break
    return found


def _events_of(number: int, path: Path) -> Iterator[Recorded]:
    before = float("-inf")
    line = 0
    try:
        with _open(path) as file:
            for line, text in enumerate(file, 1):
                if text.isspace():
                    continue
                event = _read_line(text)
                if event.at < before:
                    raise HistoryError(f"{path}:{line}: earlier than the line before it")
                before = event.at
                yield Recorded(event.at, number << _LINES | line, event)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HistoryError(f"{path}:{line}: {error}") from error
    except (OSError, EOFError) as error:
        raise HistoryError(f"{path} cannot be read: {error}") from error


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", gzip.open(path, "rb")) if packed else path.open("rb")
