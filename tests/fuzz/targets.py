"""What reads bytes of strangers, each as a function that raises when a property does not hold.

Hypothesis calls them in `test_targets`, and atheris, which follows the coverage, in `coverage`.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import msgspec

from server.prepared.response import prepare
from server.relay.from_client import Commit, FromClient, Ink, React, Undo
from server.relay.ink import BadInkError, check_part, check_strokes
from server.transport.codec import CODECS, MAX_EXPLANATION, BadMessageError, IllFormedError
from server.transport.direct_answers import DirectAnswers, LiveAnswer
from server.transport.http import END
from tests.fuzz.messages import is_well_formed
from tests.integration.protocol_client import JSON, MSGPACK


def read_messagepack(data: bytes) -> None:
    """A payload of a binary frame is read as another decoder reads it."""
    _read(data, MSGPACK)


def read_json(data: bytes) -> None:
    """A payload of a text frame is read as another decoder reads it."""
    _read(data, JSON)


def _read(payload: bytes, wire: str) -> None:
    codec = CODECS[wire]
    try:
        message = codec.decode(payload)
    except IllFormedError:
        assert is_well_formed(payload, wire) is not True
        return
    except BadMessageError as error:
        assert 0 < len(str(error)) <= MAX_EXPLANATION
    else:
        if isinstance(message, Ink | Undo | React):  # passed on
            assert codec.decode(codec.encode(message)) == message
        _check_ink(message)
    assert is_well_formed(payload, wire) is not False


def _check_ink(message: FromClient) -> None:
    try:
        if isinstance(message, Commit):
            check_strokes(message.strokes)
        elif isinstance(message, Ink):
            check_part(message.p, first=True)
            check_part(message.p, first=False)
    except BadInkError:
        pass


_ANSWERS = DirectAnswers("/base")
_ANSWERS.add([prepare("/page", b"<p>" * 1_000, "text/html", "no-cache")])
_ANSWERS.add_live("/live", lambda: LiveAnswer(HTTPStatus.OK, "text/plain", b"ok"))


def answer_request(data: bytes) -> None:
    """A head is answered with a whole answer, or left to others."""
    head = b"GET /page HTTP/1.1\r\n" + data.partition(END)[0] + END
    answer = _ANSWERS.answer(head, now=0)
    if answer is not None:
        assert answer.parts[0].startswith(b"HTTP/1.1 ")
        assert answer.parts[0].endswith(END)


def decode_ink(data: bytes) -> None:
    """The shortest path takes what the long one takes, and nothing else."""
    codec = CODECS[MSGPACK]
    try:
        ink = codec.decode_ink(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    assert codec.decode(data) == Ink(ink.room, ink.c, ink.s, ink.p, ink.end)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "messagepack": read_messagepack,
    "json": read_json,
    "ink": decode_ink,
    "request": answer_request,
}
