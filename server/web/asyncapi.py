"""The wire protocol as an AsyncAPI 3 document, generated from the message types themselves."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from server import __version__
from server.relay import to_client
from server.relay.from_client import FromClient
from server.relay.ink import GRID, MAX_NIB, MAX_PAUSE_MS, MAX_POINTS, MAX_STROKES, POINT
from server.relay.phrase import Phrase
from server.relay.values import SCHEMAS
from server.transport.codec import JSON, MSGPACK

_PASSED_ON = {"ink", "undo", "react"}
"""Sent to the partner as they came from a client."""


ABOUT = f"""\
Two strangers write one phrase by hand, in turns, and see each other's ink.

A message is a map with `t`, its type. In `{MSGPACK}` it is a binary frame with a MessagePack
map, in `{JSON}` a text frame with a JSON object; keys and values are the same. Keys and types
that a peer does not know are ignored.

1. Offer one of the two subprotocols, connect, and send `hello`; `welcome` answers it. Keep its
   `token`.
2. `join` is answered by `waiting` (a room is open, seat 0 may write at once, a partner is sought)
   or by `matched`. Both have the `turn`; later ones come as `turn`.
3. Whoever has the turn may send parts of strokes as `ink`, and finishes the character with
   `commit`, which has all its strokes. Both seats hear `committed`, then `turn` or `completed`. The
   same `commit` may be sent again: it is answered again and counts once.
4. When the connection is lost, wait a random time and connect again; after `bye`, wait its
   `retry_ms`. `hello` with the `token` resumes: the room is in `welcome`'s `resume`, as in
   `matched`, or the work that was completed meanwhile in `finished`. The seat is kept for
   `limits.grace_ms`.
5. `error` names in `re` the type that it refuses. With `retry_ms`, send the message again after so
   many milliseconds; without, the same message would be refused again.
6. The server sends WebSocket pings after 20 s of silence and drops a peer that is silent for
   another 20 s. A client that cannot answer them sends `ping`.
"""


def _integer(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


VALUES: dict[str, dict[str, Any]] = {
    "Phrases": {"type": "array", "items": {"$ref": f"{SCHEMAS}Phrase"}},
    "Strokes": {
        "description": f"All strokes of one character, {MAX_POINTS:,} points at most.",
        "type": "array",
        "items": {"$ref": f"{SCHEMAS}Stroke"},
        "minItems": 1,
        "maxItems": MAX_STROKES,
    },
    "Stroke": {
        "description": "x, y, dt, w for each point. The first point is absolute. Each later one is "
        "the difference from the point before, except dt: milliseconds since then.",
        "type": "array",
        "items": [
            _integer(0, GRID),
            _integer(0, GRID),
            _integer(0, MAX_PAUSE_MS),
            _integer(1, MAX_NIB),
        ],
        "additionalItems": _integer(-GRID, MAX_PAUSE_MS),
        "minItems": POINT,
        "maxItems": MAX_POINTS * POINT,
    },
}
"""Values that the message types only name."""

Message = type[msgspec.Struct]


def document(base_path: str) -> dict[str, Any]:
    """The document, ready for JSON, of a service below `base_path`."""
    received: tuple[Message, ...] = get_args(FromClient)
    sent = [kind for kind in vars(to_client).values() if _is_message(kind)]
    types = [*received, *sent]
    _, schemas = msgspec.json.schema_components(
        [*types, Phrase], schema_hook=_any_value, ref_template=SCHEMAS + "{name}"
    )
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Jielong",
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/msgpack",
        "channels": {
            "relay": {
                "address": f"{base_path}/ws",
                "description": f"WebSocket, subprotocol {MSGPACK} or {JSON}.",
                "messages": {_tag(t): {"$ref": f"#/components/messages/{_tag(t)}"} for t in types},
            }
        },
        "operations": {
            "fromClient": _operation("receive", [_tag(kind) for kind in received]),
            "toClient": _operation("send", [*map(_tag, sent), *sorted(_PASSED_ON)]),
        },
        "components": {
            "messages": {_tag(kind): _message(kind) for kind in types},
            "schemas": _as_asyncapi(schemas) | VALUES,
        },
    }


def _is_message(kind: object) -> bool:
    return (
        isinstance(kind, type)
        and issubclass(kind, msgspec.Struct)
        and kind.__struct_config__.tag is not None
    )


def _any_value(kind: type) -> dict[str, Any]:
    """The schema of what passes through as packed bytes; its `Meta` says what it holds."""
    if kind is msgspec.Raw:
        return {}
    raise NotImplementedError(kind)


def _as_asyncapi(schema: Any) -> Any:
    """A schema of msgspec in AsyncAPI's dialect.

    A `$ref` stands alone. OpenAPI's `discriminator` is left out: AsyncAPI's is a string, and each
    type has its own `t` already.
    """
    if isinstance(schema, list):
        return [_as_asyncapi(value) for value in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    return {key: _as_asyncapi(value) for key, value in schema.items() if key != "discriminator"}


def _tag(kind: Message) -> str:
    return str(kind.__struct_config__.tag)


def _message(kind: Message) -> dict[str, Any]:
    return {
        "name": _tag(kind),
        "summary": (kind.__doc__ or "").strip(),
        "payload": {"$ref": SCHEMAS + kind.__name__},
    }


def _operation(action: str, tags: list[str]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/relay/messages/{tag}"} for tag in tags]
    return {"action": action, "channel": {"$ref": "#/channels/relay"}, "messages": messages}
