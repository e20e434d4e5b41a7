"""Reads recorded histories: what clients sent and received, one JSON line an event.

    {"at": 12.3, "client": "a", "connection": 1, "event": "opened"}
    {"at": 12.4, "client": "a", "connection": 1, "event": "sent", "message": {"t": "hello"}}
    {"at": 12.5, "client": "a", "connection": 1, "event": "received", "message": {...}}
    {"at": 12.6, "client": "a", "connection": 1, "event": "closed", "code": 1000}

`at` is in seconds, on one monotonic clock for all files. A client is one simulated participant; its
connections are numbered in ascending order. Files may be compressed with gzip. The reader merges
the files by time and holds one line of each in memory.
"""

from __future__ import annotations

import gzip
import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, cast

import msgspec

_LINE_BITS = 40
"""Low bits of a reference, which hold the line number; the bits above hold the file number."""


class HistoryError(Exception):
    """A history cannot be read or checked; the message says which file and line, and why."""


class Event(msgspec.Struct, frozen=True):
    """One line of a history."""

    at: float
    client: str
    connection: int
    kind: Literal["opened", "sent", "received", "closed"] = msgspec.field(name="event")
    message: msgspec.Raw = msgspec.Raw(b"")
    code: int | None = None


class RecordedEvent(NamedTuple):
    """An event with its reference: one integer that stands for its file and line."""

    at: float
    ref: int
    event: Event


_decode_line = msgspec.json.Decoder(Event).decode


def read_events(files: list[Path]) -> Iterator[RecordedEvent]:
    """Read the events of all files in the order of time.

    Raises:
        HistoryError: a file cannot be read, a line is not an event, or a line is earlier than the
            line before it.
    """
    return heapq.merge(*(_read_file(number, path) for number, path in enumerate(files)))


def find_events(files: list[Path], refs: Iterable[int]) -> dict[int, Event]:
    """Read the events with these references again."""
    wanted: dict[int, set[int]] = {}
    for ref in refs:
        wanted.setdefault(ref >> _LINE_BITS, set()).add(ref & ((1 << _LINE_BITS) - 1))
    found: dict[int, Event] = {}
    for number, lines in wanted.items():
        last = max(lines)
        with _open(files[number]) as file:
            for line, text in enumerate(file, 1):
                if line in lines:
                    found[number << _LINE_BITS | line] = _decode_line(text)
                if line == last:
                    break
    return found


def _read_file(number: int, path: Path) -> Iterator[RecordedEvent]:
    previous = float("-inf")
    line = 0
    try:
        with _open(path) as file:
            for line, text in enumerate(file, 1):
                if text.isspace():
                    continue
                event = _decode_line(text)
                if event.at < previous:
                    raise HistoryError(f"{path}:{line}: earlier than the line before it")
                previous = event.at
                yield RecordedEvent(event.at, number << _LINE_BITS | line, event)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HistoryError(f"{path}:{line}: {error}") from error
    except (OSError, EOFError) as error:
        raise HistoryError(f"{path} cannot be read: {error}") from error


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", gzip.open(path, "rb")) if compressed else path.open("rb")
