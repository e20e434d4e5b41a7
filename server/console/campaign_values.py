"""From a campaign's plain data to the values of the editor's fields and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from server.campaign.amounts import show_amount
from server.campaign.definition import DayPalette, NightPalette, Theme
from server.campaign.problems import Problem
from server.console.campaign_accounts import ACCOUNTS, ADD, FORGET
from server.console.campaign_fields import Layout
from server.console.campaign_groups import ADD_LANGUAGE, CATEGORIES
from server.console.campaign_languages import keep_languages
from server.console.campaign_paths import Plain, set_at, value_at
from server.console.campaign_rows import set_list
from server.console.forms import Field
from server.relay.campaign import Relay
from server.relay.fault import Fault, FaultError

LINES = {"phrases", "embed"}
"""Lists of words: one on each line of a field."""

RELAYS: tuple[Relay, ...] = ("write", "pledge", "give")


class WrongValuesError(Exception):
    """Fields have values without a meaning.

    Attributes:
        faults: what is wrong with them, by name.
        plain, used: what `plain_from` makes of the other fields.
    """

    def __init__(
        self, faults: Mapping[str, Fault], plain: Plain, used: dict[str, list[int]]
    ) -> None:
        """The message names the fields."""
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = faults
        self.plain = plain
        self.used = used


_DEFAULTS: dict[str, str] = {
    "theme.seal": Theme().seal,
    "theme.light.accent": DayPalette().accent,
    "theme.light.paper": DayPalette().paper,
    "theme.dark.accent": NightPalette().accent,
    "theme.dark.paper": NightPalette().paper,
    "locale": "zh-Hans",
    "moderation": "after",
    "deletion": "keep",
}

_PEM = re.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.DOTALL)
_GOAL = re.compile(r"fund\.(\d+)\.goal")
_INDEX = re.compile(r"\[(\d+)\]")


def values_of(plain: Plain, fields: Sequence[Field]) -> dict[str, str]:
    """What the fields show of a campaign; secrets are not shown."""
    values = dict(_DEFAULTS)
    zone = str(plain.get("time_zone", ""))
    for field in fields:
        found = value_at(plain, field.name, plain.get("locale", "zh-Hans"))
        root, _, rest = field.name.partition(".")
        if root in ("relays", "categories"):
            found = rest in plain.get(root, ("write",) if root == "relays" else ())
        elif field.name in ("opens", "closes") and isinstance(found, datetime):
            found = _on_clock(found, zone)
            zone = zone or "UTC"
        elif field.name == "weights" and isinstance(found, dict):
            found = "\n".join(f"{key} {weight:g}" for key, weight in found.items())
        elif field.name.endswith(".offered"):
            found = found is not False
        elif isinstance(found, int) and (fund := _GOAL.fullmatch(field.name)):
            found = show_amount(found, plain["fund"][int(fund[1])]["currency"])
        if found is not None:
            values[field.name] = _shown(found)
    if zone:
        values["time_zone"] = zone
    return values


def plain_from(
    layout: Layout, values: Mapping[str, str], before: Plain
) -> tuple[Plain, dict[str, list[int]]]:
    """The campaign that the fields define, on top of what they do not show of `before`.

    Texts in languages that the layout does not have are removed. Answers also, for each list, the
    rows of the form that its entries come from.

    Raises:
        WrongValuesError: values have no meaning.
    """
    plain, faults = deepcopy(before), dict[str, Fault]()
    keep_languages(plain, layout.languages)
    lists = {rows.path for rows in layout.lists}
    for name, value in values.items():
        root, _, rest = name.partition(".")
        if root in lists or root in ("relays", "categories") or name == ADD_LANGUAGE:
            continue
        if root in ACCOUNTS and rest in (ADD, FORGET):
            continue
        try:
            meant = _value(name, value)
        except FaultError as error:
            faults[name] = error.fault
            continue
        set_at(plain, name, meant, values.get("locale", "zh-Hans"))
    plain["relays"] = [relay for relay in RELAYS if values.get(f"relays.{relay}")]
    plain["categories"] = [it for it in CATEGORIES if values.get(f"categories.{it}")]
    used = {rows.path: set_list(plain, rows, values, faults) for rows in layout.lists}
    for account in ACCOUNTS:
        _set_secrets(plain, account, values)
    if faults:
        raise WrongValuesError(faults, plain, used)
    return plain, used


def field_of(problem: Problem, names: Sequence[str], used: Mapping[str, list[int]]) -> str:
    """The field that a problem is shown beside; "" for the form as a whole."""
    root = problem.field.partition("[")[0]
    rows = used.get(root, [])

    def row(found: re.Match[str]) -> str:
        number = int(found[1])
        return f".{rows[number] if number < len(rows) else number}"

    path = _INDEX.sub(row, problem.field).replace(".secrets", f".{ADD}")
    while path:
        if path in names:
            return path
        if below := [name for name in names if name.startswith(f"{path}.")]:
            return below[0]
        path = path.rpartition(".")[0]
    return ""


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return str(value)


def _on_clock(moment: datetime, zone: str) -> str:
    if moment.tzinfo is not None:
        moment = moment.astimezone(ZoneInfo(zone) if zone else UTC)
    return f"{moment:%Y-%m-%dT%H:%M}"


def _value(name: str, value: str) -> object:
    """What the text of a field means; None for nothing.

    Raises:
        FaultError: it has no meaning.
    """
    value = value.replace("\r\n", "\n").strip()
    if not value:
        return None
    if name in LINES:
        return [line.strip() for line in value.splitlines() if line.strip()]
    if name == "own_only":
        return True
    if name == "retention_days" and value.isdecimal():
        return int(value)
    if name in ("opens", "closes"):
        return _moment(value)
    if name == "wechat.keys":
        return _PEM.findall(value) or [value]
    if name == "weights":
        return dict(_weight(line) for line in value.splitlines() if line.strip())
    return value


def _moment(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        fault = Fault("{text!r} is no moment; write one like 2030-01-31T08:00", text=value)
        raise FaultError(fault) from error


def _weight(line: str) -> tuple[str, float]:
    """A phrase and its weight."""
    try:
        phrase, weight = line.rsplit(maxsplit=1)
        return phrase, float(weight)
    except ValueError as error:
        fault = Fault("{line!r} is not a phrase and a number, such as 加油 3", line=line.strip())
        raise FaultError(fault) from error


def _set_secrets(plain: Plain, account: str, values: Mapping[str, str]) -> None:
    found = plain.get(account) or {}
    secrets = [] if values.get(f"{account}.{FORGET}") else list(found.get("secrets", ()))
    if new := values.get(f"{account}.{ADD}", "").strip():
        secrets.append(new)
    found = {key: value for key, value in found.items() if key != "secrets"}
    if secrets:
        found["secrets"] = secrets
    if found:
        plain[account] = found
    else:
        plain.pop(account, None)
