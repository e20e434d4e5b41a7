"""Writes the report: the first violation of each promise with its events, and a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from server.check.history import Event, find_events
from server.check.promise import Promise

_ARROWS = {"sent": "->", "received": "<-", "opened": "opened", "closed": "closed"}
_MAX_TEXT = 24
_OMITTED = frozenset({"t", "phrase", "phrases", "limits", "url", "token", "partner"})


def report(promises: list[Promise], files: list[Path], events: int, start: float) -> Iterator[str]:
    """The lines to print: first the violations, if any, then the table.

    Args:
        promises: the promises that were checked.
        files: the histories, from which the events of a violation are read again.
        events: the number of events in the files.
        start: the time of the first event; the report shows times in seconds after it.
    """
    violated = [(promise, promise.first_violation) for promise in promises]
    refs = [ref for _, violation in violated if violation for ref in violation.refs]
    found = find_events(files, refs)
    for promise, violation in violated:
        if violation is None:
            continue
        yield f"{promise.name}: {violation.text}"
        evidence = [found[ref] for ref in violation.refs if ref in found]
        for event in sorted(evidence, key=lambda event: event.at):
            yield "    " + event_line(event, start)
        yield ""
    yield f"{'promise':<16}{'checked':<26}{'facts':>12}{'violations':>12}"
    for promise in promises:
        counts = f"{promise.facts:>12,}{promise.violations:>12,}"
        yield f"{promise.name:<16}{promise.checked:<26}{counts}"
    total = sum(promise.violations for promise in promises)
    yield f"{events:,} events in {len(files)} files: {f'{total:,}' if total else 'no'} violations"


def event_line(event: Event, start: float) -> str:
    """One event as a line of text."""
    head = f"{event.at - start:10.3f} s  {event.client}/{event.connection} {_ARROWS[event.kind]}"
    if event.kind == "closed":
        return f"{head} {'' if event.code is None else event.code}".rstrip()
    if not event.message:
        return head
    try:
        message = msgspec.json.decode(event.message)
    except msgspec.DecodeError:
        return f"{head} {bytes(event.message)[:_MAX_TEXT]!r}"
    if not isinstance(message, dict):
        return f"{head} {_short(message)}"
    return " ".join([head, str(message.get("t")), *_fields(message)])


def _fields(message: dict[str, object]) -> Iterator[str]:
    for key, value in message.items():
        if key not in _OMITTED:
            yield f"{key}={_short(value)}"


def _short(value: object) -> str:
    if isinstance(value, dict):
        return "{" + " ".join(_fields(value)) + "}"
    if isinstance(value, list):
        return f"[{len(value)}]"
    text = str(value)
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "..."
