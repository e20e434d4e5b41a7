"""What a room's hash in Redis says, for those who look at it from outside the library."""

from __future__ import annotations

import msgspec


class RoomRecord(msgspec.Struct, array_like=True, frozen=True):
    """Field `m`, in the order of `pack_room` in rooms.lua, which has the meanings."""

    n: int
    c: int
    v: int
    p0: str
    a0: str
    l0: str
    z0: int
    p1: str
    a1: str
    l1: str
    z1: int
    dl: int
    xp: int
    keep: int
    held: int
    inv: str
    who: str
    hw: str
    ser: str
    loc: str
    far: int


_ROW = bytes((0xDC, 0, len(RoomRecord.__struct_fields__)))
"""Makes an array of a row of values."""

_MISSING = b"".join(map(msgspec.msgpack.encode, ("", 0)))

_read = msgspec.msgpack.Decoder(RoomRecord).decode


def read_room(packed: bytes) -> RoomRecord:
    """A room's field `m`. An earlier version stored neither `loc` nor `far`."""
    try:
        return _read(_ROW + packed)
    except msgspec.DecodeError:
        return _read(_ROW + packed + _MISSING)
