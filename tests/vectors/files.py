"""The files of vectors as text, from the message types that the server has at present."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, get_args

import msgpack
import msgspec

from server.relay import to_client
from server.relay.from_client import FromClient
from tests.vectors import Vector
from tests.vectors.by_hand import FROM_CLIENT, ILL_FORMED, PASSED_ON, REFUSED
from tests.vectors.examples import examples
from tests.vectors.refusals import malformed, refusals

MessageType = type[msgspec.Struct]


def tag(kind: MessageType) -> str:
    """The `t` of a message type."""
    return str(kind.__struct_config__.tag)


def from_client() -> tuple[MessageType, ...]:
    """Every type that a client sends."""
    types: tuple[MessageType, ...] = get_args(FromClient)
    return types


def to_clients() -> list[MessageType]:
    """Every type that only the server sends."""
    return [
        kind
        for kind in vars(to_client).values()
        if isinstance(kind, type)
        and issubclass(kind, msgspec.Struct)
        and kind.__struct_config__.tag is not None
    ]


def files() -> dict[str, str]:
    """The text of every file by its name."""
    return {
        "from-client.json": _text(_from_client()),
        "to-client.json": _text(_to_client()),
        "ill-formed.json": _text(ILL_FORMED),
    }


def _from_client() -> Iterator[Vector]:
    for kind in from_client():
        by_hand = FROM_CLIENT.get(tag(kind), ())
        for name, message in (*examples(kind, tag(kind), nulls=True), *by_hand):
            yield _vector("fromClient", f"{tag(kind)}: {name}", message, valid=True)
    for kind in from_client():
        for name, message in refusals(kind, tag(kind)):
            error = {"code": "bad_message", "re": tag(kind)}
            yield _vector("fromClient", f"{tag(kind)}: {name}", message, valid=False, error=error)
    for kind in to_clients():
        if tag(kind) not in map(tag, from_client()):
            error = {"code": "unknown_type", "re": tag(kind)}
            name = f"{tag(kind)}: only the server sends it"
            yield _vector("fromClient", name, {"t": tag(kind)}, valid=False, error=error)
    for name, message, error in REFUSED:
        yield _vector("fromClient", name, message, valid=False, error=error)


def _to_client() -> Iterator[Vector]:
    types = {tag(kind): kind for kind in (*to_clients(), *from_client())}
    sent = [*map(tag, to_clients()), *PASSED_ON]
    for t in sent:
        for name, message in examples(types[t], t, nulls=False):
            yield _vector("toClient", f"{t}: {name}", message, valid=True)
    for t in sent:
        for name, message in malformed(types[t], t):
            yield _vector("toClient", f"{t}: {name}", message, valid=False)


def _vector(direction: str, name: str, message: Any, **outcome: Any) -> Vector:
    packed = msgpack.packb(message).hex()
    return {"name": name, "direction": direction, "json": message, "msgpack": packed} | outcome


def _text(vectors: Iterable[Vector]) -> str:
    """A JSON list with one vector a line, so that a change shows in a diff."""
    lines = (json.dumps(vector, ensure_ascii=False) for vector in vectors)
    return "[\n" + ",\n".join(lines) + "\n]\n"
