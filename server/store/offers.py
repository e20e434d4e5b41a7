"""Who waits alone in a lane, and which rooms there have an open seat."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from server.store.call import AwaitedCall
from server.store.library import function
from server.store.raw_connection import Argument
from server.store.shards import Shards

MOST_LONELY = 32
"""Rooms of one lane that are told of at once."""

_WAITING = function("waiting")


class LonelyRoom(msgspec.Struct, array_like=True, frozen=True):
    """A room that has waited for a partner for long.

    Attributes:
        locale: its phrase's.
        addresses: `worker/session` of the holder of each seat, or "".
    """

    room: str
    locale: str
    addresses: tuple[str, str]


class OpenRoom(msgspec.Struct, array_like=True, frozen=True):
    """A room with an open seat.

    Attributes:
        phrase: the packed `Phrase`.
        locale: the phrase's.
        people: everybody who ever sat there, as words; none of them may come again.
    """

    room: str
    phrase: msgspec.Raw
    locale: str
    people: str


class WaitingRooms(msgspec.Struct, array_like=True, frozen=True):
    """The lonely rooms of a lane, and some of those that are open; a room may be both."""

    lonely: list[LonelyRoom]
    open: list[OpenRoom]


_read = msgspec.msgpack.Decoder(WaitingRooms).decode


async def waiting_rooms(
    connections: Shards, base: str, alone_ms: int, locales: Sequence[str], now: int = 0
) -> WaitingRooms:
    """The rooms of a lane that have waited for `alone_ms`, and open ones of each of the locales.

    Raises:
        StoreError: Redis is away.
    """
    arguments: list[Argument] = [now, alone_ms, MOST_LONELY, *locales]
    call = AwaitedCall(_WAITING, base, arguments, repeatable=False)
    connections.send(call)
    return _read(await call.future)
