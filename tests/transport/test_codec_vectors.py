"""The server reads and writes every test vector as it says."""

from __future__ import annotations

import json

import msgspec
import pytest

from server.check.to_client import decode_to_client
from server.relay.from_client import Commit, Ink, React
from server.relay.ink import BadInkError, check_part, check_strokes
from server.transport.codec import CODECS, JSON, MSGPACK, BadMessageError, Codec, IllFormedError
from tests.vectors import Vector, load
from tests.vectors.files import from_client, tag, to_clients

WIRES = pytest.mark.parametrize("wire", [JSON, MSGPACK])
FROM_CLIENT = load("from-client")
TO_CLIENT = load("to-client")
TYPES = {tag(kind): kind for kind in (*to_clients(), *from_client())}


def payload(vector: Vector, wire: str) -> bytes:
    """The frame of a vector."""
    if wire == MSGPACK:
        return bytes.fromhex(vector["msgpack"])
    return json.dumps(vector["json"], ensure_ascii=False).encode()


def error_of(codec: Codec, frame: bytes) -> dict[str, str | None] | None:
    """The error that a client's message gets, its ink checked as a session does; None if taken."""
    try:
        message = codec.decode(frame)
    except BadMessageError as error:
        return {"code": error.code, "re": error.re}
    try:
        if isinstance(message, Commit):
            check_strokes(message.strokes)
        elif isinstance(message, Ink):
            check_part(message.p, first=message.s == 0)
    except (BadInkError, ValueError):  # half a point: a session counts them before
        return {"code": "bad_ink", "re": str(message.__struct_config__.tag)}
    return None


@WIRES
def test_every_message_of_a_client_is_taken_or_refused_as_its_vector_says(wire: str) -> None:
    wrong = []
    for vector in FROM_CLIENT:
        found = error_of(CODECS[wire], payload(vector, wire))
        if found != vector.get("error"):
            wrong.append((vector["name"], found))
    assert wrong == []


def test_both_encodings_give_the_same_message() -> None:
    for vector in FROM_CLIENT:
        if vector["valid"]:
            read = [CODECS[wire].decode(payload(vector, wire)) for wire in (JSON, MSGPACK)]
            assert read[0] == read[1], vector["name"]


@WIRES
def test_every_message_to_a_client_is_written_as_its_vector_says(wire: str) -> None:
    for vector in TO_CLIENT:
        if vector["valid"] and "colour" not in vector["json"]:
            kind = TYPES[vector["json"]["t"]]
            message = msgspec.msgpack.decode(payload(vector, MSGPACK), type=kind)
            frame = CODECS[wire].encode(message)
            plain = msgspec.json if wire == JSON else msgspec.msgpack
            assert plain.decode(frame) == vector["json"], vector["name"]


def test_the_checker_takes_valid_messages_and_no_others() -> None:
    for vector in TO_CLIENT:
        frame = payload(vector, JSON)
        if vector["valid"]:
            decode_to_client(frame)
        else:
            with pytest.raises(msgspec.ValidationError):
                decode_to_client(frame)


def test_an_ill_formed_frame_is_no_message() -> None:
    for vector in load("ill-formed"):
        codec = CODECS[f"jielong.v1.{vector['encoding']}"]
        with pytest.raises(IllFormedError):
            codec.decode(bytes.fromhex(vector["frame"]))


def test_keys_that_are_no_strings_are_ignored_like_all_unknown_ones() -> None:
    message = {"t": "react", 3: [4], b"e": None, "room": "r", "e": "clap"}
    found = CODECS[MSGPACK].decode(msgspec.msgpack.encode(message))
    assert found == React("r", "clap")
    with pytest.raises(BadMessageError) as refused:
        CODECS[MSGPACK].decode(msgspec.msgpack.encode({3: 4, "t": "react"}))
    assert (refused.value.code, refused.value.re) == ("bad_message", "react")
