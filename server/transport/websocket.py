"""One WebSocket as a source of messages: frames in, messages out to the receiver, within limits.

It knows nothing of rooms. picows hands over frames, not messages, by callback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from time import monotonic

import msgspec
import structlog
from multidict import CIMultiDict
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from server.relay.from_client import FromClient, Ink, type_of
from server.relay.to_client import Error
from server.transport import limits
from server.transport.assembler import Assembler, FragmentError
from server.transport.close_codes import answer_to
from server.transport.codec import (
    INK_FIRST_BYTE,
    INK_WITH_END_FIRST_BYTE,
    MSGPACK,
    NOT_INK,
    BadMessageError,
    Codec,
    IllFormedError,
    pack,
)
from server.transport.frames import encode_frame, first_byte_of
from server.transport.peer import Peer
from server.transport.rate_limit import Rate, TokenBucket
from server.transport.receiver import NO_RECEIVER, Receiver

log = structlog.get_logger()

CLOSE_SECONDS = 1.0
"""How long the peer has to answer a close before the connection is cut."""

_NO_HEADERS: CIMultiDict[str] = CIMultiDict()
"""Replaces the handshake's headers, which are not read again and take one or two kilobytes."""

_PING = first_byte_of(WSMsgType.PING)

# Python 3.11 looks a member of an enumeration up in 0.1 us, a module's name in a third of that.
_CLOSE_FRAME, _PING_FRAME, _PONG_FRAME = WSMsgType.CLOSE, WSMsgType.PING, WSMsgType.PONG

_MESSAGES = Rate.of(limits.MESSAGE_RATE, limits.MESSAGE_BURST)
_REFUSALS = Rate.of(limits.REFUSAL_RATE, limits.REFUSAL_BURST)


