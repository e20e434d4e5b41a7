"""One WebSocket of a client, which records every message in the history."""

from __future__ import annotations

import asyncio
from collections import deque

import msgspec
from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from tests.faults.history import History, Message

OPEN_SECONDS = 5.0
"""Longest wait for the handshake; a stopped worker accepts connections and answers nothing."""

HEADERS = {"Sec-WebSocket-Protocol": "jielong.v1.msgpack"}

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


class ConnectionLostError(Exception):
    """The connection was lost or not made; `code` is the close code, if one was received."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(code)
        self.code = code


class Connection(WSListener):
    """Connection `number` of `client`."""

    def __init__(self, history: History, client: str, number: int) -> None:
        self._history = history
        self._client = client
        self._number = number
        self._transport: WSTransport | None = None
        self._inbox: deque[Message] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._closed = False
        self._code: int | None = None

    @classmethod
    async def open(cls, url: str, history: History, client: str, number: int) -> Connection:
        """Connect.

        Raises:
            LostError: the connection was not made.
        """
        connection = cls(history, client, number)
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await ws_connect(lambda: connection, url, extra_headers=HEADERS)
        except (WSError, OSError, TimeoutError) as error:
            connection.abort()
            raise ConnectionLostError from error
        return connection

    @property
    def open_(self) -> bool:
        """Whether messages can be sent."""
        return not self._closed

    def send(self, message: Message) -> None:
        """Send a message."""
        if self._transport is not None and not self._closed:
            self._history.write(self._client, self._number, "sent", message)
            self._transport.send(WSMsgType.BINARY, _encode(message))

    async def next(self, seconds: float) -> Message | None:
        """The next message; None if none comes within these seconds.

        Raises:
            LostError: the connection has ended.
        """
        if not self._inbox and not self._closed and seconds > 0:
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            alarm = loop.call_later(seconds, self._wake)
            await self._waiting
            alarm.cancel()
        if self._inbox:
            return self._inbox.popleft()
        if self._closed:
            raise ConnectionLostError(self._code)
        return None

    def abort(self) -> None:
        """Drop the connection without a close frame, as a phone without reception does."""
        self._end()
        if self._transport is not None:
            self._transport.disconnect(False)

    def stop_reading(self) -> None:
        """Stop reading from the socket."""
        if self._transport is not None and not self._closed:
            self._transport.underlying_transport.pause_reading()

    def read_again(self) -> None:
        """Read from the socket again."""
        if self._transport is not None and not self._closed:
            self._transport.underlying_transport.resume_reading()

    # Callbacks of picows ----------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        if self._closed:
            transport.disconnect(False)
            return
        self._history.write(self._client, self._number, "opened")

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if self._closed:
            return
        if frame.msg_type == WSMsgType.BINARY:
            message = _decode(frame.get_payload_as_bytes())
            self._history.write(self._client, self._number, "received", message)
            if message["t"] != "counters":
                self._inbox.append(message)
                self._wake()
        elif frame.msg_type == WSMsgType.CLOSE:
            self._code = int(frame.get_close_code())
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._end()

    def _end(self) -> None:
        if not self._closed:
            self._closed = True
            if self._transport is not None:
                self._history.write(self._client, self._number, "closed", code=self._code)
            self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
