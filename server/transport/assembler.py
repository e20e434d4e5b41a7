"""Puts the fragments of one message together (RFC 6455, 5.4)."""

from __future__ import annotations

from picows import WSCloseCode, WSFrame

from server.transport.limits import FRAME_BYTES


class FragmentError(Exception):
    """The fragments make no message; the connection closes with `code`."""

    def __init__(self, code: WSCloseCode, reason: str) -> None:
        """Close with `code` and `reason`."""
        super().__init__(reason)
        self.code = code


class Assembler:
    """One message that comes in fragments, of at most 64 KiB in all."""

    __slots__ = ("_payload",)

    def __init__(self) -> None:
        """No fragment yet."""
        self._payload = bytearray()

    def add(self, frame: WSFrame) -> bytes | None:
        """Add a fragment; the whole payload after the last one, else None.

        Raises:
            FragmentError: the message is too long.
        """
        if len(self._payload) + frame.payload_size > FRAME_BYTES:
            raise FragmentError(WSCloseCode.MESSAGE_TOO_BIG, "a message is at most 64 KiB")
        self._payload += frame.get_payload_as_memoryview()
        return bytes(self._payload) if frame.fin else None
