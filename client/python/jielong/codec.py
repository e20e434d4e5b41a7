"""Maps to frames and back, for the two subprotocols. Knows nothing of what messages mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from msgspec import DecodeError, json, msgpack

from .exceptions import Malformed

Format: TypeAlias = Literal["msgpack", "json"]
"""How messages are written: MessagePack in binary frames, or JSON in text frames."""

MAX_FRAME = 64 * 1024
"""Largest frame the server takes, in bytes."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One of the two formats; `subprotocol` is its name in the WebSocket handshake."""

    format: Format

    @property
    def subprotocol(self) -> str:
        return f"jielong.v1.{self.format}"

    def encode(self, message: Mapping[str, object]) -> bytes | str:
        """One message to one frame: bytes for a binary one, str for a text one.

        Raises:
            ValueError: the frame would be over 64 KiB.
        """
        encode = msgpack.encode if self.format == "msgpack" else json.encode
        frame = encode(message)
        if len(frame) > MAX_FRAME:
            raise ValueError(f"the message takes {len(frame)} bytes; a frame holds {MAX_FRAME}")
        return frame if self.format == "msgpack" else frame.decode()

    def decode(self, frame: bytes | str) -> dict[str, object]:
        """One frame to one map.

        Raises:
            Malformed: the frame is of the other kind, ill-formed, or not a map.
        """
        expected = bytes if self.format == "msgpack" else str
        if not isinstance(frame, expected):
            raise Malformed(f"a {type(frame).__name__} frame under {self.subprotocol}")
        try:
            raw = msgpack.decode(frame) if isinstance(frame, bytes) else json.decode(frame)
        except (DecodeError, UnicodeError, RecursionError) as error:
            raise Malformed(f"ill-formed {self.format}: {error}") from error
        if not isinstance(raw, dict):
            raise Malformed(f"a message is {type(raw).__name__}, not a map")
        return raw