class WebSocket(WSListener):
    """One connection.

    Attributes:
        codec: its encoding.
        closing: whether nothing can be sent any more; only this class sets it.
        peer: whose connection it is.
        got_frame: a frame other than a data message came since this was set to False.
        got_message: a message came since this was set to False. The receiver is told when the
            first of both becomes true.
    """

    # Slots are twice as fast as a dict here, since the parent class is not Python's.
    __slots__ = (
        "_assembler",
        "_bad",
        "_congested_since",
        "_decode",
        "_decode_ink",
        "_frame",
        "_ink_left",
        "_ink_refused",
        "_live_transport",
        "_messages",
        "_packed",
        "_receiver",
        "_refusals",
        "_transport",
        "_whole_frame",
        "closing",
        "codec",
        "got_frame",
        "got_message",
        "peer",
    )

    def __init__(
        self, codec: Codec, peer: Peer, open_receiver: Callable[[WebSocket], Receiver]
    ) -> None:
        """Messages of `peer` go to the receiver that `open_receiver` makes for this connection."""
        self.codec = codec
        self.peer = peer
        self.got_frame = True
        self.got_message = True
        self._frame: WSMsgType = codec.frame
        self._decode = codec.decode
        self._decode_ink = codec.decode_ink
        self._packed = codec.name == MSGPACK
        self._transport: WSTransport | None = None
        self._live_transport: WSTransport | None = None  # None while congested or closing
        self.closing = False
        self._congested_since = 0.0
        # The kind of a frame that may be a message; None after the end and amid fragments.
        self._whole_frame: WSMsgType | None = codec.frame
        self._assembler: Assembler | None = None
        self._bad = 0
        self._ink_left = limits.INK_BURST
        self._messages = TokenBucket(_MESSAGES)
        self._refusals: TokenBucket | None = None  # few connections need it
        self._ink_refused = False
        self._receiver: Receiver = open_receiver(self)

    def is_stalled(self, now: float) -> bool:
        """Whether the peer has been behind for too long; `now` is that of `monotonic`."""
        since = self._congested_since
        return since > 0 and now - since >= limits.STALLED_SECONDS

    # From picows ------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done."""
        self._transport = self._live_transport = transport
        transport.request.headers = transport.response.headers = _NO_HEADERS
        transport.underlying_transport.set_write_buffer_limits(high=limits.LIVE_BUFFER_BYTES)
        self._receiver.connected()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Handle a frame; live ink, which most frames are, takes the shortest path.

        `bench/ink.py` measures that path; it continues in `Session.ink`.
        """
        kind = frame.msg_type
        if (
            kind is not self._whole_frame
            or not frame.fin
            or transport.is_close_frame_sent
            or frame.rsv1
            or frame.rsv2
            or frame.rsv3
        ):
            self._on_other_frame(transport, frame, kind)
            return
        payload = frame.get_payload_as_bytes()
        if not self.got_message:
            self._note_activity()
            self.got_message = True
        first = payload[0] if payload else 0
        if first != INK_FIRST_BYTE and first != INK_WITH_END_FIRST_BYTE:  # noqa: PLR1714 - slower
            self._on_message(payload)
            return
        try:
            ink = self._decode_ink(payload)
        except NOT_INK:
            self._on_message(payload)
            return
        if self._ink_left:
            self._ink_left -= 1
            if first != INK_FIRST_BYTE and ink.end is None:
                payload = pack(ink)  # a key came twice: the partner might read the other value
            self._receiver.ink(ink, payload)
        else:
            self._refuse_ink()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The connection is gone: release every reference.

        Otherwise the objects, a dozen of picows and uvloop among them, would stay until the
        garbage collector looks at old ones, which it does seldom.
        """
        self._stop()
        receiver, self._receiver = self._receiver, NO_RECEIVER
        receiver.disconnected()
        self._transport = None

    def pause_writing(self) -> None:
        """The peer reads more slowly than we write."""
        self._congested_since = monotonic()
        self._live_transport = None

    def resume_writing(self) -> None:
        """The peer has caught up."""
        self._congested_since = 0.0
        self._live_transport = None if self.closing else self._transport

    # To the peer ------------------------------------------------------------------------------

    def send(self, *messages: msgspec.Struct) -> None:
        """Send messages that must not be lost; disconnect a peer that stopped reading.

        Several messages go out in one write, since a write costs more than everything before it.
        """
        if len(messages) == 1:
            self.send_encoded(self.codec.encode(messages[0]))
        else:
            self._write(messages, b"")

    def send_encoded(self, payload: bytes) -> None:
        """Send a message that is in this connection's encoding already."""
        transport = self._transport
        if transport is not None and self._may_send():
            transport.send(self._frame, payload)

    def send_with_ping(self, payload: bytes, *messages: msgspec.Struct) -> None:
        """Send messages and a ping with `payload` behind them, in one write.

        The pong with the same payload shows that the messages arrived. A client that receives
        everything at once answers the ping before it acts on the messages and perhaps leaves.
        """
        self._write(messages, encode_frame(_PING, payload))

    def _write(self, messages: Iterable[msgspec.Struct], last_frame: bytes) -> None:
        transport = self._transport
        if transport is not None and self._may_send():
            codec = self.codec
            encode, first_byte = codec.encode, codec.first_byte
            frames = [encode_frame(first_byte, encode(message)) for message in messages]
            transport.underlying_transport.write(b"".join((*frames, last_frame)))

    def send_live(self, packed: bytes) -> None:
        """Send a live message in MessagePack, unless the peer is behind: then drop it."""
        transport = self._live_transport
        if transport is not None:
            transport.send(self._frame, packed if self._packed else self.codec.from_packed(packed))

    def ping(self) -> None:
        """Send an empty ping."""
        if self._transport is not None and not self.closing:
            self._transport.send_ping()

    def close(self, code: WSCloseCode, reason: str) -> None:
        """Send a close frame; cut the connection if the peer does not answer it in time."""
        if self.closing or self._transport is None:
            return
        self._stop()
        self._transport.send_close(code, reason)
        asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._transport.disconnect, False)

    def abort(self) -> None:
        """Cut the connection."""
        self._stop()
        if self._transport is not None:
            self._transport.disconnect(False)

    def _stop(self) -> None:
        """From now on send nothing and handle no messages."""
        self.closing = True
        self._whole_frame = None
        self._live_transport = None

    def _may_send(self) -> bool:
        """Whether messages go out; disconnects a peer whose send buffer is full."""
        if self.closing:
            return False
        if self._congested_since and self._unsent() > limits.SEND_BUFFER_BYTES:
            log.info("disconnecting a peer that does not read")
            self.abort()
            return False
        return True

    def _unsent(self) -> int:
        assert self._transport is not None
        size: int = self._transport.underlying_transport.get_write_buffer_size()
        return size

    # Frames to messages -------------------------------------------------------------------------

    def _note_activity(self) -> None:
        if not (self.got_frame or self.got_message):
            self._receiver.active()

    def _on_other_frame(self, transport: WSTransport, frame: WSFrame, kind: WSMsgType) -> None:
        """Handle anything but a whole message in one frame on an open connection."""
        self._note_activity()
        self.got_frame = True
        if self.closing or transport.is_close_frame_sent:
            if kind is _CLOSE_FRAME:
                transport.disconnect()
        elif frame.rsv1 or frame.rsv2 or frame.rsv3:
            self.close(WSCloseCode.PROTOCOL_ERROR, "no extension was agreed on")
        elif kind is _PING_FRAME:
            # Pings beyond the rate of messages stay unanswered: RFC 6455, 5.5.3, allows that.
            if self._messages.take(monotonic()) and self._may_send():
                transport.send_pong(frame.get_payload_as_bytes())
        elif kind is _CLOSE_FRAME:
            self._answer_close(transport, frame)
        elif kind is _PONG_FRAME:
            self._receiver.ponged(frame.get_payload_as_bytes())
        else:
            self._on_data_frame(frame)

    def _on_data_frame(self, frame: WSFrame) -> None:
        """Handle a fragment, or a whole message of the wrong kind."""
        first = frame.msg_type != WSMsgType.CONTINUATION
        if first == (self._assembler is not None):
            self.close(WSCloseCode.PROTOCOL_ERROR, "a fragment does not follow its message")
            return
        if first and frame.msg_type != self._frame:
            wanted = "text" if self._frame == WSMsgType.TEXT else "binary"
            reason = f"{self.codec.name} goes in {wanted} frames"
            self.close(WSCloseCode.UNSUPPORTED_DATA, reason)
            return
        if self._assembler is None:
            self._assembler = Assembler()
            self._whole_frame = None
        try:
            payload = self._assembler.add(frame)
        except FragmentError as error:
            self.close(error.code, str(error))
            return
        if payload is not None:
            self._assembler = None
            self._whole_frame, self.got_message = self._frame, True
            self._on_message(payload)

    def _on_message(self, payload: bytes) -> None:
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
                self._receiver.received(message)
            else:
                self._refuse_ink()
            return
        now = monotonic()
        if self._messages.take(now):
            self._receiver.received(message)
        else:
            self._refuse_message(message, now)

    def _answer_close(self, transport: WSTransport, frame: WSFrame) -> None:
        self._stop()
        transport.send_close(answer_to(frame))
        transport.disconnect()

    # Limits -------------------------------------------------------------------------------------

    def refill_ink(self, seconds: float) -> bool:
        """Allow the ink of the `seconds` that passed; whether the full burst is allowed again.

        A bucket that is refilled by the clock costs a frame less than one that reads the clock.
        """
        self._ink_refused = False
        self._ink_left = min(limits.INK_BURST, self._ink_left + round(limits.INK_RATE * seconds))
        return self._ink_left == limits.INK_BURST

    def _refuse_bad(self, error: BadMessageError) -> None:
        """Answer a message that breaks the protocol; close after ten of them.

        Bad ink is a message of the protocol: it counts as live ink instead.
        """
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
        self._refusals = self._refusals or TokenBucket(_REFUSALS)
        if not self._refusals.take(now):
            self.close(WSCloseCode.POLICY_VIOLATION, "too many messages")
            return
        kind, retry_ms = type_of(message), self._messages.retry_ms(now)
        self.send(Error("slow_down", "fewer messages, please", re=kind, retry_ms=retry_ms))

    def _refuse_ink(self) -> None:
        """Refuse ink once until more is allowed, so that the answers do not flood the peer."""
        if not self._ink_refused:
            self._ink_refused = True
            retry_ms = limits.INK_REFILL_MS
            self.send(Error("slow_down", "less live ink, please", re="ink", retry_ms=retry_ms))
