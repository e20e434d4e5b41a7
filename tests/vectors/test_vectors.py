"""The vectors are as new as the server's types, and hold each of them."""

from __future__ import annotations

import json

import msgpack
import pytest

from tests.vectors import FOLDER, load
from tests.vectors.by_hand import PASSED_ON
from tests.vectors.files import files, from_client, tag, to_clients

NAMES = ["from-client", "to-client"]


def test_the_vectors_are_as_new_as_the_message_types() -> None:
    stale = [name for name, text in files().items() if (FOLDER / name).read_text("utf-8") != text]
    assert stale == [], "run `make vectors`"


@pytest.mark.parametrize("valid", [True, False])
def test_every_message_type_has_vectors(valid: bool) -> None:
    found = {
        name: {
            vector["json"]["t"]
            for vector in load(name)
            if vector["valid"] is valid
            and isinstance(vector["json"], dict)
            and "t" in vector["json"]
        }
        for name in NAMES
    }
    assert {tag(kind) for kind in from_client()} <= found["from-client"]
    assert {*map(tag, to_clients()), *PASSED_ON} <= found["to-client"]


@pytest.mark.parametrize("name", NAMES)
def test_both_encodings_hold_the_same_message(name: str) -> None:
    for vector in load(name):
        assert msgpack.unpackb(bytes.fromhex(vector["msgpack"])) == vector["json"], vector["name"]


@pytest.mark.parametrize("name", [*NAMES, "ill-formed"])
def test_a_name_stands_for_one_vector(name: str) -> None:
    names = [json.dumps([vector["name"], vector.get("encoding")]) for vector in load(name)]
    assert len(names) == len(set(names))
