"""client/js/wire: MessagePack and JSON in Chromium, compared with Python's implementations."""

from __future__ import annotations

import math
from typing import Any

import msgpack
import pytest

from tests.browser.conftest import Core

VALUES: list[Any] = [
    None,
    True,
    False,
    *(sign * (2**bits + more) for bits in (0, 5, 7, 8, 15, 16, 31, 32, 52) for more in (-1, 0, 1)
      for sign in (1, -1)),
    2**53 - 1,
    -(2**53 - 1),
    1.5,
    -0.1,
    1e300,
    "",
    "加油" * 20,
    "𠮷🖌",
    "x" * 31,
    "x" * 32,
    "é" * 200,
    "é",
    "a加é𠮷",
    "\ufeff加",
    "\ud7ff\ue000\uffff",
    "加" * 10,
    "加" * 11,
    "字" * 30_000,
    [],
    list(range(-40, 40)),
    {},
    {"t": "ink", "p": [1, 2, 3, 4], "end": True, "嵌": {"套": [None, {"深": 1}]}},
    {f"key{i}": i for i in range(20)},
]  # fmt: skip


async def test_every_value_is_decoded_as_python_encoded_it(core: Core) -> None:
    decoded = await core(
        """async (frames) => {
          const { decode } = await import("/client/js/wire/msgpack.js");
          return frames.map((frame) => decode(new Uint8Array(frame)));
        }""",
        [list(msgpack.packb(value)) for value in VALUES],
    )
    assert decoded == VALUES


async def test_python_decodes_every_value_as_it_was_encoded(core: Core) -> None:
    frames = await core(
        """async (values) => {
          const { encode } = await import("/client/js/wire/msgpack.js");
          return values.map((value) => Array.from(encode(value)));
        }""",
        VALUES,
    )
    assert [msgpack.unpackb(bytes(frame)) for frame in frames] == VALUES


async def test_a_very_long_array_comes_through(core: Core) -> None:
    head, same = await core(
        """async () => {
          const { decode, encode } = await import("/client/js/wire/msgpack.js");
          const frame = encode(Array.from({ length: 70000 }, (_, i) => i));
          return [Array.from(frame.slice(0, 5)), decode(frame).every((value, i) => value === i)];
        }"""
    )
    assert bytes(head) == msgpack.packb(list(range(70_000)))[:5]
    assert same


async def test_numbers_are_as_short_as_python_makes_them(core: Core) -> None:
    numbers = [value for value in VALUES if isinstance(value, int)]
    frames = await core(
        """async (values) => {
          const { encode } = await import("/client/js/wire/msgpack.js");
          return values.map((value) => Array.from(encode(value)));
        }""",
        numbers,
    )
    assert [bytes(frame) for frame in frames] == [msgpack.packb(number) for number in numbers]


async def test_binary_and_short_floats_are_decoded(core: Core) -> None:
    value = await core(
        """async (frame) => {
          const { decode, encode } = await import("/client/js/wire/msgpack.js");
          const { bin, short } = decode(new Uint8Array(frame));
          const isBytes = bin instanceof Uint8Array;
          return { bin: Array.from(decode(encode(bin))), isBytes, short };
        }""",
        list(msgpack.packb({"bin": bytes(range(256)), "short": 0.5}, use_single_float=True)),
    )
    assert value == {"bin": list(range(256)), "isBytes": True, "short": 0.5}


async def test_floats_without_a_json_form_come_through(core: Core) -> None:
    frames = await core(
        """async () => {
          const { encode } = await import("/client/js/wire/msgpack.js");
          return [NaN, Infinity, -Infinity, -0].map((value) => Array.from(encode(value)));
        }"""
    )
    nan, up, down, zero = [msgpack.unpackb(bytes(frame)) for frame in frames]
    assert math.isnan(nan)
    assert (up, down) == (math.inf, -math.inf)
    assert math.copysign(1, zero) == -1


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x92\x01", id="cut short"),
        pytest.param(b"\xa2\xff\xfe", id="not UTF-8"),
        pytest.param(b"\xa2\xc0\x80", id="overlong UTF-8"),
        pytest.param(b"\xa3\xed\xa0\x80", id="a surrogate in UTF-8"),
        pytest.param(b"\x01\x02", id="bytes after the value"),
        pytest.param(b"\xc1", id="no such tag"),
        pytest.param(b"\xd4\x01\x00", id="an extension"),
        pytest.param(b"\x81\x01\x02", id="a map with a number for a key"),
        pytest.param(b"\xcf" + b"\xff" * 8, id="an integer outside the safe range"),
        pytest.param(b"\x91" * 100 + b"\x01", id="nested too deep"),
    ],
)
async def test_an_ill_formed_frame_is_refused(core: Core, frame: bytes) -> None:
    name = await core(
        """async (frame) => {
          const { decode } = await import("/client/js/wire/msgpack.js");
          try { decode(new Uint8Array(frame)); return ""; } catch (error) { return error.name; }
        }""",
        list(frame),
    )
    assert name == "RangeError"


async def test_a_key_of_objects_own_stays_a_key(core: Core) -> None:
    keys = await core(
        """async (frame) => {
          const { decode } = await import("/client/js/wire/msgpack.js");
          return Object.keys(decode(new Uint8Array(frame)));
        }""",
        list(msgpack.packb({"__proto__": {"x": 1}, "t": "pong"})),
    )
    assert keys == ["__proto__", "t"]


async def test_each_subprotocol_has_its_codec(core: Core) -> None:
    said = await core(
        """async () => {
          const { CODECS, codecFor } = await import("/client/js/wire/codec.js");
          const told = { t: "ping", n: 7 };
          return CODECS.map(({ subprotocol }) => {
            const { encode, decode } = codecFor(subprotocol);
            const frame = encode(told);
            return [subprotocol, typeof frame, decode(frame)];
          });
        }"""
    )
    message = {"t": "ping", "n": 7}
    assert said == [
        ["jielong.v1.msgpack", "object", message],
        ["jielong.v1.json", "string", message],
    ]
