"""One participant's connection: its stage and its place in a room.

A session decides nothing about a room; the store does. What clients send is handled in
`greeting`, `seating` and `writing`, by way of `dispatch`; what happens to rooms in `telling`.
"""

from __future__ import annotations

import enum
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from picows import WSCloseCode

from server.relay.from_client import FromClient, Ink
from server.relay.ink import GRID, POINT, BadInkError
from server.relay.to_client import Bye, ByeReason, Error, ErrorCode
from server.session.seat import Seat, format_address, parse_address
from server.store.answers import RefusedError, UnacknowledgedWork
from server.store.errors import StoreAwayError, StoreError
from server.transport.limits import MOST_FINISHED
from server.transport.websocket import ELSEWHERE, WebSocket

if TYPE_CHECKING:
    from server.session.campaigns import OpenCampaign
    from server.worker.hub import Hub

RETRY_MS = 1_000
"""When a client tries again after a `busy` without a better estimate."""

REMEMBERED = 15
"""Former rooms that a session remembers; what is told of them comes within half a minute."""

FIRST_RETURN_MS, LAST_RETURN_MS = 500, 2_000
"""When a client returns after a `bye`: at a random time, so that not all come at once."""

Dispatch = Callable[["Session", FromClient], None]

Errand = Callable[[], None]
"""Begins what the store is to do for a session; `Session.errand_done` is called at its end."""


class Stage(enum.Enum):
    """How far the greeting has come."""

    NEW = "no hello yet"
    GREETING = "hello came and is being answered"
    READY = "welcome was sent"
    GONE = "the connection is over"


