"""The strokes of one character and their digest."""

from __future__ import annotations

import hashlib

import msgspec

Strokes = list[list[int]]

_encode = msgspec.msgpack.Encoder().encode


def digest(strokes: Strokes) -> int:
    """Hash the strokes of one character to 64 bits; the checks keep and compare only these."""
    return int.from_bytes(hashlib.blake2b(_encode(strokes), digest_size=8).digest())
