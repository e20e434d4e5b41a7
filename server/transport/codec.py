"""The two encodings of the protocol: MessagePack in binary frames, JSON in text frames."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

import msgspec
from picows import WSMsgType

from server.relay.from_client import TYPES, Commit, ExactInk, FromClient
from server.transport.frames import first_byte_of

MSGPACK = "jielong.v1.msgpack"
JSON = "jielong.v1.json"


MAX_EXPLANATION = 200
"""Characters of an explanation: msgspec's may repeat the offending value."""

_BAD_INK = re.compile(r"Expected `(int` [<>]= -?\d+ - at `\$\.p\[|array` of length .* at `\$\.p`)")
"""msgspec's errors for live ink outside the grid, and for too many points or none."""

NOT_INK = (msgspec.DecodeError, UnicodeDecodeError)
"""Raised by `Codec.decode_ink` for everything but live ink that can be passed on unchanged."""

NOT_VALID = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError)
"""Raised by msgspec for bytes that are no message of the protocol."""

_BARE_COMMIT = 0x80 | 1 + len(Commit.__struct_fields__)
"""The first byte of a commit without any other keys: in MessagePack it says how many a map has."""

INK_FIRST_BYTE = 0x85
"""How live ink begins in MessagePack, a map of its five keys; each comes once if all are there."""

INK_WITH_END_FIRST_BYTE = 0x86
"""The same with a sixth key: `end`, or one of the five again. Of other messages, only a few have
as many keys, a `hello` for instance; they are found not to be ink when they are decoded."""

pack = msgspec.msgpack.Encoder().encode
"""Encodes a message in MessagePack, the encoding between workers whatever the connections use."""


class IllFormedError(Exception):
    """The bytes of a frame are no message at all: the connection must close."""


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

    def decode_ink(self, payload: bytes) -> ExactInk:
        """Read live ink that can be passed on unchanged, unless a key comes twice.

        Its first byte shows that: see `INK_FIRST_BYTE`.

        Raises:
            NOT_INK: it is something else; call `decode`.
        """

    def encode(self, message: msgspec.Struct) -> bytes:
        """Write a message."""

    def from_packed(self, packed: bytes) -> bytes:
        """Write a message that is in MessagePack already, such as one of the partner."""


class _Envelope(msgspec.Struct):
    """The key that every message has."""

    t: str


class _Reader:
    """Reads messages in one encoding, and explains what is wrong with others.

    Attributes:
        read_valid: reads a valid message, and raises NOT_VALID for any other.
    """

    def __init__(self, decoder: Callable[..., Any], encoding: str) -> None:
        """`decoder` is msgspec's for the encoding, `encoding` its name for people."""
        self.read_valid: Callable[[bytes], FromClient] = decoder(FromClient).decode
        self._plain: Callable[[bytes], object] = decoder().decode
        self._envelope: Callable[[bytes], _Envelope] = decoder(_Envelope).decode
        self._encoding = encoding

    def read(self, payload: bytes) -> FromClient:
        """Read a message; see `Codec.decode`."""
        try:
            try:
                return self.read_valid(payload)
            except msgspec.ValidationError as error:
                raise _explain(self._kind(payload), error) from error
        except NOT_VALID as error:
            raise IllFormedError(f"not {self._encoding}") from error

    def check_text(self, payload: bytes) -> None:
        """Check that the strings under unknown keys are UTF-8: msgspec skips them unread.

        Raises:
            IllFormedError: one is not.
        """
        try:
            self._plain(payload)
        except (UnicodeDecodeError, RecursionError) as error:
            raise IllFormedError(f"not {self._encoding}") from error
        except (msgspec.DecodeError, TypeError):
            pass  # well-formed, but Python has no such value: a map with lists as keys

    def _kind(self, payload: bytes) -> str | None:
        """The type of a refused message, if it has one; the whole payload must be readable."""
        with suppress(msgspec.ValidationError):  # well-formed, but Python has no such value: 1e999
            self._plain(payload)
        try:
            return self._envelope(payload).t
        except msgspec.ValidationError:
            return None


def _explain(kind: str | None, error: msgspec.ValidationError) -> BadMessageError:
    """Explain what is wrong with a message of this type that is well-formed but not valid."""
    if kind is None:
        return BadMessageError("bad_message", "a message is a map with its type in `t`", None)
    if kind not in TYPES:
        return BadMessageError("unknown_type", "there is no message of this type", kind[:64])
    if kind == "ink" and _BAD_INK.match(str(error)):
        return BadMessageError("bad_ink", str(error)[:MAX_EXPLANATION], kind)
    return BadMessageError("bad_message", str(error)[:MAX_EXPLANATION], kind)


def _without_lone_surrogates(text: str) -> bytes:
    """The same JSON with `?` in place of lone surrogates, which msgspec takes for a syntax error.

    JavaScript sends them when a string was cut in the middle of an emoji.

    Raises:
        IllFormedError: it is no JSON.
    """
    try:
        return json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace")
    except (ValueError, RecursionError) as error:
        raise IllFormedError("not JSON") from error


def _with_named_keys(payload: bytes) -> bytes | None:
    """The same message without keys that are no strings: like all unknown ones they are ignored.

    None if it has no such keys, or is no map that Python can have.
    """
    try:
        found = msgspec.msgpack.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
        return None
    if not isinstance(found, dict) or all(isinstance(key, str) for key in found):
        return None
    return pack({key: value for key, value in found.items() if isinstance(key, str)})


class MsgpackCodec:
    """`jielong.v1.msgpack`; the hot path: about 0.5 us for live ink."""

    name = MSGPACK
    frame = WSMsgType.BINARY
    first_byte = first_byte_of(frame)

    def __init__(self) -> None:
        """One serves all connections; it has no state."""
        self.decode_ink = msgspec.msgpack.Decoder(ExactInk).decode
        self._reader = _Reader(msgspec.msgpack.Decoder, "MessagePack")
        self._read_valid = self._reader.read_valid
        self.encode = pack

    def decode(self, payload: bytes) -> FromClient:
        """Read a message; see `Codec.decode`.

        A commit is long, and usually has no unknown keys: then its strings need no second check.
        """
        try:
            message = self._read_valid(payload)
        except NOT_VALID:
            message = self._read_other(payload)
        if payload[0] != _BARE_COMMIT or not isinstance(message, Commit):
            self._reader.check_text(payload)
        return message

    def _read_other(self, payload: bytes) -> FromClient:
        try:
            return self._reader.read(payload)
        except BadMessageError:
            named = _with_named_keys(payload)
            if named is None:
                raise
            return self._reader.read(named)

    def from_packed(self, packed: bytes) -> bytes:
        """The same bytes."""
        return packed


class JsonCodec:
    """`jielong.v1.json`, for tools and for clients that cannot have the other."""

    name = JSON
    frame = WSMsgType.TEXT
    first_byte = first_byte_of(frame)

    def __init__(self) -> None:
        """One serves all connections; it has no state."""
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
            return self._read(_without_lone_surrogates(text))

    def decode_ink(self, payload: bytes) -> ExactInk:
        """Raise: the partner may use MessagePack, so JSON is never passed on unchanged."""
        raise msgspec.DecodeError("the partner may want MessagePack")

    def encode(self, message: msgspec.Struct) -> bytes:
        """Write a message; packed ink and phrases in it are unpacked."""
        return self.from_packed(pack(message))

    def from_packed(self, packed: bytes) -> bytes:
        """The same message as JSON."""
        return msgspec.json.encode(self._unpack(packed))


CODECS: dict[str, Codec] = {codec.name: codec for codec in (MsgpackCodec(), JsonCodec())}
