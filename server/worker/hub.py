"""All sessions of a worker: who is here, and how transitions, ink and counters reach them."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from server.relay.to_client import Counters as CountersMessage
from server.relay.transition import RoomView, Transition
from server.session.campaigns import OpenCampaign
from server.session.dispatch import dispatch
from server.session.identity import Identity
from server.session.notifications import happened, look
from server.session.seat import Address, Outlet, Seat, format_address, parse_address
from server.session.session import Session, Stage
from server.store import keys
from server.store.acknowledgements import Acknowledgements
from server.store.answers import RefusedError
from server.store.backplane import Backplane
from server.store.counters import Counters
from server.store.deployment import Deployment
from server.store.envelope import Disconnect, Envelope, LiveMessage, TakeOver, TransitionNotice
from server.store.errors import StoreAwayError, StoreError
from server.store.pool import Pool
from server.store.rooms import Rooms
from server.store.shards import Shards
from server.store.workers import Workers
from server.transport.codec import Codec
from server.transport.websocket import WebSocket
from server.worker.timer_wheel import TimerWheel

log = structlog.get_logger()

CLOSE_POLL_SECONDS = 0.02

LOST_AT_ONCE, LOST_PAUSE_SECONDS = 20, 0.002
"""Lost connections whose seats are made away in one pass, and the pause until the next ones."""

_TOLD_AT_ONCE = frozenset(("back", "moved", "repeated"))
"""Transitions of which their own session is told by whoever made the call."""

Hold = Callable[[str, str, str], Awaitable[bool]]
"""Holds a finished work back: work, participant, reason; false if it had no hand in it."""


def _show_nobody(room: str, packed: bytes) -> None:
    """The partner has just gone; the room will say so."""


def new_worker_id() -> str:
    """An id for a worker, new with every start."""
    return secrets.token_hex(6)


class Hub:
    """The sessions of one worker, and their way to the store and to other workers' sessions."""

    def __init__(
        self,
        deployment: Deployment,
        connections: Shards,
        campaigns: dict[str, OpenCampaign],
        identity: Identity,
        hold: Hold,
        max_connections: int,
    ) -> None:
        """`hold` keeps a reported work back; more than `max_connections` are told `busy`."""
        self.worker = new_worker_id()
        self.identity = identity
        self.hold = hold
        self.pool = Pool(connections, self.deliver)
        self.rooms = Rooms(connections)
        self.receipts = Acknowledgements(connections)
        self.counters = Counters(connections)
        self.workers = Workers(connections)
        self.backplane = Backplane(deployment, self.worker, self._receive)
        self.vigil = TimerWheel()
        self.relayed = 0
        self._campaigns = campaigns
        self._connections = connections
        self._max_connections = max_connections
        self._sessions: dict[int, Session] = {}
        self._unregistered: dict[str, Session] = {}
        self._lost: deque[tuple[OpenCampaign, str, str, str]] = deque()
        self._next_id = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._beginning_anew = False
        connections.on_reconnect(self.look_at_all_rooms)
        self.backplane.on_reconnect(self.look_at_all_rooms)

    # Sessions come and go ---------------------------------------------------------------------

    def open_socket(self, codec: Codec) -> WebSocket:
        """A socket with a session, for a connection that passed the handshake."""

        def open_session(socket: WebSocket) -> Session:
            self._next_id += 1
            return Session(self, self._next_id, socket, dispatch)

        return WebSocket(codec, open_session)

    def add(self, session: Session) -> None:
        """A connection is open."""
        self._sessions[session.id] = session
        session.campaign.online += 1
        session.expect(self.vigil.clock + 1)

    def move(self, session: Session) -> None:
        """Give a session another address; what was sent from the old one is not obeyed any more."""
        self._sessions.pop(session.id, None)
        self._next_id += 1
        session.id = self._next_id
        session.address = format_address(self.worker, session.id)
        if session.stage is not Stage.GONE:
            self._sessions[session.id] = session
            session.due = 0  # that was of the old number
            session.expect(self.vigil.clock + 1)

    def remove(self, session: Session) -> None:
        """A connection is gone; its seat is held for the grace."""
        if self._sessions.pop(session.id, None) is not None:
            session.campaign.online -= 1
        if self._unregistered.get(session.participant) is session:
            del self._unregistered[session.participant]
        if session.place is not None:
            room = session.place.room
            session.take(None)
            self._lost.append((session.campaign, session.participant, session.address, room))
            if len(self._lost) == 1:
                asyncio.get_running_loop().call_soon(self._drop_some)

    def _drop_some(self) -> None:
        """Thousands may be lost in one event-loop pass; those who stay have their turns between.

        `bench/storm.py`: half the 99th percentile of their turns.
        """
        for _ in range(min(LOST_AT_ONCE, len(self._lost))):
            self.spawn(self._drop(*self._lost.popleft()))
        if self._lost:
            asyncio.get_running_loop().call_later(LOST_PAUSE_SECONDS, self._drop_some)

    def greeted(self, session: Session) -> None:
        """A session has a new participant, of whom the store does not know before it joins."""
        self._unregistered[session.participant] = session

    def registered(self, session: Session) -> None:
        """The store knows where the participant is."""
        session.registered = True
        self._unregistered.pop(session.participant, None)

    def take_over(self, previous: str, session: Session) -> None:
        """`session` has the participant now; whoever had it before is told to go."""
        if previous == session.address:
            return
        address = parse_address(previous)
        if address is None:
            self.backplane.send_to_all(TakeOver(session.participant, session.address))
        elif address[0] == self.worker:
            self._kick(address[1])
        else:
            self.backplane.send(address[0], Disconnect(address[1]))

    def abandon(self, session: Session, transitions: list[Transition]) -> None:
        """A session ended while it was given its room back: the seat is away again."""
        for transition in transitions:
            room = transition.view.room
            self.spawn(self._drop(session.campaign, session.participant, session.address, room))

    def abandon_unseen(self, session: Session) -> None:
        """A session ended before it was answered whether and where it was given its room back."""
        campaign = session.campaign
        for base in campaign.lanes.bases:
            self.spawn(self._drop_in(base, campaign, session.participant, session.address))

    @property
    def full(self) -> bool:
        """Whether no more participants can be greeted."""
        return len(self._sessions) > self._max_connections

    @property
    def default_campaign(self) -> OpenCampaign:
        """The campaign of a client that names none."""
        return self._campaigns["default"]

    def campaign(self, campaign_id: str | None) -> OpenCampaign | None:
        """The campaign of this id, or the default one; None if there is none."""
        return self._campaigns.get(campaign_id or "default")

    @property
    def campaigns(self) -> list[OpenCampaign]:
        """All campaigns."""
        return list(self._campaigns.values())

    @property
    def sessions(self) -> list[Session]:
        """All open connections."""
        return list(self._sessions.values())

    @property
    def connections(self) -> int:
        """Open connections of this worker."""
        return len(self._sessions)

    def session(self, session_id: int) -> Session | None:
        """The open connection of this number."""
        return self._sessions.get(session_id)

    # Transitions and ink on their way ------------------------------------------------------------

    def deliver(self, base: str, transitions: list[Transition]) -> None:
        """Tell everybody concerned, wherever they are connected."""
        for transition in transitions:
            for seat, holder in enumerate(transition.view.seats):
                concerned = transition.kind != "seated" or transition.seat == seat
                told = transition.kind in _TOLD_AT_ONCE and transition.seat == seat
                if concerned and not told:
                    self._notify(base, parse_address(holder.address), seat, transition)
            if transition.kind == "idle":
                removed = parse_address(transition.address)
                self._notify(base, removed, transition.seat, transition)

    def pass_on(self, place: Seat, packed: bytes) -> None:
        """Send the partner at `place` what is to be seen at once; here or by its worker."""
        self.relayed += 1
        outlet = place.outlet
        if outlet is None:
            outlet = place.outlet = self._outlet(place)
        outlet(place.room, packed)

    def _outlet(self, place: Seat) -> Outlet:
        """How the partner at `place` is shown something, until the room changes."""
        worker, session_id = place.partner  # type: ignore[misc]
        if worker != self.worker:
            backplane = self.backplane
            return lambda room, packed: backplane.send(
                worker, LiveMessage(session_id, room, packed)
            )
        session = self._sessions.get(session_id)
        return session.show if session is not None else _show_nobody

    def _notify(
        self, base: str, address: Address | None, seat: int, transition: Transition
    ) -> None:
        if address is None:
            return
        worker, session_id = address
        if worker == self.worker:
            self._happened(base, session_id, seat, transition)
        else:
            self.backplane.send(worker, TransitionNotice(session_id, base, seat, transition))

    def _happened(self, base: str, session_id: int, seat: int, transition: Transition) -> None:
        session = self._sessions.get(session_id)
        if session is not None:
            happened(session, transition, seat)
            return
        self._seat_is_empty(base, seat, transition.view)

    def _seat_is_empty(self, base: str, seat: int, view: RoomView) -> None:
        """The session that was seated has gone meanwhile: the seat is away."""
        holder = view.seats[seat]
        campaign = self._campaigns.get(keys.campaign_of(base))
        if campaign is not None and holder.address and view.turn < view.chars:
            self.spawn(self._drop(campaign, holder.participant, holder.address, view.room))

    def _receive(self, parcel: Envelope) -> None:
        if type(parcel) is LiveMessage:
            session = self._sessions.get(parcel.session)
            if session is not None:
                session.show(parcel.room, parcel.packed)
            return
        match parcel:
            case TransitionNotice(session_id, base, seat, transition):
                self._happened(base, session_id, seat, transition)
            case Disconnect(session_id):
                self._kick(session_id)
            case TakeOver(participant, address):
                session = self._unregistered.get(participant)
                if session is not None and session.address != address:
                    session.replaced()

    def _kick(self, session_id: int) -> None:
        session = self._sessions.get(session_id)
        if session is not None:
            session.replaced()

    async def _drop(
        self, campaign: OpenCampaign, participant: str, address: str, room: str
    ) -> None:
        base = campaign.lanes.base_of(room)
        await self._drop_in(base, campaign, participant, address, room)

    async def _drop_in(
        self, base: str, campaign: OpenCampaign, participant: str, address: str, room: str = ""
    ) -> None:
        try:
            transition = await self.rooms.disconnect(
                base, campaign.rules, participant, address, room
            )
        except RefusedError:
            return  # the seat was given up, or is held from elsewhere
        self.deliver(base, [transition])

    def look_at_all_rooms(self) -> None:
        """Transitions may have been missed: every seated session looks its room up."""
        for session in self._sessions.values():
            if session.place is not None:
                self.spawn(look(session))

    def look_at_rooms_with(self, worker: str) -> None:
        """What this worker's participants did last may not have been told to their partners."""
        for session in self._sessions.values():
            partner = session.place.partner if session.place is not None else None
            if partner is not None and partner[0] == worker:
                self.spawn(look(session))

    # Work that goes on --------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work that nobody waits for; its failure is logged, never silent."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, StoreAwayError):
            log.debug("not done, the store is away", error=str(error))  # it is logged there, once
        elif isinstance(error, StoreError):
            log.warning("not done", error=str(error))
        elif error is not None:
            log.error("a task failed", exc_info=error)

    def tell_counters(self, sessions: list[Session]) -> None:
        """Tell these sessions the counters of their campaigns as they are now."""
        packed: dict[tuple[str, str], bytes] = {}
        for session in sessions:
            if session.stage is Stage.READY:
                codec, campaign = session.socket.codec, session.campaign.campaign.id
                if (codec.name, campaign) not in packed:
                    packed[codec.name, campaign] = codec.encode(self._counters_of(campaign))
                session.socket.send_packed(packed[codec.name, campaign])

    def _counters_of(self, campaign: str) -> CountersMessage:
        last = self.counters.last(campaign)
        return CountersMessage(last.relays, last.participants, last.online, last.writing)

    async def restart_under_new_id(self) -> None:
        """This worker was given up: its seats are reaped, so its sockets go and it gets a new id.

        The participants return at once, and find their rooms within the grace.
        """
        if self._beginning_anew:
            return
        self._beginning_anew = True
        log.error("this worker was given up by the others and begins anew", worker=self.worker)
        self.worker = new_worker_id()
        for session in list(self._sessions.values()):
            session.take(None)
            session.say_goodbye("restart")
        try:
            await self.backplane.move(self.worker)
        finally:
            self._beginning_anew = False
        self.look_at_all_rooms()

    @property
    def _calls_pending(self) -> bool:
        """Whether waiting helps: without Redis no call ends in time."""
        pending = self._tasks or self._lost or not self._connections.idle
        return bool(pending) and not self._connections.away

    async def close(self, seconds: float) -> bool:
        """Say goodbye to everybody and leave every seat to its grace, within a time limit.

        False when the store does not know of every seat: the other workers must see to those.
        """
        for session in list(self._sessions.values()):
            session.say_goodbye("restart")
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until and (self._sessions or self._calls_pending):  # noqa: ASYNC110
            await asyncio.sleep(CLOSE_POLL_SECONDS)
        in_order = not (self._sessions or self._tasks or self._lost)
        for session in list(self._sessions.values()):
            session.socket.abort()
        return in_order
