"""Reads which rooms of a lane have waited alone for long, and which ones have an open seat."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from server.store.call import AwaitedCall
from server.store.library import function
from server.store.raw_connection import Argument
from server.store.shards import Shards

MAX_ALONE = 32
"""Rooms of one lane that have waited for long and are read at once."""

_WAITING_ROOMS = function("waiting_rooms")


class AloneRoom(msgspec.Struct, array_like=True, frozen=True):
    """A room that has waited for a partner for long.

    Attributes:
        locale: of its phrase.
        addresses: `worker/session` of the holder of each seat, or "".
    """

    room: str
    locale: str
    addresses: tuple[str, str]


class OpenRoom(msgspec.Struct, array_like=True, frozen=True):
    """A room with an open seat.

    Attributes:
        phrase: the packed `Phrase`.
        locale: of the phrase.
        people: everyone who ever sat there, as words; none of them is seated there again.
    """

    room: str
    phrase: msgspec.Raw
    locale: str
    people: str


class WaitingRooms(msgspec.Struct, array_like=True, frozen=True):
    """Rooms of a lane; one room may be in both lists."""

    alone: list[AloneRoom]
    open: list[OpenRoom]


_read = msgspec.msgpack.Decoder(WaitingRooms).decode


async def waiting_rooms(
    shards: Shards, base: str, alone_ms: int, locales: Sequence[str], now: int = 0
) -> WaitingRooms:
    """The rooms of a lane that have waited for `alone_ms`, and open rooms of each of the locales.

    Raises:
        StoreError: Redis is away.
    """
    arguments: list[Argument] = [now, alone_ms, MAX_ALONE, *locales]
    call = AwaitedCall(_WAITING_ROOMS, base, arguments, repeatable=False)
    shards.send(call)
    return _read(await call.future)
