"""Rows of the editor's lists as entries of a campaign: its phrases, pledges, funds and so on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from itertools import count

from server.campaign.amounts import read_amount
from server.console.campaign_parts import Rows
from server.console.campaign_paths import Plain, set_at
from server.console.forms import Field
from server.relay.fault import Fault, FaultError

_EMPTY: Mapping[str, Plain] = {
    "phrase": {"id": "", "text": "", "locale": ""},
    "pledge": {"id": "", "text": ""},
    "fund": {"id": "", "title": "", "currency": "", "url": ""},
    "goal": {"at": 0},
    "milestone": {"at": 0},
    "network": {"address": "", "participants": 0},
}
"""What an entry has of what was left out, so that the validator names each."""


def set_list(
    plain: Plain, rows: Rows, values: Mapping[str, str], faults: dict[str, Fault]
) -> list[int]:
    """Set the entries of a list; the rows that they come from. An empty row is no entry.

    What is wrong with a value is added to `faults`.
    """
    entries, used = [], []
    known = plain.get(rows.path) or []
    numbers = {int(name.split(".")[1]) for name in values if name.startswith(f"{rows.path}.")}
    for number in sorted(numbers):
        entry = deepcopy(known[number]) if number < len(known) else {}
        typed = False
        for column in rows.columns:
            value = values.get(f"{rows.path}.{number}.{column.name}", "").strip()
            typed = typed or (bool(value) and column.kind not in ("tick", "choice"))
            set_at(entry, column.name, _cell(column, value), values.get("locale", "zh-Hans"))
        if typed:
            entries.append(_EMPTY[rows.path] | entry)
            used.append(number)
            if "goal" in entry:
                _read_goal(entries[-1], f"{rows.path}.{number}.goal", faults)
    if "id" in _EMPTY[rows.path]:
        _make_ids(rows.path, entries)
    if rows.path == "phrase":
        for entry in entries:
            entry["locale"] = entry["locale"] or values.get("locale", "zh-Hans")
    if entries:
        plain[rows.path] = entries
    else:
        plain.pop(rows.path, None)
    return used


def _read_goal(fund: Plain, field: str, faults: dict[str, Fault]) -> None:
    """What to raise, as people write amounts."""
    try:
        fund["goal"] = read_amount(str(fund["goal"]), fund["currency"])
    except FaultError as error:
        faults[field] = error.fault
        del fund["goal"]


def _make_ids(path: str, entries: Sequence[Plain]) -> None:
    """Give entries without an id the next free one, such as "pledge-2"."""
    taken = {entry["id"] for entry in entries}
    free = (name for number in count(1) if (name := f"{path}-{number}") not in taken)
    for entry in entries:
        entry["id"] = entry["id"] or next(free)


def _cell(column: Field, value: str) -> object:
    if column.kind == "tick":
        return None if value else False
    if column.kind == "number" and value.lstrip("-").isdecimal():
        return int(value)
    return value or None
