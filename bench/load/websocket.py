"""One WebSocket of a load process: the handshake and the frames."""

from __future__ import annotations

from bench.load.frames import CLOSE, CLOSE_OPCODE, PING_OPCODE, pong
from bench.load.reactor import Reactor, Stream


class Connection(Stream):
    """One WebSocket of a reactor. Subclasses override the callbacks.

    Attributes:
        opened: whether the handshake is done.
    """

    __slots__ = ("_closing", "_leaving", "_rest", "opened")

    def __init__(self, reactor: Reactor) -> None:
        """Not connected yet; `Reactor.connect` does that."""
        super().__init__(reactor)
        self._rest = b""
        self._closing = False
        self._leaving = False
        self.opened = False

    # Callbacks ----------------------------------------------------------------------------------

    def on_open(self) -> None:
        """The handshake is done."""

    def on_message(self, payload: bytes) -> None:
        """A message was received."""

    def answered(self, data: bytes) -> int:
        """Read the answer to the upgrade request; return where its frames begin, or -1."""
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return self.wait_for_more(data)
        if not data.startswith(b"HTTP/1.1 101"):
            self.refused(data[:end])
            return -1
        self.opened = True
        self.on_open()
        return end + 4

    def refused(self, head: bytes) -> None:
        """The server refused the upgrade; `head` is the head of its answer."""
        self.cut(1002)

    # Calls of subclasses ------------------------------------------------------------------------

    def wait_for_more(self, data: bytes) -> int:
        """Keep an incomplete answer; return -1, as `answered` does."""
        self._rest = data
        return -1

    def close(self) -> None:
        """Send a close frame; `on_close` follows."""
        if not self._closing:
            self._closing = True
            self.send(CLOSE)

    def leave(self) -> None:
        """Send a close frame once everything received with this message is answered.

        A browser answers a ping when it comes, and its page hears of the message before it later.
        """
        self._leaving = True

    # Calls of the stream ------------------------------------------------------------------------

    def on_connect(self, request: bytes) -> None:
        """Send the upgrade request."""
        self.send(request)

    def on_end(self) -> None:
        """The connection is lost, unless it was closed here."""
        self.cut(1000 if self._closing else 1006)

    def on_data(self, data: bytes) -> None:
        """Read the answer to the upgrade request, and frames."""
        if self._rest:
            data = self._rest + data
        at = 0 if self.opened else self.answered(data)
        if at >= 0:
            self._frames(data, at)

    def _frames(self, data: bytes, at: int) -> None:
        size = len(data)
        while size - at >= 2:
            length, start = data[at + 1], at + 2
            if length == 126:
                start = at + 4
                length = data[at + 2] << 8 | data[at + 3] if size >= start else size
            elif length == 127:
                start = at + 10
                length = int.from_bytes(data[at + 2 : start]) if size >= start else size
            end = start + length
            if end > size:
                break
            opcode = data[at] & 0xF
            if opcode == CLOSE_OPCODE:
                code = int.from_bytes(data[start : start + 2]) if length else 1005
                if not self._closing:
                    self.send(CLOSE)
                self.cut(code)
                return
            if opcode == PING_OPCODE:
                self.send(pong(data[start:end]))
            elif not self._closing:
                self.on_message(data[start:end])
            if self.fd not in self._reactor.connections:
                return
            at = end
        self._rest = data[at:]
        if self._leaving:
            self.close()
