"""The messages of clients, reduced to the keys that the checks need.

Clients may send invalid messages on purpose; these are skipped.
"""

from __future__ import annotations

import msgspec

from server.check.strokes import Strokes

IGNORED = frozenset({"ink", "undo", "react", "share"})
"""Types that no check needs."""


class FromClient(msgspec.Struct, frozen=True):
    """A message of any type; a key that it lacks has its default."""

    t: str
    room: str = ""
    token: str = ""
    invite: str = ""
    keep: bool = False
    c: int = -1
    pledge: str = ""
    strokes: Strokes = []


_decode = msgspec.json.Decoder(FromClient).decode
_decode_keys = msgspec.json.Decoder(dict[str, object]).decode


def decode_from_client(raw: msgspec.Raw) -> FromClient | None:
    """Decode a client's message; None if it is invalid or no check needs it."""
    try:
        message = _decode(raw)
    except msgspec.DecodeError:
        return _decode_without_nulls(raw)
    return None if message.t in IGNORED else message


def _decode_without_nulls(raw: msgspec.Raw) -> FromClient | None:
    """Decode a message in which null stands for a missing key."""
    try:
        keys = {key: value for key, value in _decode_keys(raw).items() if value is not None}
        return msgspec.convert(keys, FromClient)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
