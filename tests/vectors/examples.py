"""Valid examples of a message type, from its fields and their ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from tests.vectors.samples import field_sample, highest, lowest, ordinary, sample, without_none

Example = tuple[str, dict[str, Any]]

UNKNOWN_KEYS = {"colour": "vermilion", "deep": {"list": [1, None, {"字": 0.5}]}}
"""Keys of a later version: a receiver ignores them."""


def examples(kind: type[msgspec.Struct], t: str, *, nulls: bool) -> Iterator[Example]:
    """Named examples. `nulls`: also with null for every optional key."""
    fields = _fields(kind)
    whole = {"t": t} | {field.encode_name: field_sample(field, ordinary) for field in fields}
    required = {"t"} | {field.encode_name for field in fields if field.required}
    least = {key: value for key, value in whole.items() if key in required}
    yield "only the required keys", least
    if least != whole:
        yield "every key", whole
    if nulls and least != whole:
        yield "null for every optional key", dict.fromkeys(whole) | least
    yield "unknown keys", whole | UNKNOWN_KEYS
    for name, choose in (("lowest", lowest), ("highest", highest)):
        extreme = {"t": t} | {field.encode_name: field_sample(field, choose) for field in fields}
        if extreme != whole:
            yield f"{name} numbers", extreme
    for field in fields:
        for value in _others(field):
            yield f"{field.encode_name}={_short(value)}", whole | {field.encode_name: value}


def _fields(kind: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return info.fields


def _others(field: inspect.Field) -> list[Any]:
    """Other values of a field that has few."""
    kind = field.type
    if isinstance(kind, inspect.UnionType):
        kinds = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        if len(kinds) > 1:
            return [sample(one, ordinary) for one in kinds[1:]]
    match without_none(kind):
        case inspect.LiteralType(values=values):
            return list(values)[1:]
        case inspect.BoolType():
            return [False]
        case _:
            return []


def _short(value: Any) -> str:
    return str(value.get("t", "map")) if isinstance(value, dict) else str(value)
