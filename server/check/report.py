"""Tells what came of a check: a table of all promises, and the first breach of each with events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from server.check.findings import Promise
from server.check.history import Event, reread

_ARROWS = {"sent": "->", "received": "<-", "opened": "opened", "closed": "closed"}
_LONG = 24
_LEFT_OUT = frozenset({"t", "phrase", "phrases", "limits", "url", "token", "partner"})


def report(promises: list[Promise], files: list[Path], events: int, zero: float) -> Iterator[str]:
    """The lines to print: first breaches, if any, then the table.

    Args:
        promises: what was checked.
        files: the histories, from which the events of a breach are read again.
        events: how many events there were.
        zero: the time of the first one; others are told in seconds after it.
    """
    broken = [promise for promise in promises if promise.first]
    refs = [ref for promise in broken if promise.first for ref in promise.first.refs]
    found = reread(files, refs)
    for promise in broken:
        assert promise.first is not None
        yield f"{promise.name}: {promise.first.text}"
        for event in sorted(
            (found[ref] for ref in promise.first.refs if ref in found), key=lambda event: event.at
        ):
            yield "    " + one_line(event, zero)
        yield ""
    yield f"{'promise':<16}{'checked':<26}{'facts':>12}{'violations':>12}"
    for promise in promises:
        counts = f"{promise.facts:>12,}{promise.violations:>12,}"
        yield f"{promise.name:<16}{promise.checked:<26}{counts}"
    total = sum(promise.violations for promise in promises)
    yield f"{events:,} events in {len(files)} files: {f'{total:,}' if total else 'no'} violations"


def one_line(event: Event, zero: float) -> str:
    """An event as a line to read."""
    head = f"{event.at - zero:10.3f} s  {event.client}/{event.connection} {_ARROWS[event.event]}"
    if event.event == "closed":
        return f"{head} {'' if event.code is None else event.code}".rstrip()
    if not event.message:
        return head
    try:
        message = msgspec.json.decode(event.message)
    except msgspec.DecodeError:
        return f"{head} {bytes(event.message)[:_LONG]!r}"
    if not isinstance(message, dict):
        return f"{head} {_short(message)}"
    return " ".join([head, str(message.get("t")), *_words(message)])


def _words(message: dict[str, object]) -> Iterator[str]:
    for key, value in message.items():
        if key not in _LEFT_OUT:
            yield f"{key}={_short(value)}"


def _short(value: object) -> str:
    if isinstance(value, dict):
        return "{" + " ".join(_words(value)) + "}"
    if isinstance(value, list):
        return f"[{len(value)}]"
    text = str(value)
    return text if len(text) <= _LONG else text[:_LONG] + "..."
