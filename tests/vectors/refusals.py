"""Invalid variants of a message type: keys that are missing, of another type, or out of range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from tests.vectors.examples import Example
from tests.vectors.samples import SAFE, field_sample, ordinary, without_none


def refusals(kind: type[msgspec.Struct], t: str) -> Iterator[Example]:
    """What the server answers with `bad_message`."""
    yield from malformed(kind, t)
    for field, whole in _each_field(kind, t):
        for name, value in _out_of_range(without_none(field.type)):
            yield f"{field.encode_name} {name}", whole | {field.encode_name: value}


def malformed(kind: type[msgspec.Struct], t: str) -> Iterator[Example]:
    """What breaks the shape: a required key is missing, or a value has another type."""
    for field, whole in _each_field(kind, t):
        key = field.encode_name
        if field.required:
            yield f"without {key}", {name: value for name, value in whole.items() if name != key}
        wrong = _of_another_type(without_none(field.type))
        if wrong is not None:
            yield f"{key} of another type", whole | {key: wrong}


def _each_field(
    kind: type[msgspec.Struct], t: str
) -> Iterator[tuple[inspect.Field, dict[str, Any]]]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    whole = {"t": t} | {field.encode_name: field_sample(field, ordinary) for field in info.fields}
    for field in info.fields:
        yield field, whole


def _of_another_type(kind: inspect.Type) -> Any:
    """A value of another type; None where every type will do."""
    match kind:
        case inspect.AnyType() | inspect.RawType():
            return None
        case inspect.Metadata(type=inner):
            return _of_another_type(inner)
        case inspect.StrType() | inspect.LiteralType():
            return 5
        case inspect.BoolType():
            return 1
        case _:
            return "text"


def _out_of_range(kind: inspect.Type) -> Iterator[tuple[str, Any]]:
    match kind:
        case inspect.IntType(ge=low, le=high):
            yield "is no integer", 0.5
            if low is not None and low > -SAFE:
                yield "too low", low - 1
            if high is not None and high < SAFE:
                yield "too high", high + 1
        case inspect.LiteralType():
            yield "that is unknown", "nonsense"
        case inspect.ListType() | inspect.VarTupleType() if kind.max_length is not None:
            if isinstance(kind.item_type, inspect.StrType):
                yield "too many", ["zh"] * (kind.max_length + 1)
                yield "with one too long", ["x" * 1_000]
        case inspect.StrType(max_length=longest) if longest is not None:
            yield "too long", "x" * (longest + 1)
