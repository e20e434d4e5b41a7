"""Single changes to a definition: `title.en=...` sets a value, `title.en` removes it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from server.campaign.problems import CampaignError, Problem
from server.relay.fault import Fault

TEXTS = {"title", "summary", "cause", "result", "legal", "organiser.name"}
"""Fields that have a text, or texts by language."""


def edited(plain: dict[str, Any], changes: Iterable[str], removed: Iterable[str]) -> dict[str, Any]:
    """Plain data of a definition after these changes, which are done in their order.

    Args:
        plain: stays as it is.
        changes: `field=value` each, e.g. `theme.light.accent=#b3321f` or `pledge=[{id="a",
            text="b"}]`. The value is one of TOML, or else a text.
        removed: fields that get the value that they would have anyway.

    Raises:
        CampaignError: a change cannot be read.
    """
    result = deepcopy(plain)
    for change in changes:
        field, equals, value = change.partition("=")
        if not equals or not field.strip():
            fault = Fault("{change!r} is no change; write field=value", change=change)
            raise CampaignError([Problem("", fault)])
        _set(result, field.strip(), _value_of(value))
    for field in removed:
        _remove(result, field)
    return result


def _set(plain: dict[str, Any], field: str, value: Any) -> None:
    *tables, key = field.split(".")
    at = plain
    for number, table in enumerate(tables, start=1):
        found = at.setdefault(table, {})
        if isinstance(found, str) and ".".join(tables[:number]) in TEXTS:
            found = at[table] = {plain.get("locale", "zh-Hans"): found} if found else {}
        if not isinstance(found, dict):
            fault = Fault("{table} is not a table; set all of it", table=table)
            raise CampaignError([Problem(field, fault)])
        at = found
    at[key] = value


def _remove(plain: dict[str, Any], field: str) -> None:
    *tables, key = field.split(".")
    at: Any = plain
    for table in tables:
        at = at.get(table) if isinstance(at, dict) else None
    if not isinstance(at, dict) or key not in at:
        raise CampaignError([Problem(field, Fault("is not set"))])
    del at[key]


def _value_of(text: str) -> Any:
    """The value of a text in TOML; a text that is no TOML is itself the value."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
