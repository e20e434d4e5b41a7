"""Whole WebSocket frames as bytes, for several that leave in one write (RFC 6455, 5.2)."""

from __future__ import annotations

import struct

from picows import WSMsgType

_short, _long, _longest = (struct.Struct(form).pack for form in ("!BB", "!BBH", "!BBQ"))

_FINAL = 0x80


def first_byte_of(kind: WSMsgType) -> int:
    """The first byte of a frame of this kind that is a whole message."""
    return _FINAL | kind.value


def encode_frame(first_byte: int, payload: bytes) -> bytes:
    """A frame as a server sends it: without a mask."""
    size = len(payload)
    if size < 126:
        return _short(first_byte, size) + payload
    if size < 65_536:
        return _long(first_byte, 126, size) + payload
    return _longest(first_byte, 127, size) + payload
