"""The cases of the Autobahn test suite that apply to a server and that `test_frames` lacks.

Autobahn expects an echo server, so each case says what to send in this protocol, and what RFC 6455
says of it. The numbers are Autobahn's. All cases of a group run at once. Cases 12 and 13 are of
compression, which is not agreed on; 9 measures speed; the end of 6.4, to refuse bad UTF-8 before
the message is whole, is optional.

4.1.3 and 4.2.4 want an answer to a message that comes in one packet with a bad frame. picows looks
at the next frame before it hands one over, so such a message is neither obeyed nor answered; its
sender repeats it on the next connection. 7.1.2 wants a second close frame to be ignored; in one
packet with the first, it is answered with 1002 for the same reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from tests.integration.connections.raw import expect_pong, say_hello
from tests.integration.protocol_client import (
    BINARY,
    CLOSE,
    CONTINUATION,
    JSON,
    MSGPACK,
    PING,
    PONG,
    TEXT,
    frame,
    open_raw,
    pack,
)
from tests.service import Service

QUESTION = pack({"t": "ping", "n": 1}, JSON)
"""Answered by one message, as an echo server would."""

PACKED = pack({"t": "ping", "n": 1})
NORMAL = (1000).to_bytes(2)


class Case(NamedTuple):
    """What is sent after `hello`, and what must come back.

    Attributes:
        name: Autobahn's number, and what is special.
        sent: bytes, in writes of their own.
        pongs: payloads of the pongs that come first, in order.
        answers: how many times the question is answered then.
        code: the close code at the end; None: the connection stays open.
        wire: the subprotocol.
    """

    name: str
    sent: Sequence[bytes]
    pongs: Sequence[bytes] = ()
    answers: int = 0
    code: int | None = None
    wire: str = JSON


def text(payload: bytes = QUESTION, *, fin: bool = True, rsv: int = 0) -> bytes:
    return frame(payload, TEXT, fin=fin, rsv=rsv)


def more(payload: bytes, *, fin: bool = True) -> bytes:
    return frame(payload, CONTINUATION, fin=fin)


def ping(payload: bytes = b"") -> bytes:
    return frame(payload, PING)


def close(payload: bytes = NORMAL) -> bytes:
    return frame(payload, CLOSE)


def chopped(data: bytes, size: int) -> list[bytes]:
    """The same bytes in writes of this size."""
    return [data[at : at + size] for at in range(0, len(data), size)]


def said(sequence: bytes) -> bytes:
    """The question with these bytes in a string that nobody reads."""
    return b'{"t":"ping","n":1,"x":"' + sequence + b'"}'


def packed_of(size: int) -> bytes:
    """The question in MessagePack, padded to a size of 126 bytes and more."""
    head = b"\x83\xa1t\xa4ping\xa1n\x01\xa1x\xc5"
    return head + (size - len(head) - 2).to_bytes(2) + bytes(size - len(head) - 2)


SIZES = (125, 126, 127, 128, 65_535)

FRAMING = [
    *(Case(f"1.1 {size}", [text(QUESTION.ljust(size))], answers=1) for size in SIZES),
    *(
        Case(f"1.2 {size}", [frame(packed_of(size))], answers=1, wire=MSGPACK)
        for size in SIZES
        if size > 125
    ),
    Case("1.1.8", chopped(text(QUESTION.ljust(65_535)), 997), answers=1),
    Case("1.2.8", chopped(frame(packed_of(65_535)), 997), answers=1, wire=MSGPACK),
]

PINGS = [
    Case("2.3", [ping(b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff")], [b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"]),
    Case("2.6", chopped(ping(b"\xfe" * 125), 1), [b"\xfe" * 125]),
    Case("2.8", [frame(b"unsolicited", PONG)]),
    Case("2.9", [frame(b"unsolicited", PONG) + ping(b"asked")], [b"asked"]),
    Case("2.10", [b"".join(ping(b"%d" % n) for n in range(10))], [b"%d" % n for n in range(10)]),
    Case(
        "2.11",
        chopped(b"".join(ping(b"%d" % n) for n in range(10)), 1),
        [b"%d" % n for n in range(10)],
    ),
]

RESERVED_BITS = [
    Case("3.1", [text(rsv=1)], code=1002),
    Case("3.2", [text() + text(rsv=2) + ping()], answers=1, code=1002),
    Case("3.3", [text(), text(rsv=3), ping()], answers=1, code=1002),
    Case("3.4", chopped(text() + text(rsv=4) + ping(), 1), answers=1, code=1002),
    Case("3.5", [frame(PACKED, rsv=5)], code=1002, wire=MSGPACK),
    Case("3.6", [frame(b"", PING, rsv=6)], code=1002),
    Case("3.7", [frame(NORMAL, CLOSE, rsv=7)], code=1002),
]

OPCODES = [
    *(Case(f"4.1 {code}", [frame(b"", code) + ping()], code=1002) for code in (3, 4, 5, 6, 7)),
    *(Case(f"4.2 {code}", [frame(b"", code) + ping()], code=1002) for code in range(11, 16)),
]

FRAGMENTS = [
    Case("5.2", [frame(b"", PONG, fin=False), more(b"x")], code=1002),
    Case("5.3", [text(QUESTION[:4], fin=False), more(QUESTION[4:])], answers=1),
    Case("5.5", chopped(text(QUESTION[:4], fin=False) + more(QUESTION[4:]), 1), answers=1),
    Case("5.9", [more(QUESTION) + text()], code=1002),
    Case("5.10", [more(QUESTION), text()], code=1002),
    Case("5.12", [more(QUESTION, fin=False) + text()], code=1002),
    Case(
        "5.15",
        [text(QUESTION[:4], fin=False), more(QUESTION[4:]), more(b"x", fin=False), text()],
        answers=1,
        code=1002,
    ),
    Case("5.16", [more(b"x", fin=False), text(b"{", fin=False), more(b"}")] * 2, code=1002),
    Case("5.17", [more(b"x"), text(b"{", fin=False), more(b"}")] * 2, code=1002),
    Case("5.18", [text(b"{", fin=False), text(b"}")], code=1002),
    Case(
        "5.19",
        [
            text(QUESTION[:2], fin=False) + more(QUESTION[2:4], fin=False) + ping(b"1"),
            more(QUESTION[4:6], fin=False) + more(QUESTION[6:8], fin=False) + ping(b"2"),
            more(QUESTION[8:]),
        ],
        [b"1", b"2"],
        answers=1,
    ),
]

CHARACTERS = "κόσμε 接龍 𝄞 \U0010ffff \ufffd \uffff \ud7ff \ue000"
WELL_FORMED = [
    b"\x7f",
    b"\xc2\x80",
    b"\xdf\xbf",
    b"\xe0\xa0\x80",
    b"\xed\x9f\xbf",
    b"\xee\x80\x80",
    b"\xef\xbf\xbd",
    b"\xef\xbf\xbe",
    b"\xef\xbf\xbf",
    b"\xf0\x90\x80\x80",
    b"\xf4\x8f\xbf\xbf",
    b"\xf0\x9f\xbf\xbe",
]
ILL_FORMED = [
    b"\x80",
    b"\xbf",
    b"\x80\xbf\x80\xbf",
    b"\xc2",
    b"\xc0\xaf",
    b"\xc1\xbf",
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
    b"\xe0\x80\xaf",
    b"\xe0\x9f\xbf",
    b"\xe1\x80",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xed\xa0\x80\xed\xb0\x80",
    b"\xf0\x80\x80\xaf",
    b"\xf0\x8f\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xf7\xbf\xbf\xbf",
    b"\xf8\x88\x80\x80\x80",
    b"\xfb\xbf\xbf\xbf\xbf",
    b"\xfc\x84\x80\x80\x80\x80",
    b"\xfd\xbf\xbf\xbf\xbf\xbf",
    b"\xfe",
    b"\xff",
    b"\xfe\xfe\xff\xff",
]

UTF_8 = [
    Case("6.1.2", [text(b"", fin=False), more(b"", fin=False), more(b"")], code=1007),
    Case("6.2.1", [text(said(CHARACTERS.encode()))], answers=1),
    Case("6.2.3", chopped(text(said(CHARACTERS.encode())), 1), answers=1),
    Case(
        "6.2.4",
        [text(b"{", fin=False)]
        + [more(bytes([byte]), fin=False) for byte in said(CHARACTERS.encode())[1:-1]]
        + [more(b"}")],
        answers=1,
    ),
    *(Case(f"6 {each.hex()}", [text(said(each))], answers=1) for each in WELL_FORMED),
    *(Case(f"6 {each.hex()}", [text(said(each))], code=1007) for each in ILL_FORMED),
    *(
        Case(
            f"6 {each.hex()} torn", [text(said(each)[:24], fin=False), more(said(each)[24:])]
        )._replace(code=1007)
        for each in ILL_FORMED
    ),
]

MAY_BE_SENT = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
MAY_NOT_BE_SENT = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)

CLOSES = [
    Case("7.1.1", [text() + close()], answers=1, code=1000),
    Case("7.1.3", [close() + ping()], code=1000),
    Case("7.1.4", [close() + text()], code=1000),
    Case("7.1.5", [text(QUESTION[:4], fin=False) + close() + more(QUESTION[4:])], code=1000),
    Case("7.1.6", [text(QUESTION.ljust(65_536)) + close() + ping()], answers=1, code=1000),
    Case("7.3.5", [close(NORMAL + b"x" * 123)], code=1000),
    Case("7.3.6", [close(NORMAL + b"x" * 124)], code=1002),
    Case("7.5.1", [close(NORMAL + ILL_FORMED[6])], code=1007),
    *(Case(f"7.7 {code}", [close(code.to_bytes(2))], code=code) for code in MAY_BE_SENT),
    *(Case(f"7.9 {code}", [close(code.to_bytes(2))], code=1002) for code in MAY_NOT_BE_SENT),
]

GROUPS = {
    "framing": FRAMING,
    "pings": PINGS,
    "reserved-bits": RESERVED_BITS,
    "opcodes": OPCODES,
    "fragments": FRAGMENTS,
    "utf-8": UTF_8,
    "closes": CLOSES,
}


@pytest.mark.parametrize("group", GROUPS)
async def test_the_cases_of_autobahn_end_as_rfc_6455_says(shared: Service, group: str) -> None:
    found = await asyncio.gather(*(ended(shared, case) for case in GROUPS[group]))
    assert [each for each in found if each] == []


async def ended(service: Service, case: Case) -> str | None:
    """What is wrong with how a case ended; None for nothing."""
    raw = await open_raw(service, case.wire)
    await say_hello(raw, case.wire)
    try:
        for data in case.sent:
            await raw.send(data)
            await asyncio.sleep(0)
        for payload in case.pongs:
            assert await raw.next_frame() == (PONG, payload)
        for _ in range(case.answers):
            await expect_pong(raw, 1)
        if case.code is None:
            question, opcode = (QUESTION, TEXT) if case.wire == JSON else (PACKED, BINARY)
            await raw.send(frame(question, opcode))
            await expect_pong(raw, 1)
        else:
            assert await raw.close_codes() == [case.code]
    except (AssertionError, OSError, TimeoutError) as error:
        return f"{case.name}: {error!r}"
    finally:
        await raw.close()
    return None
