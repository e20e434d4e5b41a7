"""The schemas of `/asyncapi.json` take every valid vector, and no malformed one."""

from __future__ import annotations

import json
import subprocess

from server.web.asyncapi import document
from tests.service import ROOT
from tests.vectors import Vector, load

VALIDATE = ROOT / "tests" / "tools" / "asyncapi.mjs"
NODE_SECONDS = 60


def test_the_schemas_take_valid_messages_and_no_malformed_ones() -> None:
    vectors = [vector for vector in load("from-client") if is_for_a_schema(vector)]
    vectors += load("to-client")
    messages = [vector["json"] for vector in vectors]
    done = subprocess.run(
        ["node", str(VALIDATE)],
        input=json.dumps({"document": document(""), "messages": messages}),
        capture_output=True,
        text=True,
        timeout=NODE_SECONDS,
        check=True,
    )
    refused = json.loads(done.stdout)["refused"]
    wrong = [
        (vector["name"], why)
        for vector, why in zip(vectors, refused, strict=True)
        if (why is None) is not vector["valid"]
    ]
    assert wrong == []


def is_for_a_schema(vector: Vector) -> bool:
    """Whether a schema can decide: it sums up no points of a stroke, and `t` names the schema."""
    in_shape = vector["valid"] or vector["error"]["code"] == "bad_message"
    return in_shape and isinstance(vector["json"], dict)
