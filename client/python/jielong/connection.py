"""A WebSocket connection that carries messages instead of frames."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from types import TracebackType
from typing import Literal, TypeAlias

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from .address import socket_url
from .codec import Codec, Format
from .deadline import within
from .exceptions import CannotConnect, Closed, TimedOut
from .messages import Message, parse

Direction: TypeAlias = Literal["sent", "received"]
Tap: TypeAlias = Callable[[Direction, Mapping[str, object]], None]
"""Called with every message, for recording: before it is sent, after it is received.

It must not wait and must not raise.
"""

ABNORMAL = 1006
"""Close code when the connection ended without a closing handshake."""
NORMAL = (1000, 1001)
"""Close codes of an orderly end, after which iteration simply stops."""

_SEND_SECONDS = 10.0
_CLOSE_SECONDS = 5.0
_PING_SECONDS = 20.0
_MAX_MESSAGE = 1024 * 1024  # `matched` may bring eight full characters
_MAX_FRAMES_QUEUED = 64


class Connection:
    """A connection to the service; made with `open`, one reader at a time.

    At most 64 received frames are queued; then the socket is not read until they are taken. The
    connection answers WebSocket pings and sends its own every 20 s, so it ends within 40 s of the
    peer's death.
    """

    def __init__(self, socket: ClientConnection, codec: Codec, tap: Tap | None) -> None:
        self._socket = socket
        self._codec = codec
        self._tap = tap

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        format: Format = "msgpack",  # noqa: A002 - what a caller would call it
        timeout: float = 10.0,  # noqa: ASYNC109 - every wait of this package has one
        proxy: str | Literal[True] | None = True,
        tap: Tap | None = None,
    ) -> Connection:
        """Connect and agree on the subprotocol.

        Args:
            url: of the socket, e.g. "wss://example.org/ws", or the service's base address, which
                ends with a slash, e.g. "https://example.org/jielong/".
            format: "msgpack" (compact) or "json".
            timeout: seconds for the TCP, TLS and WebSocket handshakes together.
            proxy: True for the system's proxy, None for none, or a proxy's address.
            tap: called with every message sent and received.

        Raises:
            CannotConnect: no server answers, or it refuses.
            TimedOut: no answer within `timeout`.
        """
        codec = Codec(format)
        url = socket_url(url)
        try:
            async with within(timeout, "connection"):
                socket = await connect(
                    url,
                    subprotocols=[Subprotocol(codec.subprotocol)],
                    compression=None,
                    proxy=proxy,
                    open_timeout=None,
                    close_timeout=_CLOSE_SECONDS,
                    ping_interval=_PING_SECONDS,
                    ping_timeout=_PING_SECONDS,
                    max_size=_MAX_MESSAGE,
                    max_queue=_MAX_FRAMES_QUEUED,
                )
        except InvalidStatus as error:
            status = error.response.status_code
            raise CannotConnect(url, f"HTTP status {status}", status) from error
        except TimedOut:
            raise
        except (WebSocketException, OSError) as error:
            raise CannotConnect(url, str(error)) from error
        if socket.subprotocol != codec.subprotocol:
            await socket.close()
            raise CannotConnect(url, f"the server does not speak {codec.subprotocol}")
        return cls(socket, codec, tap)

    async def send(self, message: Mapping[str, object]) -> None:
        """Send one message, as made by `jielong.messages.outgoing`; at most 64 KiB as a frame.

        What cannot be sent because the connection has ended is not told to the tap.

        Raises:
            Closed: the connection has ended.
            TimedOut: the peer did not take it within 10 s.
            ValueError: it is too large.
        """
        frame = self._codec.encode(message)
        if self.close_code is not None:
            raise Closed(self.close_code, self.close_reason or "")
        if self._tap:
            self._tap("sent", message)
        try:
            async with within(_SEND_SECONDS, "room in the send buffer"):
                await self._socket.send(frame)
        except ConnectionClosed as error:
            raise closed(error) from error

    async def receive(self, timeout: float = 30.0) -> Message:  # noqa: ASYNC109
        """The next message, within `timeout` seconds. A wait that times out loses no message.

        Raises:
            Closed: the connection has ended.
            TimedOut: none came in time.
            Malformed: the frame is not of the protocol; the connection stays open.
        """
        try:
            async with within(timeout, "message"):
                frame = await self._socket.recv()
        except ConnectionClosed as error:
            raise closed(error) from error
        raw = self._codec.decode(frame)
        if self._tap:
            self._tap("received", raw)
        return parse(raw)

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Every message until the connection ends; an end other than 1000 or 1001 raises Closed.

        A wait longer than 300 s for one message raises TimedOut.
        """
        while True:
            try:
                yield await self.receive(300.0)
            except Closed as error:
                if error.code in NORMAL:
                    return
                raise

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close, waiting at most 5 s for the peer. Closing again does nothing.

        Args:
            code: close code to send.
            reason: a short text, at most 123 bytes in UTF-8.
        """
        await self._socket.close(code, reason)

    def abort(self) -> None:
        """Drop the connection at once, without a closing handshake."""
        self._socket.transport.abort()

    async def ends_within(self, seconds: float) -> bool:
        """Whether the connection ends within `seconds`; return as soon as it does."""
        try:
            async with within(seconds, "end of the connection"):
                await self._socket.wait_closed()
        except TimedOut:
            return False
        return True

    @property
    def close_code(self) -> int | None:
        """The close code once the connection has ended, else None."""
        return self._socket.close_code

    @property
    def close_reason(self) -> str | None:
        """The reason that came with the close code, else None."""
        return self._socket.close_reason

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def closed(error: ConnectionClosed) -> Closed:
    """The library's exception as ours: the peer's code and reason, or 1006 without any."""
    if error.rcvd is None:
        return Closed(ABNORMAL, "" if error.__cause__ is None else str(error.__cause__))
    return Closed(error.rcvd.code, error.rcvd.reason)
