"""One participant's connection. A session decides nothing about a room; the store does.

`dispatch` leads each message of the client to its handler in `handlers`; `notifications` tells the
client what happens to its room.
"""

from __future__ import annotations

import enum
import secrets
from typing import Protocol

from picows import WSCloseCode

from server.relay.from_client import FromClient, Ink, type_of
from server.relay.ink import POINT, BadInkError
from server.relay.to_client import Bye, ByeReason, Error, ErrorCode, Pace
from server.session.activity import Activity
from server.session.campaigns import OpenCampaign
from server.session.finished_works import FinishedWorks
from server.session.funnel import Step
from server.session.joining import Joining
from server.session.limits import FIRST_RETURN_MS, LAST_RETURN_MS
from server.session.relay_trace import RelayTrace
from server.session.seat import HeldSeat
from server.session.seating import Seating
from server.session.timer_wheel import TimerWheel
from server.transport.close_codes import ELSEWHERE
from server.transport.limits import INK_MS
from server.transport.websocket import WebSocket


class Stage(enum.Enum):
    """How far a session is."""

    NEW = "no hello yet"
    RESUMING = "hello came with a token and is being answered"
    READY = "welcome was sent"
    GONE = "the connection is over"


class Dispatch(Protocol):
    """Handles what comes from the client."""

    def received(self, session: Session, message: FromClient) -> None:
        """Handle a message."""

    def ponged(self, session: Session, payload: bytes) -> None:
        """Handle a pong."""


class Registry(Protocol):
    """Knows all sessions of a worker."""

    def add(self, session: Session) -> None:
        """A connection is open."""

    def remove(self, session: Session) -> None:
        """A connection is gone; its seat is held for the grace."""

    def active(self, session: Session) -> None:
        """A connection received data."""


class LiveRelay(Protocol):
    """Passes on what a partner sees at once.

    Attributes:
        relayed: live messages passed on so far; `Session.ink` counts its own.
    """

    relayed: int

    def relay(self, seat: HeldSeat, packed: bytes) -> None:
        """Send a message in MessagePack to the partner of `seat`, if the partner is connected."""


class Resuming:
    """What came while the `hello` of a participant who returns is being answered.

    Attributes:
        messages: from the client, to be handled after `welcome`.
        missed: whether something happened to the room.
    """

    __slots__ = ("messages", "missed")

    def __init__(self) -> None:
        """Nothing yet."""
        self.messages: tuple[FromClient, ...] = ()
        self.missed = False


