"""Streams of frames, valid and not, and of any bytes, over real connections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.amount import amount
from tests.fuzz.messages import messages, payload_of
from tests.fuzz.talk import CODES, WIRES, open_line
from tests.integration.protocol_client import CLOSE, frame
from tests.service import Service

opcodes = st.sampled_from([0, 1, 1, 2, 2, 8, 9, 10]) | st.integers(0, 15)


@st.composite
def frames(draw: st.DrawFn, wire: str) -> bytes:
    """One frame; mostly a valid one."""
    payload = draw(
        messages.map(lambda message: payload_of(message, wire)) | st.binary(max_size=200)
    )
    data = frame(
        payload,
        draw(opcodes),
        fin=draw(st.booleans()),
        rsv=draw(st.sampled_from([0, 0, 0, 0, 1, 2, 4, 7])),
        masked=draw(st.sampled_from([True, True, True, True, False])),
    )
    return data[: draw(st.sampled_from([len(data)] * 4 + [len(data) // 2]))]


@pytest.mark.parametrize("wire", WIRES, ids=["msgpack", "json"])
def test_every_stream_of_frames_ends_with_a_documented_code(target: Service, wire: str) -> None:
    @amount(100)
    @given(st.lists(frames(wire) | st.binary(max_size=40), max_size=8))
    def exchange(stream: list[bytes]) -> None:
        line = open_line(target, wire, seated=False)
        try:
            heard = line.send_frames(b"".join(stream))
            told = heard.code in {None, *CODES}
            assert told or closed_by_us(stream), heard
        finally:
            line.close()

    exchange()


def closed_by_us(stream: list[bytes]) -> bool:
    """Whether the stream may hold a close frame of ours, whose code is answered."""
    return any(0x80 | CLOSE in data for data in stream)
