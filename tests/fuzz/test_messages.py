"""Messages over real connections: valid, broken and garbled ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.amount import amount
from tests.fuzz.messages import garbled, is_well_formed, messages, payload_of
from tests.fuzz.talk import CODES, WIRES, open_line
from tests.service import Service

BAD_MESSAGES = 10
"""The tenth closes the connection."""

VARIANTS = 4
"""How often each message is sent garbled."""


@pytest.mark.parametrize("wire", WIRES, ids=["msgpack", "json"])
def test_every_message_gets_a_documented_answer(target: Service, wire: str) -> None:
    @amount(50)
    @given(st.lists(messages, min_size=1, max_size=6), st.integers(0, 2**32), st.booleans())
    def exchange(some: list[object], seed: int, seated: bool) -> None:
        whole = [payload_of(message, wire) for message in some]
        variants = [
            garbled(payload, seed + number) for payload in whole for number in range(VARIANTS)
        ]
        lines = [open_line(target, wire, seated=seated)]
        try:
            heard = lines[0].say(whole)
            assert heard.code != 1007 or not all(is_well_formed(p, wire) for p in whole)
            assert heard.code in {None, *CODES}
            for payload in variants:
                if heard.code is not None:
                    lines[-1].close()
                    lines.append(open_line(target, wire, seated=seated))
                heard = lines[-1].say([payload])
                check(payload, wire, heard.code)
        finally:
            for line in lines:
                line.close()

    exchange()


def check(payload: bytes, wire: str, code: int | None) -> None:
    """What no decoder can read ends the connection with 1007, and nothing else does."""
    well_formed = is_well_formed(payload, wire)
    if well_formed is False:
        assert code == 1007, payload
    elif well_formed:
        assert code in {None, 1008}, payload
    else:
        assert code in {None, 1007, 1008}, payload
