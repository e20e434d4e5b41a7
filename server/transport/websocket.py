"""One WebSocket as a source of messages: frames in, messages out to the session, within limits.

It knows nothing of rooms. picows hands over frames by callback; fragments are put together here.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Protocol, cast

import msgspec
import structlog
from multidict import CIMultiDict
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from server.relay.from_client import FromClient, Ink
from server.relay.to_client import Error
from server.transport import limits
from server.transport.codec import MSGPACK, NOT_INK, BadMessageError, Codec, IllFormedError, pack
from server.transport.limits import TokenBucket

log = structlog.get_logger()

CLOSE_SECONDS = 1.0
"""How long the peer has to answer a close before the connection is cut."""

ELSEWHERE = cast(WSCloseCode, 4001)
"""Close code: the participant connected again."""


_NO_HEADERS: CIMultiDict[str] = CIMultiDict()
"""In place of those of the handshake, which nobody reads again: a kilobyte or two a connection."""


_short, _long, _longest = (struct.Struct(form).pack for form in ("!BB", "!BBH", "!BBQ"))

_PING = 0x80 | WSMsgType.PING.value


def _framed(first_byte: int, payload: bytes) -> bytes:
    """A whole frame as a server sends it (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return _short(first_byte, size) + payload
    if size < 65_536:
        return _long(first_byte, 126, size) + payload
    return _longest(first_byte, 127, size) + payload


class Receiver(Protocol):
    """What a socket talks to."""

    def received(self, message: FromClient) -> None:
        """A message came, within the limits."""

    def ink(self, message: Ink, packed: bytes) -> None:
        """Live ink came, within the limits; `packed` is the same in MessagePack."""

    def ponged(self, payload: bytes) -> None:
        """A pong came; `payload` is that of a ping, or anything if nobody asked."""

    def stirred(self) -> None:
        """Something came, for the first time since `heard` and `spoke` were set to False."""

    def connected(self) -> None:
        """Messages can be sent from now on."""

    def disconnected(self) -> None:
        """The connection is gone; nothing can be sent any more."""


class _Nobody:
    """Whom a connection that is gone talks to."""

    def received(self, message: FromClient) -> None:
        """Nobody hears it."""

    def ink(self, message: Ink, packed: bytes) -> None:
        """Nobody sees it."""

    def ponged(self, payload: bytes) -> None:
        """Nobody asked."""

    def stirred(self) -> None:
        """Nobody waits for it."""

    def connected(self) -> None:
        """It was."""

    def disconnected(self) -> None:
        """It is known."""


_NOBODY = _Nobody()


class WebSocket(WSListener):
    """One connection.

    Attributes:
        heard: a frame without a message came since somebody set this to False.
        spoke: a message came, likewise. The receiver is told of the first of both.
    """

    # Slots are twice as fast as a dict here, since the parent class is not Python's.
    __slots__ = (
        "_bad",
        "_closing",
        "_congested",
        "_decode",
        "_decode_ink",
        "_fragments",
        "_frame",
        "_ink_left",
        "_ink_refused",
        "_live",
        "_messages",
        "_packed",
        "_receiver",
        "_straight",
        "_transport",
        "codec",
        "heard",
        "spoke",
    )

    def __init__(self, codec: Codec, open_receiver: Callable[[WebSocket], Receiver]) -> None:
        """Messages go to what `open_receiver` makes for this socket."""
        self.codec = codec
        self.heard = True
        self.spoke = True
        self._frame: WSMsgType = codec.frame
        self._decode = codec.decode
        self._decode_ink = codec.decode_ink
        self._packed = codec.name == MSGPACK
        self._transport: WSTransport | None = None
        self._live: WSTransport | None = None  # none, too, while the peer is behind or leaves
        self._closing = False
        self._congested = False
        self._straight = True  # open, and not in the middle of fragments
        self._fragments: bytearray | None = None
        self._bad = 0
        self._ink_left = limits.INK_BURST
        self._messages = TokenBucket(limits.MESSAGE_RATE, limits.MESSAGE_BURST)
        self._ink_refused = False
        self._receiver: Receiver = open_receiver(self)

    @property
    def closing(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._closing

    # From picows ------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done."""
        self._transport = self._live = transport
        transport.request.headers = transport.response.headers = _NO_HEADERS
        transport.underlying_transport.set_write_buffer_limits(high=limits.LIVE_BUFFER_BYTES)
        self._receiver.connected()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame came; most are live ink, and take the shortest way to the partner.

        `bench/ink.py` measures that way; it goes on in `Session.ink`.
        """
        kind = frame.msg_type
        if (
            kind is not self._frame
            or not frame.fin
            or not self._straight
            or transport.is_close_frame_sent
            or frame.rsv1
            or frame.rsv2
            or frame.rsv3
        ):
            self._take_other(transport, frame, kind)
            return
        payload = frame.get_payload_as_bytes()
        if not self.spoke:
            self._stir()
            self.spoke = True
        try:
            ink = self._decode_ink(payload)
        except NOT_INK:
            self._read(payload)
            return
        if self._ink_left:
            self._ink_left -= 1
            self._receiver.ink(ink, payload)
        else:
            self._refuse_ink()

    def _stir(self) -> None:
        if not (self.heard or self.spoke):
            self._receiver.stirred()

    def _take_other(self, transport: WSTransport, frame: WSFrame, kind: WSMsgType) -> None:
        """Anything but a whole message in one frame on an open connection."""
        self._stir()
        self.heard = True
        if self._closing or transport.is_close_frame_sent:
            if kind is WSMsgType.CLOSE:
                transport.disconnect()
        elif frame.rsv1 or frame.rsv2 or frame.rsv3:
            self.close(WSCloseCode.PROTOCOL_ERROR, "no extension was agreed on")
        elif kind is WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif kind is WSMsgType.CLOSE:
            self._answer_close(transport, frame)
        elif kind is WSMsgType.PONG:
            self._receiver.ponged(frame.get_payload_as_bytes())
        else:
            self._assemble(frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The connection is gone, and lets go of everything.

        Else each would stay, with a dozen objects of picows and uvloop, until the garbage collector
        looks at those that are old, which it does seldom.
        """
        self._end()
        receiver, self._receiver = self._receiver, _NOBODY
        receiver.disconnected()
        self._transport = None

    def pause_writing(self) -> None:
        """The peer reads more slowly than we write."""
        self._congested = True
        self._live = None

    def resume_writing(self) -> None:
        """The peer has caught up."""
        self._congested = False
        self._live = None if self._closing else self._transport

    # To the peer ------------------------------------------------------------------------------

    def send(self, *messages: msgspec.Struct) -> None:
        """Send messages that must not be lost; a peer that stopped reading is given up.

        What is sent at once goes out in one write, which costs more than all before it.
        """
        if len(messages) == 1:
            self.send_packed(self.codec.encode(messages[0]))
        else:
            self._write(messages, b"")

    def send_packed(self, payload: bytes) -> None:
        """Send a message that is encoded already."""
        transport = self._transport
        if transport is not None and self._takes_more():
            transport.send(self._frame, payload)

    def send_asking(self, mark: bytes, *messages: msgspec.Struct) -> None:
        """Send messages and ask whether they arrived: a pong with `mark` says so.

        The ping goes out behind them in one write: a client that hears of all at once has answered
        before it acts on the messages, and perhaps leaves.
        """
        self._write(messages, _framed(_PING, mark))

    def _write(self, messages: Iterable[msgspec.Struct], last: bytes) -> None:
        """Send messages and one more frame, if any, in one piece."""
        transport = self._transport
        if transport is not None and self._takes_more():
            codec = self.codec
            encode, first_byte = codec.encode, codec.first_byte
            frames = [_framed(first_byte, encode(message)) for message in messages]
            transport.underlying_transport.write(b"".join((*frames, last)))

    def send_live(self, packed: bytes) -> None:
        """Send live ink in MessagePack, unless the peer is behind: then it is worth nothing."""
        live = self._live
        if live is not None:
            live.send(self._frame, packed if self._packed else self.codec.from_packed(packed))

    def ping(self) -> None:
        """Ask whether the peer is there."""
        if self._transport is not None and not self._closing:
            self._transport.send_ping()

    def close(self, code: WSCloseCode, reason: str) -> None:
        """Close politely; cut the connection if the peer does not answer in time."""
        if self._closing or self._transport is None:
            return
        self._end()
        self._transport.send_close(code, reason)
        self._disconnect_later(self._transport)

    def abort(self) -> None:
        """Cut the connection."""
        self._end()
        if self._transport is not None:
            self._transport.disconnect(False)

    def _end(self) -> None:
        """From now on nothing is sent, and what comes is not obeyed."""
        self._closing = True
        self._straight = False
        self._live = None

    # Frames to messages -------------------------------------------------------------------------

    def _read(self, payload: bytes) -> None:
        try:
            message = self._decode(payload)
        except IllFormedError as error:
            self.close(WSCloseCode.INVALID_TEXT, str(error))
            return
        except BadMessageError as error:
            self._refuse_bad(error)
            return
        if isinstance(message, Ink):
            if self._ink_left:
                self._ink_left -= 1
                self._receiver.ink(message, pack(message))
            else:
                self._refuse_ink()
            return
        now = monotonic()
        if self._messages.take(now):
            self._receiver.received(message)
        else:
            self._refuse_message(message, now)

    def _assemble(self, frame: WSFrame) -> None:
        """Put fragments together; a whole message of the wrong kind ends here too."""
        first = frame.msg_type != WSMsgType.CONTINUATION
        if first == (self._fragments is not None):
            self.close(WSCloseCode.PROTOCOL_ERROR, "a fragment does not follow its message")
            return
        if first:
            if frame.msg_type != self._frame:
                wanted = "text" if self._frame == WSMsgType.TEXT else "binary"
                reason = f"{self.codec.name} goes in {wanted} frames"
                self.close(WSCloseCode.UNSUPPORTED_DATA, reason)
                return
            self._fragments = bytearray()
            self._straight = False
        assert self._fragments is not None
        if len(self._fragments) + frame.payload_size > limits.FRAME_BYTES:
            self.close(WSCloseCode.MESSAGE_TOO_BIG, "a message is at most 64 KiB")
            return
        self._fragments += frame.get_payload_as_memoryview()
        if frame.fin:
            payload, self._fragments = bytes(self._fragments), None
            self._straight = self.spoke = True
            self._read(payload)

    def _refuse_bad(self, error: BadMessageError) -> None:
        """Ten that are no message of the protocol end it; bad ink is one, and is only limited."""
        if error.code == "bad_ink":
            if not self._ink_left:
                self._refuse_ink()
                return
            self._ink_left -= 1
        else:
            self._bad += 1
        self.send(Error(code=error.code, message=str(error), re=error.re))  # type: ignore[arg-type]
        if self._bad >= limits.BAD_MESSAGES:
            self.close(WSCloseCode.POLICY_VIOLATION, "too many bad messages")

    def _refuse_message(self, message: FromClient, now: float) -> None:
        kind = str(type(message).__struct_config__.tag)
        retry_ms = self._messages.retry_ms(now)
        self.send(Error("slow_down", "fewer messages, please", re=kind, retry_ms=retry_ms))

    def _refuse_ink(self) -> None:
        """Say so once until there is more: the answers must not flood the peer either."""
        if not self._ink_refused:
            self._ink_refused = True
            retry_ms = limits.INK_REFILL_MS
            self.send(Error("slow_down", "less live ink, please", re="ink", retry_ms=retry_ms))

    def refill_ink(self, seconds: float) -> bool:
        """Allow the ink of the `seconds` that went by; whether all of it is allowed again.

        A bucket that is filled by the clock costs a frame less than one that looks at it.
        """
        self._ink_refused = False
        self._ink_left = min(limits.INK_BURST, self._ink_left + round(limits.INK_RATE * seconds))
        return self._ink_left == limits.INK_BURST

    def _answer_close(self, transport: WSTransport, frame: WSFrame) -> None:
        self._end()
        code = frame.get_close_code()
        transport.send_close(code if code != WSCloseCode.NO_INFO else WSCloseCode.OK)
        transport.disconnect()

    def _disconnect_later(self, transport: WSTransport) -> None:
        asyncio.get_running_loop().call_later(CLOSE_SECONDS, transport.disconnect, False)

    def _takes_more(self) -> bool:
        """Whether messages go out; a peer that does not read is given up."""
        if self._closing:
            return False
        if self._congested and self._unsent() > limits.SEND_BUFFER_BYTES:
            log.info("a peer that does not read is given up")
            self.abort()
            return False
        return True

    def _unsent(self) -> int:
        assert self._transport is not None
        size: int = self._transport.underlying_transport.get_write_buffer_size()
        return size
