"""The Python SDK reads every message of the server's test vectors, and writes those of a client."""

from __future__ import annotations

import json

import pytest
from jielong.codec import Codec
from jielong.exceptions import Malformed
from jielong.messages import Message, Unknown, outgoing, parse

from tests.vectors import Vector, load

CODECS = [Codec("json"), Codec("msgpack")]
BOTH = pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.format)


def frame(vector: Vector, codec: Codec) -> bytes | str:
    """The frame of a vector."""
    if codec.format == "msgpack":
        return bytes.fromhex(vector["msgpack"])
    return json.dumps(vector["json"], ensure_ascii=False)


def parsed(vector: Vector, codec: Codec) -> Message:
    """What the SDK makes of a message of the server."""
    return parse(codec.decode(frame(vector, codec)))


def test_every_valid_message_of_the_server_is_known_and_the_same_in_both_encodings() -> None:
    for vector in load("to-client"):
        if vector["valid"]:
            one, other = (parsed(vector, codec) for codec in CODECS)
            assert one == other, vector["name"]
            assert not isinstance(one, Unknown), vector["name"]


@BOTH
def test_every_malformed_message_of_the_server_is_refused(codec: Codec) -> None:
    taken = []
    for vector in load("to-client"):
        if not vector["valid"]:
            try:
                parsed(vector, codec)
            except Malformed:
                continue
            taken.append(vector["name"])
    assert taken == []


@BOTH
def test_every_message_of_a_client_can_be_made_and_is_written_as_its_vector_says(
    codec: Codec,
) -> None:
    for vector in load("from-client"):
        message = vector["json"]
        if vector["valid"] and "colour" not in message:
            # A key that is null or false is left out.
            wanted = {k: v for k, v in message.items() if v is not None and v is not False}
            make = getattr(outgoing, message["t"])
            made = make(**{key: value for key, value in wanted.items() if key != "t"})
            assert codec.decode(codec.encode(made)) == wanted, vector["name"]


@pytest.mark.parametrize("vector", load("ill-formed"), ids=lambda vector: vector["name"])
def test_an_ill_formed_frame_is_malformed(vector: Vector) -> None:
    payload = bytes.fromhex(vector["frame"])
    text_or_bytes: bytes | str = payload
    if vector["encoding"] == "json":
        try:
            text_or_bytes = payload.decode()
        except UnicodeDecodeError:
            return  # the WebSocket library refuses it
    with pytest.raises(Malformed):
        Codec(vector["encoding"]).decode(text_or_bytes)