class Session:
    """One connection of one participant.

    Attributes:
        id: its number on this worker.
        address: where the store finds it; the worker begins anew under another id, it does not.
        participant: whose it is; "" before `hello`.
        hello: when `hello` came, by the campaign's clock; ms since 1970.
        place: where the participant sits, as far as this session was told.
        former_rooms: where the participant sat before; what is still told of them is old.
        finished_rooms: the rooms of the last works of which this session told.
        recent: the last partners, latest first.
        locales: those of the last join that the participant is willing to write, as words; "" for
            any.
        errands: what waits until the ticket or leave that is under way is done; None when none is.
        astray: whether the answer of a join was lost, so that nobody knows of a seat in some lane.
        missed: whether something happened while `hello` was being answered.
        tellings: how often works were told; each is sent with a ping that carries its number.
        unconfirmed: works of which the participant was told, if that arrives.
        registered: whether the store knows that the participant is connected here.
        pending: what came while `hello` was being answered.
        last_heard, last_message: when a frame and a message came last, by the hub's clock.
        pinged_at: when a ping was sent that is not answered yet; 0 for none.
        due: when it is looked after although nothing comes, by the hub's clock.
    """

    __slots__ = (
        "_dispatch",
        "address",
        "astray",
        "campaign",
        "due",
        "errands",
        "finished_rooms",
        "former_rooms",
        "hello",
        "hub",
        "id",
        "last_heard",
        "last_message",
        "locale",
        "locales",
        "missed",
        "participant",
        "pending",
        "pinged_at",
        "place",
        "recent",
        "registered",
        "socket",
        "stage",
        "tellings",
        "token",
        "unconfirmed",
    )

    def __init__(self, hub: Hub, session_id: int, socket: WebSocket, dispatch: Dispatch) -> None:
        """Number `session_id` of this worker; `dispatch` handles what the client sends."""
        self._dispatch = dispatch
        self.hub = hub
        self.socket = socket
        self.id = session_id
        self.address = format_address(hub.worker, session_id)
        self.stage = Stage.NEW
        self.participant = ""
        self.hello = 0
        self.token = ""
        self.locale = ""
        self.locales = ""
        self.campaign: OpenCampaign = hub.default_campaign
        self.place: Seat | None = None
        self.former_rooms: tuple[str, ...] = ()
        self.finished_rooms: tuple[str, ...] = ()
        self.recent: tuple[str, ...] = ()
        self.errands: tuple[Errand, ...] | None = None
        self.astray = False
        self.missed = False
        self.tellings = 0
        self.unconfirmed: tuple[UnacknowledgedWork, ...] = ()
        self.registered = False
        self.pending: tuple[FromClient, ...] = ()
        self.last_heard = self.last_message = hub.vigil.clock
        self.pinged_at = self.due = 0

    # From the socket --------------------------------------------------------------------------

    def connected(self) -> None:
        """The handshake is done."""
        self.hub.add(self)

    def disconnected(self) -> None:
        """The connection is gone; the seat waits for the grace."""
        self.stage = Stage.GONE
        self.hub.remove(self)

    def ponged(self, payload: bytes) -> None:
        """A pong came: if it is the answer to the last telling, all works told have arrived."""
        if self.unconfirmed and payload == b"%d" % self.tellings:
            self._confirm()

    def stirred(self) -> None:
        """Something came, for the first time since the hub looked."""
        self.hub.vigil.stirred(self.id)

    def expect(self, at: int) -> None:
        """Be looked after at this time, unless that is done earlier anyhow."""
        vigil = self.hub.vigil
        if not vigil.clock < self.due <= at:
            self.due = at
            vigil.expect(self.id, at)

    def is_there(self) -> bool:
        """Whether the connection is open; after its end nothing may be done in its name."""
        return self.stage is not Stage.GONE

    def is_at(self, address: str) -> bool:
        """Whether the connection is open and still has this address."""
        return self.is_there() and self.address == address

    def is_of(self, worker: str) -> bool:
        """Whether the address is one of this worker: after it began anew, those before are not."""
        address = parse_address(self.address)
        return address is not None and address[0] == worker

    def received(self, message: FromClient) -> None:
        """A message came."""
        self._dispatch(self, message)

    def ink(self, message: Ink, packed: bytes) -> None:
        """Live ink came: the hot path goes on from the socket to the hub.

        What is not for this room and turn comes too late, and is dropped without a word.
        """
        place = self.place
        if place is None:
            self._dispatch(self, message)
        elif len(message.p) % POINT:
            self.refuse("bad_ink", "p is a list of x, y, dt, w for each of its points", message)
        elif message.c == place.writes and message.room == place.room:
            if message.s != place.stroke or max(message.p) > GRID:  # seldom
                try:
                    place.check_ink(message.s, message.p)
                except BadInkError as error:
                    self.refuse("bad_ink", str(error), message)
                    return
            if place.partner is not None:
                self.hub.pass_on(place, packed)

    # To the participant -----------------------------------------------------------------------

    def show(self, room: str, packed: bytes) -> None:
        """Show what the partner in `room` does at this moment, if that is still the partner."""
        place = self.place
        if place is not None and place.room == room:
            self.socket.send_live(packed)

    def take(self, place: Seat | None) -> None:
        """Take a place, or none."""
        self.campaign.seated += (place is not None) - (self.place is not None)
        self.place = place

    def move_to(self, campaign: OpenCampaign) -> None:
        """The participant came for this campaign."""
        self.campaign.online -= 1
        campaign.online += 1
        self.campaign = campaign

    def run(self, errand: Errand) -> None:
        """Begin an errand when those before it are done.

        Else two joins, or a join behind a leave, could end in two lanes.
        """
        if self.errands is None:
            self.errands = ()
            errand()
        else:
            self.errands += (errand,)

    def errand_done(self) -> None:
        """Begin the next one."""
        if self.errands:
            following, *later = self.errands
            self.errands = tuple(later)
            following()
        else:
            self.errands = None

    def stand_up(self) -> None:
        """The place is given up, or the work is finished."""
        if self.place is not None:
            self.former_rooms = (*self.former_rooms[-REMEMBERED:], self.place.room)
            self.take(None)

    def remember_finished(self, room: str) -> None:
        """The participant was told of the work that came of this room."""
        self.finished_rooms = (*self.finished_rooms[-REMEMBERED:], room)

    def say_goodbye(self, why: ByeReason) -> None:
        """Close the connection from this side, and say when to come back."""
        retry_ms = FIRST_RETURN_MS + secrets.randbelow(LAST_RETURN_MS - FIRST_RETURN_MS)
        self.socket.send(Bye(why, retry_ms))
        code = WSCloseCode.GOING_AWAY if why == "restart" else WSCloseCode.OK
        self.socket.close(code, why)

    def replaced(self) -> None:
        """The participant is connected elsewhere; the seat is there now."""
        self.take(None)
        self._send_error("elsewhere", "you are connected in another place now")
        self.socket.close(ELSEWHERE, "elsewhere")

    def listen(self) -> None:
        """Take note of what came since this was asked last."""
        socket, now = self.socket, self.hub.vigil.clock
        if socket.heard or socket.spoke:
            self.last_heard, self.pinged_at = now, 0
            if socket.spoke:
                self.last_message = now
            socket.heard = socket.spoke = False

    def mark_of(self, works: list[UnacknowledgedWork]) -> bytes:
        """The participant is being told of these works: the mark to ask with whether they arrived.

        Nothing else shows it: a connection may be dead for a while before anybody knows, and what
        comes meanwhile was sent before.
        """
        self.unconfirmed = (*self.unconfirmed, *works)[-MOST_FINISHED:]
        self.tellings += 1
        return b"%d" % self.tellings

    def _confirm(self) -> None:
        """The participant knows; the store need not tell it again."""
        works, self.unconfirmed = self.unconfirmed, ()
        lanes = self.campaign.lanes
        for base in {lanes.base_of(entry.work) for entry in works}:
            here = [entry for entry in works if lanes.base_of(entry.work) == base]
            self.hub.receipts.add(base, self.participant, here)

    # Refusals ---------------------------------------------------------------------------------

    def refuse(
        self, code: ErrorCode, text: str, message: FromClient, retry_ms: int | None = None
    ) -> None:
        """Answer a message with an error."""
        self._send_error(code, text, str(type(message).__struct_config__.tag), retry_ms)

    def refused(self, refusal: RefusedError, message: FromClient) -> None:
        """The store refused what a message asked for."""
        if refusal.code == "elsewhere":
            self.replaced()
        elif refusal.code == "fenced":
            if self.is_of(self.hub.worker):
                self.hub.spawn(self.hub.restart_under_new_id())
        else:
            self.refuse(refusal.code, _EXPLANATIONS[refusal.code], message)

    def busy(self, error: StoreError, message: FromClient) -> None:
        """The store cannot do it now."""
        retry_ms = error.retry_ms if isinstance(error, StoreAwayError) else RETRY_MS
        self.refuse("busy", "not possible at the moment; try again", message, retry_ms)

    def _send_error(
        self, code: ErrorCode, text: str, re: str | None = None, retry_ms: int | None = None
    ) -> None:
        self.socket.send(Error(code, text, re, retry_ms))


_EXPLANATIONS: dict[ErrorCode, str] = {
    "no_such_room": "you have no seat in this room",
    "not_your_turn": "somebody else writes now",
}
