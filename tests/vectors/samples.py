"""A sample value for every type that a message may hold."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from msgspec import inspect

from server.relay.values import SCHEMAS

SAFE = 2**53 - 1
"""JavaScript has no larger integers."""

PHRASE = {"id": "jiayou", "text": "加油", "chars": ["加", "油"], "locale": "zh-Hans"}
STROKE = [700, 2000, 0, 90, 30, -5, 12, 2, 2570, -45, 400, -12]

BY_SCHEMA: dict[str, Any] = {
    "Phrase": PHRASE,
    "Phrases": [PHRASE],
    "Strokes": [STROKE, [4095, 0, 60_000, 255]],
}
"""What the named schemas of `server.relay.values` stand for."""

ALTCHA = {
    "parameters": {
        "algorithm": "PBKDF2/SHA-256",
        "cost": 1,
        "keyLength": 32,
        "keyPrefix": "00",
        "nonce": "000102030405060708090a0b0c0d0e0f",
        "salt": "0f0e0d0c0b0a09080706050403020100",
    },
    "signature": "not that of a server",
}
"""A challenge that is solved in a moment."""

BY_FIELD: dict[str, Any] = {
    "altcha": ALTCHA,
    "p": STROKE,
    "char": "加",
    "title": "加油接龙",
    "alias": "温柔的山茶 🌼",
    "region": "湖北",
    "locale": "zh-Hans",
    "locales": ["zh-Hans", "en"],
    "url": "/w/work",
    "retry_ms": 1500,
}
"""Samples that say more than the field's name would."""

Choose = Callable[[inspect.IntType], int]
"""Chooses one of the integers of a range."""


def ordinary(kind: inspect.IntType) -> int:
    """An integer from the middle of things: 1 where the range has it."""
    low, high = bounds(kind)
    return min(max(1, low), high)


def lowest(kind: inspect.IntType) -> int:
    """The least integer of the range, that JavaScript has."""
    return bounds(kind)[0]


def highest(kind: inspect.IntType) -> int:
    """The largest integer of the range, that JavaScript has."""
    return bounds(kind)[1]


def bounds(kind: inspect.IntType) -> tuple[int, int]:
    """The range, cut to what JavaScript has."""
    low = -SAFE if kind.ge is None else max(kind.ge, -SAFE)
    high = SAFE if kind.le is None else min(kind.le, SAFE)
    return low, high


def field_sample(field: inspect.Field, choose: Choose) -> Any:
    """A sample of a field, by its name or else by its type."""
    kind = without_none(field.type)
    if isinstance(kind, inspect.IntType) and choose is not ordinary:
        return choose(kind)
    if field.encode_name in BY_FIELD:
        return BY_FIELD[field.encode_name]
    if isinstance(kind, inspect.StrType):
        return field.encode_name
    return sample(kind, choose)


def without_none(kind: inspect.Type) -> inspect.Type:
    """The first type of an optional one or of several."""
    if isinstance(kind, inspect.UnionType):
        return next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    return kind


@singledispatch
def sample(kind: inspect.Type, choose: Choose) -> Any:
    """A sample of a type.

    Raises:
        NotImplementedError: this module knows no sample of it.
    """
    raise NotImplementedError(f"add a sample of {kind} to {__name__}")


@sample.register
def _(kind: inspect.Metadata, choose: Choose) -> Any:
    reference = (kind.extra_json_schema or {}).get("$ref", "")
    if reference.startswith(SCHEMAS):
        return BY_SCHEMA[reference.removeprefix(SCHEMAS)]
    return sample(kind.type, choose)


@sample.register
def _(kind: inspect.IntType, choose: Choose) -> Any:
    return choose(kind)


@sample.register
def _(kind: inspect.BoolType, choose: Choose) -> Any:
    return True


@sample.register
def _(kind: inspect.FloatType, choose: Choose) -> Any:
    return 0.5


@sample.register
def _(kind: inspect.StrType, choose: Choose) -> Any:
    return "text"


@sample.register
def _(kind: inspect.AnyType, choose: Choose) -> Any:
    return {"any": ["value", 1]}


@sample.register
def _(kind: inspect.LiteralType, choose: Choose) -> Any:
    return kind.values[0]


@sample.register
def _(kind: inspect.UnionType, choose: Choose) -> Any:
    return sample(without_none(kind), choose)


@sample.register
def _(kind: inspect.ListType, choose: Choose) -> Any:
    return [sample(kind.item_type, choose)]


@sample.register
def _(kind: inspect.VarTupleType, choose: Choose) -> Any:
    return [sample(kind.item_type, choose)]


@sample.register
def _(kind: inspect.DictType, choose: Choose) -> Any:
    return {"key": sample(kind.value_type, choose)}


@sample.register
def _(kind: inspect.StructType, choose: Choose) -> Any:
    tagged = {kind.tag_field: kind.tag} if kind.tag_field else {}
    return tagged | {field.encode_name: field_sample(field, choose) for field in kind.fields}
