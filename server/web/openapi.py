"""The HTTP API as an OpenAPI 3.1 document, generated from the operations and their types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from inspect import cleandoc
from typing import Any

import msgspec
import orjson

from server import __version__
from server.prepared.response import PreparedResponse, prepare
from server.relay.values import SCHEMAS
from server.web.api_types import ErrorAnswer
from server.web.asyncapi import VALUES
from server.web.operation import Operation, Schema
from server.web.pages import ASK_AGAIN
from server.web.security import Headers

PATH = "/openapi.json"

_JSON = "application/json"
_PARAMETER = re.compile(r"{(\w+)}")
_DESCRIPTION = (
    "Works, campaigns, pledges, reports of donations, deletion, and what operators ask a worker."
)


def response(
    base_path: str, operations: Mapping[str, Operation], headers: Headers
) -> PreparedResponse:
    """The document of these operations, by path, as the answer at `PATH`."""
    body = orjson.dumps(document(base_path, operations))
    return prepare(PATH, body, _JSON, ASK_AGAIN, headers)


def document(base_path: str, operations: Mapping[str, Operation]) -> dict[str, Any]:
    """The document, ready for JSON, of a service below `base_path`."""
    _, schemas = msgspec.json.schema_components(
        [ErrorAnswer, *_types(operations.values())], ref_template=SCHEMAS + "{name}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Jielong",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_path or "/"}],
        "paths": {
            path: {operation.method: _operation(path, operation)}
            for path, operation in operations.items()
        },
        "components": {"schemas": _described(schemas) | _INK, "securitySchemes": _KEYS},
    }


def _described(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas with the first paragraph of each type's docstring."""
    return {
        name: schema | {"description": cleandoc(schema.get("description", "")).partition("\n\n")[0]}
        for name, schema in schemas.items()
    }


def _types(operations: Iterable[Operation]) -> list[Schema]:
    """Every type of an answer or a body."""
    named = [(operation.answer, operation.unready, operation.body) for operation in operations]
    return [kind for kinds in named for kind in kinds if isinstance(kind, type)]


def _operation(path: str, operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": _responses(operation),
    }
    parameters = [_path_parameter(path, name, operation) for name in _PARAMETER.findall(path)]
    if operation.query is not None:
        parameters += _query_parameters(operation.query)
    if operation.body is not None:
        schema = {"$ref": SCHEMAS + operation.body.__name__}
        required = any(field.required for field in msgspec.structs.fields(operation.body))
        told["requestBody"] = {"required": required, "content": {_JSON: {"schema": schema}}}
    if operation.key is not None:
        told["security"] = [{operation.key: []}]
    return told | ({"parameters": parameters} if parameters else {})


def _responses(operation: Operation) -> dict[str, Any]:
    answers: dict[int, Schema | str | None] = dict.fromkeys(operation.done, operation.answer)
    answers |= dict.fromkeys(operation.errors, ErrorAnswer)
    if operation.unready is not None:
        answers[503] = operation.unready
    return {str(status): _response(status, kind) for status, kind in sorted(answers.items())}


def _response(status: int, kind: Schema | str | None) -> dict[str, Any]:
    if kind is None:
        return {"description": HTTPStatus(status).phrase}
    if isinstance(kind, str):
        content: dict[str, Any] = {kind: {}}
    else:
        content = {_JSON: {"schema": {"$ref": SCHEMAS + kind.__name__}}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _path_parameter(path: str, name: str, operation: Operation) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1}
    told = {"name": name, "in": "path", "required": True, "schema": schema}
    is_first = path.index(f"{{{name}}}") == path.index("{")
    return told | ({"example": operation.example} if operation.example and is_first else {})


def _query_parameters(query: Schema) -> list[dict[str, Any]]:
    schema = msgspec.json.schema(query, ref_template="{name}")["$defs"][query.__name__]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "allowEmptyValue": name not in schema.get("required", ()),
            "schema": _without_null(each),
        }
        for name, each in schema["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that may be left out: a query has no null."""
    if "anyOf" not in schema:
        return schema
    (given,) = [each for each in schema["anyOf"] if each != {"type": "null"}]
    return dict(given)


def _as_2020(schema: dict[str, Any]) -> dict[str, Any]:
    """A list's schema in draft 2020-12 of JSON Schema, OpenAPI's, from draft 7, AsyncAPI's."""
    rest = {key: value for key, value in schema.items() if key != "additionalItems"}
    return rest | {"prefixItems": schema["items"], "items": schema["additionalItems"]}


_KEYS = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A participant's token."},
    "webhook": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "With `webhook-id` and `webhook-timestamp`, as Standard Webhooks has it.",
    },
}

_INK = {"Strokes": VALUES["Strokes"], "Stroke": _as_2020(VALUES["Stroke"])}
