"""The two encodings of the protocol: MessagePack in binary frames, JSON in text frames."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

import msgspec
from picows import WSMsgType

from server.relay.from_client import TYPES, Commit, ExactInk, FromClient, Ink

MSGPACK = "jielong.v1.msgpack"
JSON = "jielong.v1.json"


MAX_EXPLANATION = 200
"""Characters of an explanation: msgspec's may repeat the offending value."""

_BAD_INK = re.compile(r"Expected `(int` [<>]= -?\d+ - at `\$\.p\[|array` of length .* at `\$\.p`)")
"""What msgspec says of live ink that fits no place on the grid, and of too much or none."""

NOT_INK = (msgspec.DecodeError, UnicodeDecodeError)
"""What `Codec.decode_ink` raises for anything but live ink that may be passed on as it came."""

_BARE_COMMIT = 0x80 | 1 + len(Commit.__struct_fields__)
"""The first byte of a commit without any other keys: in MessagePack it says how many a map has."""

pack = msgspec.msgpack.Encoder().encode
"""A message in MessagePack, as workers pass it on, whatever the connections' encodings are."""


class IllFormedError(Exception):
    """The frame's bytes are no message at all: the connection cannot go on."""


class BadMessageError(Exception):
    """The message breaks the protocol; `code` says how, `re` is its type where it has one."""

    def __init__(self, code: str, message: str, re: str | None) -> None:
        """Refused with `code`."""
        super().__init__(message)
        self.code = code
        self.re = re


class Codec(Protocol):
    """How messages go over one connection."""

    name: str
    frame: WSMsgType
    first_byte: int  # of a whole message's frame

    def decode(self, payload: bytes) -> FromClient:
        """Read a message.

        Raises:
            IllFormedError: it is no MessagePack, no JSON or no UTF-8.
            BadMessageError: it is, but not a message of the protocol.
        """

    def decode_ink(self, payload: bytes) -> Ink:
        """Read live ink that may be passed on as it came.

        Raises:
            NOT_INK: it is anything else; `decode` says what, or what is wrong with it.
        """

    def encode(self, message: msgspec.Struct) -> bytes:
        """Write a message."""

    def from_packed(self, packed: bytes) -> bytes:
        """Write a message that is MessagePack already, as partners' messages are passed on."""


class _Envelope(msgspec.Struct):
    """What every message has."""

    t: str


class _Reader:
    """Reads messages in one encoding, and says what is wrong with others."""

    def __init__(self, decoder: Callable[..., Any], encoding: str) -> None:
        """`decoder` is msgspec's for the encoding, `encoding` its name for people."""
        self._typed: Callable[[bytes], FromClient] = decoder(FromClient).decode
        self._plain: Callable[[bytes], object] = decoder().decode
        self._envelope: Callable[[bytes], _Envelope] = decoder(_Envelope).decode
        self._encoding = encoding

    def read(self, payload: bytes) -> FromClient:
        """Read a message; see `Codec.decode`."""
        try:
            try:
                return self._typed(payload)
            except msgspec.ValidationError as error:
                raise _explain(self._kind(payload), error) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError) as error:
            raise IllFormedError(f"not {self._encoding}") from error

    def look_at_all(self, payload: bytes) -> None:
        """See that what nobody asks for is text where it says so: msgspec skips it unseen.

        Raises:
            IllFormedError: it is no UTF-8.
        """
        try:
            self._plain(payload)
        except (UnicodeDecodeError, RecursionError) as error:
            raise IllFormedError(f"not {self._encoding}") from error
        except (msgspec.DecodeError, TypeError):
            pass  # well-formed, but nothing for Python, as a map with lists for keys is

    def _kind(self, payload: bytes) -> str | None:
        """The type of a message that is refused, where it has one; all of it must be readable."""
        with suppress(msgspec.ValidationError):  # well-formed, but nothing for Python, as 1e999 is
            self._plain(payload)
        try:
            return self._envelope(payload).t
        except msgspec.ValidationError:
            return None


def _explain(kind: str | None, error: msgspec.ValidationError) -> BadMessageError:
    """Say what is wrong with a message of this type that could be read but not understood."""
    if kind is None:
        return BadMessageError("bad_message", "a message is a map with its type in `t`", None)
    if kind not in TYPES:
        return BadMessageError("unknown_type", "there is no message of this type", kind[:64])
    if kind == "ink" and _BAD_INK.match(str(error)):
        return BadMessageError("bad_ink", str(error)[:MAX_EXPLANATION], kind)
    return BadMessageError("bad_message", str(error)[:MAX_EXPLANATION], kind)


def _without_halves(text: str) -> bytes:
    """The same JSON with `?` for halves of surrogate pairs, as JavaScript leaves them of a string
    cut in the middle of an emoji; msgspec takes them for an error of syntax.

    Raises:
        IllFormedError: it is no JSON otherwise either.
    """
    try:
        return json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace")
    except (ValueError, RecursionError) as error:
        raise IllFormedError("not JSON") from error


class MsgpackCodec:
    """`jielong.v1.msgpack`; the hot path: about 0.5 us for live ink."""

    name = MSGPACK
    frame = WSMsgType.BINARY
    first_byte = 0x80 | frame.value

    def __init__(self) -> None:
        """One for all connections; it holds no state of any."""
        self.decode_ink = msgspec.msgpack.Decoder(ExactInk).decode
        self._reader = _Reader(msgspec.msgpack.Decoder, "MessagePack")
        self.encode = pack

    def decode(self, payload: bytes) -> FromClient:
        """Read a message; see `Codec.decode`.

        Who commits says a lot, and mostly nothing but what must be said.
        """
        message = self._reader.read(payload)
        if payload[0] != _BARE_COMMIT or not isinstance(message, Commit):
            self._reader.look_at_all(payload)
        return message

    def from_packed(self, packed: bytes) -> bytes:
        """The same bytes."""
        return packed


class JsonCodec:
    """`jielong.v1.json`, for tools and for clients that cannot have the other."""

    name = JSON
    frame = WSMsgType.TEXT
    first_byte = 0x80 | frame.value

    def __init__(self) -> None:
        """One for all connections; it holds no state of any."""
        self._read = _Reader(msgspec.json.Decoder, "JSON").read
        self._unpack = msgspec.msgpack.Decoder().decode

    def decode(self, payload: bytes) -> FromClient:
        """Read a message; see `Codec.decode`."""
        try:
            text = payload.decode()
        except UnicodeDecodeError as error:
            raise IllFormedError("not UTF-8") from error
        try:
            return self._read(payload)
        except IllFormedError:
            if "\\u" not in text:
                raise
            return self._read(_without_halves(text))

    def decode_ink(self, payload: bytes) -> Ink:
        """JSON is never passed on as it came."""
        raise msgspec.DecodeError("the partner may want MessagePack")

    def encode(self, message: msgspec.Struct) -> bytes:
        """Write a message; packed ink and phrases in it are unpacked on the way."""
        return self.from_packed(pack(message))

    def from_packed(self, packed: bytes) -> bytes:
        """The same message as JSON."""
        return msgspec.json.encode(self._unpack(packed))


CODECS: dict[str, Codec] = {codec.name: codec for codec in (MsgpackCodec(), JsonCodec())}
