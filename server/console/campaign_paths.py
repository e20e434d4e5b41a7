"""Values at paths such as `fund.0.title.en` in a campaign's plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Plain = dict[str, Any]
"""A campaign, or a part of it, as a file has it."""


def value_at(plain: Plain, path: str, locale: str) -> object:
    """The value at a path; None where there is none."""
    at: Any = plain
    for part in path.split("."):
        if isinstance(at, str):  # a text in the campaign's own language
            return at if part == locale else None
        if isinstance(at, list | tuple):
            at = at[int(part)] if part.isdecimal() and int(part) < len(at) else None
        else:
            at = at.get(part) if isinstance(at, dict) else None
    return None if isinstance(at, dict) and path != "weights" else at


def set_at(plain: Plain, path: str, value: object, locale: str) -> None:
    """Set the value at a path; None removes it.

    A text in the campaign's own language, `locale`, becomes one of several where that is needed.
    """
    *parents, key = path.split(".")
    at = plain
    for parent in parents:
        found = at.get(parent)
        if isinstance(found, str):
            found = {locale: found} if found else {}
        at[parent] = at = found if isinstance(found, dict) else {}
    if value is None:
        at.pop(key, None)
    else:
        at[key] = value
    if parents and not at:
        _drop_empty(plain, parents)


def _drop_empty(plain: Plain, parents: Sequence[str]) -> None:
    """Remove tables with nothing in them."""
    for depth in range(len(parents), 0, -1):
        at: Any = plain
        for parent in parents[: depth - 1]:
            at = at[parent]
        if at[parents[depth - 1]] == {}:
            del at[parents[depth - 1]]