class Session:
    """One connection of one participant.

    Attributes:
        id: its number on this worker.
        address: where the store and other workers find it.
        connection: its WebSocket.
        stage: how far it is.
        campaign: the default one before `hello`.
        participant, token, locale: whose it is; empty before `hello`.
        hello_at: when `hello` came, by the campaign's clock; ms since 1970.
        resuming: what came while a returning participant's `hello` is being answered, else None.
        activity: when data came, for liveness checks.
        seat: the seat held, as far as this session was told; changed by `take_seat`.
        seating: the rooms and partners before, and the requests that may change the seat.
        works: the finished works told on this connection.
        ink_ms: the least time between parts of live ink that the client was told last.
        joined_at: when the last `join` came that has no seat yet (`time.monotonic`), or 0.
        joining: when it joined last.
        trace: of its last join, while traces are on and this one is sampled.
    """

    __slots__ = (
        "_dispatch",
        "_live_relay",
        "_registry",
        "_steps",
        "_visits",
        "activity",
        "address",
        "campaign",
        "connection",
        "hello_at",
        "id",
        "ink_ms",
        "joined_at",
        "joining",
        "locale",
        "participant",
        "resuming",
        "seat",
        "seating",
        "stage",
        "token",
        "trace",
        "works",
    )

    def __init__(
        self,
        session_id: int,
        address: str,
        connection: WebSocket,
        campaign: OpenCampaign,
        wheel: TimerWheel,
        dispatch: Dispatch,
        registry: Registry,
        live_relay: LiveRelay,
    ) -> None:
        """Number `session_id` of this worker, before `hello`."""
        self._dispatch = dispatch
        self._registry = registry
        self._live_relay = live_relay
        self.id = session_id
        self.address = address
        self.connection = connection
        self.stage = Stage.NEW
        self.campaign = campaign
        self._visits = campaign.funnel.counts
        self.participant = self.token = self.locale = ""
        self.hello_at = 0
        self.resuming: Resuming | None = None
        self.activity = Activity(wheel)
        self.seat: HeldSeat | None = None
        self.ink_ms = INK_MS
        self.seating = Seating()
        self.works = FinishedWorks()
        self.joined_at = 0.0
        self._steps = 0
        self.joining = Joining()
        self.trace: RelayTrace | None = None

    # From the connection ------------------------------------------------------------------------

    def connected(self) -> None:
        """The handshake is done."""
        self._registry.add(self)

    def disconnected(self) -> None:
        """The connection is gone; the seat is held for the grace."""
        self.stage = Stage.GONE
        self._registry.remove(self)

    def active(self) -> None:
        """Data came, for the first time since `read_activity`."""
        self._registry.active(self)

    def ponged(self, payload: bytes) -> None:
        """A pong came."""
        self._dispatch.ponged(self, payload)

    def received(self, message: FromClient) -> None:
        """A message came."""
        self._dispatch.received(self, message)

    def ink(self, message: Ink, packed: bytes) -> None:
        """Pass live ink on: the hot path from the connection to the relay.

        Ink of another room or turn comes too late, and is dropped without an error.
        """
        seat = self.seat
        if seat is None:
            self._dispatch.received(self, message)
        elif len(message.p) % POINT:
            self.refuse("bad_ink", "p is a list of x, y, dt, w for each of its points", message)
        elif message.c == seat.writes and message.room == seat.room:
            if message.s != seat.checked_stroke:  # seldom
                try:
                    seat.check_ink(message.s, message.p)
                except BadInkError as error:
                    self.refuse("bad_ink", str(error), message)
                    return
            send_live = seat.send_live
            if send_live is not None:
                self._live_relay.relayed += 1
                send_live(seat.room, packed)
            elif seat.partner is not None:
                self._live_relay.relay(seat, packed)

    # State --------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether the connection is open; after its end nothing may be done in its name."""
        return self.stage is not Stage.GONE

    @property
    def described(self) -> dict[str, str]:
        """The campaign and the room, for the log."""
        described = {"campaign": self.campaign.campaign.id}
        return described if self.seat is None else described | {"room": self.seat.room}

    def is_at(self, address: str) -> bool:
        """Whether the connection is open and still has this address."""
        return self.is_open and self.address == address

    def take_seat(self, seat: HeldSeat | None) -> None:
        """Hold this seat, or none."""
        self.campaign.seated += (seat is not None) - (self.seat is not None)
        self.seat = seat
        if seat is None and self.trace is not None:
            self.trace.close()
            self.trace = None

    def leave_seat(self) -> None:
        """The seat was given up, or the work is finished."""
        if self.seat is not None:
            self.seating.left(self.seat.room)
            self.take_seat(None)

    def reached(self, step: Step) -> None:
        """The visit has reached a step of the funnel; it counts once."""
        steps = self._steps | 1 << step
        if steps != self._steps:
            self._steps = steps
            self._visits[step] += 1

    def has_reached(self, step: Step) -> bool:
        """Whether the visit has reached a step of the funnel."""
        return bool(self._steps & 1 << step)

    def goes_on_from(self, step: Step) -> None:
        """The visit began on another connection, where it reached this step and all before it."""
        self._steps = (2 << step) - 1

    def enter(self, campaign: OpenCampaign) -> None:
        """The participant takes part in this campaign."""
        self.campaign.online -= 1
        campaign.online += 1
        self.campaign = campaign
        self._visits = campaign.funnel.counts

    def read_activity(self) -> Activity:
        """The activity with everything that came since this was read last."""
        connection = self.connection
        if connection.got_frame or connection.got_message:
            self.activity.received(message=connection.got_message)
            connection.got_frame = connection.got_message = False
        return self.activity

    # To the participant -------------------------------------------------------------------------

    def send_live(self, room: str, packed: bytes) -> None:
        """Send a live message of the partner in `room`, if this seat is still in that room."""
        seat = self.seat
        if seat is not None and seat.room == room:
            self.connection.send_live(packed)

    def pace(self, ink_ms: int) -> None:
        """From now on the client sends live ink no more often than once in `ink_ms`."""
        self.ink_ms = ink_ms
        self.connection.send(Pace(ink_ms))

    def say_goodbye(self, why: ByeReason) -> None:
        """Send `bye` with a random time to return, and close the connection."""
        retry_ms = FIRST_RETURN_MS + secrets.randbelow(LAST_RETURN_MS - FIRST_RETURN_MS)
        self.connection.send(Bye(why, retry_ms))
        code = WSCloseCode.GOING_AWAY if why == "restart" else WSCloseCode.OK
        self.connection.close(code, why)

    def replaced(self) -> None:
        """The participant is connected elsewhere, and has the seat there."""
        self.take_seat(None)
        self.connection.send(Error("elsewhere", "you are connected in another place now"))
        self.connection.close(ELSEWHERE, "elsewhere")

    def refuse(
        self, code: ErrorCode, text: str, message: FromClient, retry_ms: int | None = None
    ) -> None:
        """Answer a message with an error."""
        self.connection.send(Error(code, text, type_of(message), retry_ms))
