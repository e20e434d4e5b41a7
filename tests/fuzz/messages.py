"""Messages of a client, from valid ones to nonsense, and their bytes, whole and garbled."""

from __future__ import annotations

import json
import math
import random
import re
from typing import Any

import msgpack
from hypothesis import strategies as st

from tests.integration.protocol_client import JSON, pack

HERE = "room-in-which-it-sits"
"""Stands for the room in which the sender sits; as long as a room's id."""

INT64 = st.integers(-(2**63), 2**64 - 1)

_small = st.integers(-1, 5)
_room = st.just(HERE) | st.text(max_size=20)
_number = _small | INT64
_coordinate = st.integers(-4_100, 60_001)
_stroke = st.lists(_coordinate, max_size=24) | st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 99), st.integers(1, 9)),
    min_size=1,
    max_size=9,
).map(lambda points: [value for point in points for value in point])
_word = st.text(max_size=12)

_KEYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "hello": ({}, {"token": _word, "campaign": _word, "locale": _word, "client": _word}),
    "join": ({}, {"phrase": _word, "invite": _word, "locales": st.lists(_word, max_size=4)}),
    "invite": ({"room": _room}, {}),
    "ink": ({"room": _room, "c": _small, "s": _small, "p": _stroke}, {"end": st.booleans()}),
    "undo": ({"room": _room, "c": _small, "s": _small}, {}),
    "commit": ({"room": _room, "c": _small, "strokes": st.lists(_stroke, max_size=4)}, {}),
    "react": ({"room": _room, "e": st.sampled_from(["clap", "heart", "frown"])}, {}),
    "report": ({"room": _room, "why": st.sampled_from(["obscene", "idle", "bored"])}, {}),
    "leave": ({"room": _room}, {"keep": st.booleans()}),
    "ping": ({}, {"n": _number}),
}
"""The keys of each type, those that it needs and the others; protocol.md."""

valid: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"t": st.just(t), **needed}, optional=optional)
    for t, (needed, optional) in _KEYS.items()
)
"""Messages with keys of the right types; some values are beyond the protocol's limits."""

anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | INT64 | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """A valid message with one key taken away, replaced or added."""
    message = dict(draw(valid))
    key = draw(st.sampled_from(sorted(message)) | st.text(max_size=4))
    if draw(st.booleans()):
        message.pop(key, None)
    else:
        message[key] = draw(anything)
    return message


messages = valid | broken() | anything


def payload_of(message: object, wire: str) -> bytes:
    """The bytes of a message."""
    return pack(message, wire)


def garbled(payload: bytes, seed: int) -> bytes:
    """The bytes with a few of them changed, taken out, put in or repeated; the seed says which."""
    chance = random.Random(seed)
    data = bytearray(payload)
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, len(data))
        kind = chance.randrange(4)
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at : at + chance.randint(1, 4)]
        elif kind == 2:
            data[at:at] = chance.randbytes(chance.randint(1, 4))
        else:
            data[at:at] = data[at : at + 9]
    return bytes(data)


_TIME = re.compile(rb"[\xd4-\xd8]\xff|[\xc7-\xc9].{1,4}\xff", re.DOTALL)
"""MessagePack's times: not every decoder reads them, nor what comes behind one that is wrong."""


def is_well_formed(payload: bytes, wire: str) -> bool | None:
    """Whether other decoders than the service's read it; None where decoders may differ."""
    return _is_json(payload) if wire == JSON else _is_messagepack(payload)


def _is_json(payload: bytes) -> bool | None:
    try:
        json.loads(payload.decode(), parse_constant=_no_constant, parse_float=_finite)
    except (RecursionError, OverflowError):
        return None
    except ValueError as error:
        return None if "digits" in str(error) else False
    return True


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    """A number that Python has; behind another one, not every decoder reads on."""
    value = float(text)
    if math.isinf(value):
        raise OverflowError(text)
    return value


def _is_messagepack(payload: bytes) -> bool | None:
    if _TIME.search(payload):
        return None
    try:
        msgpack.unpackb(payload, strict_map_key=False, ext_hook=lambda *_: [])
    except (TypeError, msgpack.StackError):
        return None  # keys that Python cannot hash (extensions, too), too deep
    except ValueError:
        return False
    return True
