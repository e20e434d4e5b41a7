"""What the SDK makes of what a server sends, and what it says itself."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jielong import Malformed
from jielong.codec import Codec
from jielong.messages import (
    Bye,
    Committed,
    Completed,
    Counters,
    Error,
    Ink,
    Invited,
    Matched,
    Message,
    Pace,
    Partner,
    PartnerState,
    Phrase,
    Pledged,
    Pong,
    React,
    Turn,
    Undo,
    Unknown,
    Waiting,
    Welcome,
    outgoing,
    parse,
)

JIAYOU = {"id": "jiayou", "text": "加油", "chars": ["加", "油"], "locale": "zh-Hans"}
COUNTERS = {"relays": 7, "participants": 14, "online": 3, "writing": 2}
TURN = {"c": 0, "char": "加", "seat": 0, "ms": 60_000}
WAITING = {
    "t": "waiting",
    "room": "r",
    "phrase": JIAYOU,
    "seat": 0,
    "committed": [],
    "turn": TURN,
}
MATCHED = {
    "t": "matched",
    "room": "r",
    "phrase": JIAYOU,
    "seat": 1,
    "partner": {"alias": "温柔的山茶", "here": True},
    "committed": [[[1, 2, 0, 9], [3, 4, 5, 6, -1, -1, 8, 0]]],
    "turn": TURN | {"c": 1, "char": "油", "seat": 1},
}
WELCOME = {
    "t": "welcome",
    "token": "secret",
    "participant": "p",
    "campaign": {"id": "default", "title": "加油接龙", "open": True},
    "phrases": [JIAYOU],
    "counters": COUNTERS,
    "limits": {"points": 4096},
    "finished": [{"work": "w", "url": "/w/w", "serial": 3}],
}
PHRASE = Phrase("jiayou", "加油", ("加", "油"), "zh-Hans")
MY_TURN = Turn("r", 0, "加", 0, 60_000)

EXAMPLES: list[tuple[dict[str, Any], Message]] = [
    (WAITING, Waiting("r", PHRASE, 0, (), MY_TURN)),
    (
        MATCHED,
        Matched(
            "r",
            PHRASE,
            1,
            (((1, 2, 0, 9), (3, 4, 5, 6, -1, -1, 8, 0)),),
            Turn("r", 1, "油", 1, 60_000),
            Partner("温柔的山茶", None, True),
        ),
    ),
    ({"t": "invited", "room": "r", "code": "c", "url": "/?i=c"}, Invited("r", "c", "/?i=c")),
    (
        {"t": "pledged", "pledge": "tea", "number": 7, "certificate": "c", "url": "/p/c"},
        Pledged("tea", 7, "c", "/p/c"),
    ),
    ({"t": "turn", "room": "r"} | TURN, MY_TURN),
    (
        {"t": "ink", "room": "r", "c": 0, "s": 1, "p": [1, 2, 3, 4]},
        Ink("r", 0, 1, (1, 2, 3, 4), False),
    ),
    (
        {"t": "ink", "room": "r", "c": 0, "s": 1, "p": [1, 2, 3, 4], "end": True},
        Ink("r", 0, 1, (1, 2, 3, 4), True),
    ),
    ({"t": "undo", "room": "r", "c": 0, "s": 1}, Undo("r", 0, 1)),
    ({"t": "react", "room": "r", "e": "clap"}, React("r", "clap")),
    (
        {"t": "committed", "room": "r", "c": 0, "seat": 0, "strokes": [[1, 2, 3, 4]]},
        Committed("r", 0, 0, ((1, 2, 3, 4),)),
    ),
    ({"t": "partner", "room": "r", "state": "left"}, PartnerState("r", "left", None)),
    ({"t": "partner", "room": "r", "state": "away", "ms": 5}, PartnerState("r", "away", 5)),
    (
        {
            "t": "completed",
            "room": "r",
            "work": "w",
            "url": "/w/w",
            "serial": 15,
            "counters": COUNTERS,
        },
        Completed("r", "w", "/w/w", 15, Counters(7, 14, 3, 2)),
    ),
    ({"t": "counters"} | COUNTERS, Counters(7, 14, 3, 2)),
    (
        {"t": "error", "code": "busy", "message": "full", "re": "join", "retry_ms": 900},
        Error("busy", "full", "join", 900),
    ),
    ({"t": "error", "code": "bad_message", "message": "?"}, Error("bad_message", "?", None, None)),
    ({"t": "bye", "why": "restart", "retry_ms": 700}, Bye("restart", 700)),
    ({"t": "pong", "n": 4}, Pong(4)),
    ({"t": "pong"}, Pong(None)),
    ({"t": "pace", "ink_ms": 200}, Pace(200)),
]
by_type = pytest.mark.parametrize(
    ("raw", "message"), EXAMPLES, ids=lambda value: value["t"] if isinstance(value, dict) else ""
)


@by_type
def test_a_message_becomes_its_type(raw: dict[str, Any], message: Message) -> None:
    assert parse(raw) == message


@by_type
def test_unknown_keys_are_ignored(raw: dict[str, Any], message: Message) -> None:
    assert parse(raw | {"colour": "vermilion"}) == message


@by_type
@pytest.mark.parametrize("name", ["msgpack", "json"])
def test_both_formats_say_the_same(raw: dict[str, Any], message: Message, name: str) -> None:
    codec = Codec("msgpack" if name == "msgpack" else "json")
    assert parse(codec.decode(codec.encode(raw))) == message


OPTIONAL = {"end", "ms", "re", "retry_ms", "n"}


@by_type
def test_a_missing_key_is_malformed(raw: dict[str, Any], message: Message) -> None:
    for key in raw.keys() - {"t"}:
        if key in OPTIONAL and raw["t"] in ("ink", "partner", "error", "pong"):
            continue
        with pytest.raises(Malformed, match=key):
            parse({k: v for k, v in raw.items() if k != key})


def test_a_malformed_message_is_named_with_the_path_of_its_fault() -> None:
    with pytest.raises(Malformed, match=r"^matched\.turn\.ms is missing$"):
        parse(MATCHED | {"turn": {"c": 1, "char": "油", "seat": 1}})
    with pytest.raises(Malformed, match=r"^welcome\.phrases\[0\]\.id: .*int"):
        parse(WELCOME | {"phrases": [JIAYOU | {"id": 3}]})


def test_a_null_counts_as_absent() -> None:
    ink = {"t": "ink", "room": "r", "c": 0, "s": 1, "p": [1, 2, 3, 4]}
    assert parse(ink | {"end": None}) == parse(ink)
    assert parse(WELCOME | {"resume": None}) == parse(WELCOME)
    partner = {"alias": "温柔的山茶", "region": None, "here": True}
    assert parse(MATCHED | {"partner": partner}) == parse(MATCHED)
    with pytest.raises(Malformed, match=r"bye\.why is missing"):
        parse({"t": "bye", "why": None, "retry_ms": 700})


def test_unknown_keys_inside_values_are_ignored() -> None:
    more = {"colour": "vermilion"}
    turn = WAITING["turn"] | more | {"room": "other"}
    assert parse(WAITING | {"turn": turn, "phrase": JIAYOU | more}) == parse(WAITING)


def test_a_welcome_tells_what_went_before() -> None:
    welcome = parse(WELCOME)
    assert isinstance(welcome, Welcome)
    assert welcome.resume is None
    assert welcome.phrases == (PHRASE,)
    assert [work.serial for work in welcome.finished] == [3]


@pytest.mark.parametrize("room", [WAITING, MATCHED])
def test_a_welcome_may_resume_a_room(room: dict[str, Any]) -> None:
    welcome = parse(WELCOME | {"resume": room})
    assert isinstance(welcome, Welcome)
    assert welcome.resume == parse(room)


def test_an_unknown_type_is_delivered_as_unknown() -> None:
    raw = {"t": "fanfare", "loud": True}
    assert parse(raw) == Unknown("fanfare", raw)


@pytest.mark.parametrize("t", ["Message", "Seated", "Unknown"])
def test_a_class_that_is_no_message_is_no_type_of_the_wire(t: str) -> None:
    assert parse({"t": t}) == Unknown(t, {"t": t})


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        {"t": 3},
        {"t": "bye", "why": "restart", "retry_ms": True},
        {"t": "bye", "why": "restart", "retry_ms": "700"},
        {"t": "committed", "room": "r", "c": 0, "seat": 0, "strokes": [1, 2, 3, 4]},
        {"t": "committed", "room": "r", "c": 0, "seat": 0, "strokes": [[1, 2, 3, 4.5]]},
        WAITING | {"turn": None},
        WAITING | {"phrase": JIAYOU | {"chars": [1, 2]}},
        WELCOME | {"resume": {"t": "pong"}},
    ],
)
def test_what_the_protocol_does_not_allow_is_malformed(raw: object) -> None:
    with pytest.raises(Malformed):
        parse(raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    )
    | st.dictionaries(
        st.sampled_from(["t", "room", "c", "s", "p", "e", "seat", "strokes", "turn", "phrase"]),
        st.integers() | st.sampled_from(["ink", "turn", "matched", "welcome", "committed"]),
    )
)
def test_anything_is_either_a_message_or_malformed(raw: object) -> None:
    with contextlib.suppress(Malformed):
        assert isinstance(parse(raw), Message)


@given(st.binary(max_size=80) | st.text(max_size=80), st.sampled_from(["msgpack", "json"]))
def test_any_frame_is_either_a_map_or_malformed(frame: bytes | str, name: str) -> None:
    codec = Codec("msgpack" if name == "msgpack" else "json")
    with contextlib.suppress(Malformed):
        assert isinstance(codec.decode(frame), dict)


@pytest.mark.parametrize("frame", [b"\x91" * 60_000, "[" * 60_000], ids=["msgpack", "json"])
def test_a_frame_nested_without_end_is_malformed(frame: bytes | str) -> None:
    with pytest.raises(Malformed, match="ill-formed"):
        Codec("msgpack" if isinstance(frame, bytes) else "json").decode(frame)


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (outgoing.hello(), {"t": "hello"}),
        (outgoing.hello(token="k", client="x"), {"t": "hello", "token": "k", "client": "x"}),
        (outgoing.join(), {"t": "join"}),
        (outgoing.join(phrase="jiayou"), {"t": "join", "phrase": "jiayou"}),
        (outgoing.join(invite="c"), {"t": "join", "invite": "c"}),
        (outgoing.join(locales=("zh", "en")), {"t": "join", "locales": ["zh", "en"]}),
        (outgoing.invite("r"), {"t": "invite", "room": "r"}),
        (
            outgoing.ink("r", 0, 1, (1, 2, 3, 4)),
            {"t": "ink", "room": "r", "c": 0, "s": 1, "p": [1, 2, 3, 4]},
        ),
        (
            outgoing.ink("r", 0, 1, (1, 2, 3, 4), end=True),
            {"t": "ink", "room": "r", "c": 0, "s": 1, "p": [1, 2, 3, 4], "end": True},
        ),
        (outgoing.undo("r", 0, 1), {"t": "undo", "room": "r", "c": 0, "s": 1}),
        (
            outgoing.commit("r", 0, [(1, 2, 3, 4)]),
            {"t": "commit", "room": "r", "c": 0, "strokes": [[1, 2, 3, 4]]},
        ),
        (outgoing.react("r", "fan"), {"t": "react", "room": "r", "e": "fan"}),
        (outgoing.share("poster"), {"t": "share", "how": "poster"}),
        (outgoing.report("r", "idle"), {"t": "report", "room": "r", "why": "idle"}),
        (outgoing.leave("r"), {"t": "leave", "room": "r"}),
        (outgoing.leave("r", keep=True), {"t": "leave", "room": "r", "keep": True}),
        (outgoing.ping(), {"t": "ping"}),
        (outgoing.ping(0), {"t": "ping", "n": 0}),
    ],
    ids=lambda value: value.get("t", ""),
)
def test_what_is_said_is_what_the_protocol_writes(
    message: dict[str, object], wire: dict[str, object]
) -> None:
    assert message == wire


def test_what_no_server_would_take_is_not_made() -> None:
    with pytest.raises(ValueError, match="not one of"):
        outgoing.react("r", "frown")
    with pytest.raises(ValueError, match="not one of"):
        outgoing.report("r", "boring")
    with pytest.raises(ValueError, match="a character has"):
        outgoing.commit("r", 0, [])
