"""Outcomes for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import json

from .check import Outcome

_MARKS = {"pass": "pass", "fail": "FAIL", "skipped": "skipped"}


def line(outcome: Outcome) -> str:
    """One outcome as a line of the table, with the reason below it if there is one."""
    name = f"{outcome.family}/{outcome.name}"
    first = f"{_MARKS[outcome.result]:8}{name:32}{outcome.promise}"
    return f"{first}\n{'':8}{outcome.why}" if outcome.why else first


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many passed, failed and were skipped."""
    results = [outcome.result for outcome in outcomes]
    passed, failed, skipped = (results.count(kind) for kind in ("pass", "fail", "skipped"))
    seconds = sum(outcome.seconds for outcome in outcomes)
    return f"{passed} passed, {failed} failed, {skipped} skipped in {seconds:.1f} s"


def as_json(url: str, outcomes: Sequence[Outcome]) -> str:
    """All outcomes as one JSON object: `url`, `passed` and `checks`."""
    passed = not any(outcome.result == "fail" for outcome in outcomes)
    text = json.encode({"url": url, "passed": passed, "checks": list(outcomes)})
    return json.format(text, indent=2).decode()
