"""A room's state in Redis, for code outside the Lua library."""

from __future__ import annotations

import msgspec

STATE = "state"
"""The hash field that `read_room` reads."""


def ink_field(c: int) -> str:
    """The hash field with the packed strokes of character `c`."""
    return f"ink{c}"


class RoomRecord(msgspec.Struct, array_like=True, frozen=True):
    """The field `state`, in the order of `pack_room`; room_storage.lua has the meanings."""

    chars: int
    turn: int
    version: int
    holder0: str
    address0: str
    last0: str
    grace0: int
    holder1: str
    address1: str
    last1: str
    grace1: int
    deadline: int
    expiry: int
    keep: int
    held: int
    invite: str
    people: str
    writers: str
    serials: str
    locale: str
    by_locale: int
    apart: int = 0


_FIELDS = len(RoomRecord.__struct_fields__)
_ROW, _EARLIER_ROW = (bytes((0xDC, 0, fields)) for fields in (_FIELDS, _FIELDS - 1))
"""MessagePack headers that make an array of the row; earlier versions had no `apart`."""

_read = msgspec.msgpack.Decoder(RoomRecord).decode


def read_room(packed: bytes) -> RoomRecord:
    """Read a room's field `state`."""
    try:
        return _read(_ROW + packed)
    except msgspec.DecodeError:
        return _read(_EARLIER_ROW + packed)
