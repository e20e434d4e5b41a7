"""Whatever bytes come, each reader of them keeps its promise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.amount import amount
from tests.fuzz.messages import garbled, messages, payload_of
from tests.fuzz.talk import SENT, WIRES
from tests.fuzz.targets import TARGETS

headers = st.sampled_from(
    ["Range: bytes=", "If-Range: ", "If-None-Match: ", "Accept-Encoding: gzip;q=", "X: ", "\r\n"]
)
lines = st.lists(st.tuples(headers, st.text(st.characters(max_codepoint=255), max_size=9)))


@st.composite
def some_bytes(draw: st.DrawFn) -> bytes:
    """Bytes that look like what the targets read, and others."""
    kind = draw(st.sampled_from(["message", "message", "headers", "bytes"]))
    if kind == "bytes":
        return draw(st.binary(max_size=60))
    if kind == "headers":
        data = "\r\n".join(name + value for name, value in draw(lines)).encode("latin-1")
    else:
        data = payload_of(draw(messages), draw(st.sampled_from(WIRES)))
    return garbled(data, draw(st.integers(0, 2**32))) if draw(st.booleans()) else data


@pytest.mark.parametrize("name", TARGETS)
def test_a_reader_keeps_its_promise(name: str) -> None:
    @amount(150)
    @given(some_bytes())
    def read(data: bytes) -> None:
        SENT["payloads read in the process"] += 1
        TARGETS[name](data)

    read()
