"""The wire protocol as an AsyncAPI 3 document, generated from the message types themselves."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from server import __version__
from server.relay import to_client
from server.relay.from_client import FromClient
from server.relay.phrase import Phrase
from server.transport.codec import JSON, MSGPACK

_TO_CLIENT = (
    to_client.Welcome,
    to_client.Waiting,
    to_client.Invited,
    to_client.Matched,
    to_client.Offer,
    to_client.TurnChanged,
    to_client.Committed,
    to_client.PartnerChanged,
    to_client.Completed,
    to_client.Counters,
    to_client.Error,
    to_client.Bye,
    to_client.Pong,
)

_RAW: dict[str, Any] = {
    "phrase": {"$ref": "#/components/schemas/Phrase"},
    "phrases": {"type": "array", "items": {"$ref": "#/components/schemas/Phrase"}},
    "strokes": {"$ref": "#/components/schemas/Strokes"},
    "committed": {"type": "array", "items": {"$ref": "#/components/schemas/Strokes"}},
}
"""Keys whose values pass through the server as packed bytes, and what they hold."""

_STROKES = {
    "description": "Strokes of one character: flat lists of x, y, dt, w for each point.",
    "type": "array",
    "items": {"type": "array", "items": {"type": "integer"}},
}


def document() -> dict[str, Any]:
    """The document, ready for JSON."""
    from_client = get_args(FromClient)
    types = [*from_client, *_TO_CLIENT]
    _, schemas = msgspec.json.schema_components(
        [*types, Phrase], schema_hook=_raw_schema, ref_template="#/components/schemas/{name}"
    )
    for name, schema in schemas.items():
        if name != "Phrase":
            _name_raw_values(schema)
    # Ink and reactions are passed on to the partner as they came.
    passed_on = [t for t in from_client if t.__name__ in {"Ink", "Undo", "React"}]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Jielong", "version": __version__, "license": {"name": "Apache-2.0"}},
        "defaultContentType": "application/msgpack",
        "channels": {
            "relay": {
                "address": "/ws",
                "description": f"WebSocket, subprotocol {MSGPACK} or {JSON}.",
                "messages": {_tag(t): {"$ref": f"#/components/messages/{_tag(t)}"} for t in types},
            }
        },
        "operations": {
            "fromClient": _operation("receive", from_client),
            "toClient": _operation("send", (*_TO_CLIENT, *passed_on)),
        },
        "components": {
            "messages": {_tag(t): _message(t) for t in types},
            "schemas": {**schemas, "Strokes": _STROKES},
        },
    }


def _raw_schema(kind: type) -> dict[str, Any]:
    if kind is msgspec.Raw:
        return {}
    raise NotImplementedError(kind)


def _name_raw_values(schema: dict[str, Any]) -> None:
    for key, value in schema.get("properties", {}).items():
        if key in _RAW and value in ({}, {"type": "array", "items": {}}):
            schema["properties"][key] = _RAW[key]


def _tag(kind: Any) -> str:
    return str(kind.__struct_config__.tag)


def _message(kind: Any) -> dict[str, Any]:
    return {
        "name": _tag(kind),
        "summary": (kind.__doc__ or "").strip(),
        "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
    }


def _operation(action: str, kinds: tuple[Any, ...]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/relay/messages/{_tag(kind)}"} for kind in kinds]
    return {"action": action, "channel": {"$ref": "#/channels/relay"}, "messages": messages}
