"""All sessions of a worker, by their number and by their participant."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping

from server.catalogue import DEFAULT
from server.session.address import format_address
from server.session.campaigns import OpenCampaign
from server.session.session import Dispatch, LiveRelay, Session
from server.session.timer_wheel import TimerWheel
from server.transport.codec import Codec
from server.transport.peer import Peer
from server.transport.websocket import WebSocket
from server.worker.disconnects import Disconnects, LostSeat


def new_worker_id() -> str:
    """An id for a worker, new with every start."""
    return secrets.token_hex(6)


class Registry:
    """The sessions and campaigns of one worker.

    Attributes:
        worker: the worker's id, under which the store and other workers know it.
        campaigns: by id.
        wheel: the deadlines of the sessions.
        opened: WebSockets that were ever opened.
        session: gives the open session of a number, or None. It is the dictionary's own method:
            four are looked up a joiner.
    """

    def __init__(
        self,
        campaigns: Mapping[str, OpenCampaign],
        disconnects: Disconnects,
        wheel: TimerWheel,
        max_connections: int,
    ) -> None:
        """Seats of lost connections go to `disconnects`."""
        self.worker = new_worker_id()
        self.campaigns = campaigns
        self.wheel = wheel
        self.opened = 0
        self._disconnects = disconnects
        self._max_connections = max_connections
        self._sessions: dict[int, Session] = {}
        self.session: Callable[[int], Session | None] = self._sessions.get
        self._unregistered: dict[str, Session] = {}
        self._next_id = 0

    # Connections come and go --------------------------------------------------------------------

    def open_websocket(
        self, codec: Codec, peer: Peer, dispatch: Dispatch, live_relay: LiveRelay
    ) -> WebSocket:
        """A WebSocket with a session, for a connection of `peer` that passed the handshake."""

        def open_session(connection: WebSocket) -> Session:
            number, address = self._new_address()
            campaign = self.campaigns[DEFAULT]
            return Session(
                number, address, connection, campaign, self.wheel, dispatch, self, live_relay
            )

        return WebSocket(codec, peer, open_session)

    def add(self, session: Session) -> None:
        """A connection is open."""
        self.opened += 1
        self._sessions[session.id] = session
        session.campaign.online += 1
        session.activity.schedule(session.id, self.wheel.clock + 1)

    def remove(self, session: Session) -> None:
        """A connection is gone; its seat is held for the grace."""
        if self._sessions.pop(session.id, None) is not None:
            session.campaign.online -= 1
        if self._unregistered.get(session.participant) is session:
            del self._unregistered[session.participant]
        seat = session.seat
        if seat is not None:
            session.take_seat(None)
            self._disconnects.add(
                LostSeat(session.campaign, session.participant, session.address, seat.room)
            )

    def active(self, session: Session) -> None:
        """A connection received data, for the first time since it was checked."""
        self.wheel.mark_active(session.id)

    def assign_address(self, session: Session) -> None:
        """Give a session a new address; the store obeys nothing more from the old one."""
        self._sessions.pop(session.id, None)
        session.id, session.address = self._new_address()
        if session.is_open:
            self._sessions[session.id] = session
            session.activity.reschedule(session.id)

    def _new_address(self) -> tuple[int, str]:
        self._next_id += 1
        return self._next_id, format_address(self.worker, self._next_id)

    # Who is known to the store ------------------------------------------------------------------

    def greeted(self, session: Session) -> None:
        """A session has a new participant; the store knows nothing of it before it joins."""
        self._unregistered[session.participant] = session

    def registered(self, session: Session) -> None:
        """The store knows now where the participant is connected."""
        self._unregistered.pop(session.participant, None)

    def unregistered(self, participant: str) -> Session | None:
        """The session of a participant whom the store does not know yet; None without one."""
        return self._unregistered.get(participant)

    # Who is here --------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Open connections."""
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        """The sessions of all open connections at this moment."""
        return iter(list(self._sessions.values()))

    @property
    def full(self) -> bool:
        """Whether no more participants can be greeted."""
        return len(self._sessions) > self._max_connections

    def campaign(self, campaign_id: str | None) -> OpenCampaign | None:
        """The campaign of this id, or the default one; None if there is none."""
        return self.campaigns.get(campaign_id or DEFAULT)
