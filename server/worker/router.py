"""Leads transitions, ink and takeovers to the sessions concerned, on this worker or another."""

from __future__ import annotations

from server.relay.transition import RoomView, Transition
from server.session.address import Address, parse_address
from server.session.background import BackgroundTasks
from server.session.notifications import Notifier
from server.session.seat import HeldSeat, SendLive
from server.session.session import Session
from server.store import keys
from server.store.backplane import Backplane
from server.store.envelope import (
    Deletion,
    Disconnect,
    Envelope,
    LiveMessage,
    TakeOver,
    TransitionNotice,
)
from server.worker.disconnects import Disconnects, LostSeat
from server.worker.registry import Registry

_ANSWERED_BY_CALLER = frozenset(("back", "moved", "repeated"))
"""Transitions that the session of their own seat learns from the call that caused them."""

_NO_CHANGE = frozenset(("seated",))
"""Transitions that are of no concern to the session of the other seat."""


def _drop_live(room: str, packed: bytes) -> None:
    """Drop a live message: the partner has just gone, and the room will say so."""


class Router:
    """The router of one worker.

    Attributes:
        relayed: live messages passed on so far.
    """

    def __init__(
        self,
        registry: Registry,
        notifier: Notifier,
        disconnects: Disconnects,
        backplane: Backplane,
        tasks: BackgroundTasks,
    ) -> None:
        """To the sessions of `registry`, and over `backplane` to those of other workers."""
        self.relayed = 0
        self._registry = registry
        self._notifier = notifier
        self._disconnects = disconnects
        self._backplane = backplane
        self._tasks = tasks

    # Transitions --------------------------------------------------------------------------------

    def deliver(self, base: str, transitions: list[Transition]) -> None:
        """Notify everybody concerned of transitions in a lane."""
        for transition in transitions:
            kind, acting = transition.kind, transition.seat
            for index, holder in enumerate(transition.view.seats):
                if kind not in (_ANSWERED_BY_CALLER if index == acting else _NO_CHANGE):
                    self._notify(base, parse_address(holder.address), index, transition)
            if kind == "idle":
                removed = parse_address(transition.address)
                self._notify(base, removed, transition.seat, transition)

    def _notify(
        self, base: str, address: Address | None, index: int, transition: Transition
    ) -> None:
        if address is None:
            return
        worker, number = address
        if worker == self._registry.worker:
            self._notify_here(base, number, index, transition)
        else:
            self._backplane.send(worker, TransitionNotice(number, base, index, transition))

    def _notify_here(self, base: str, number: int, index: int, transition: Transition) -> None:
        session = self._registry.session(number)
        if session is not None:
            self._notifier.notify(session, transition, index)
        else:
            self._disconnect_absent(base, index, transition.view)

    def _disconnect_absent(self, base: str, index: int, view: RoomView) -> None:
        """The session that got this seat has gone in the meantime: its connection is lost."""
        holder = view.seats[index]
        campaign = self._registry.campaigns.get(keys.campaign_of(base))
        if campaign is not None and holder.address and view.turn < view.chars:
            seat = LostSeat(campaign, holder.participant, holder.address, view.room)
            self._disconnects.add_now(seat)

    # Live messages ------------------------------------------------------------------------------

    def relay(self, seat: HeldSeat, packed: bytes) -> None:
        """Send a live message in MessagePack to the partner of `seat`."""
        self.relayed += 1
        send_live = seat.send_live
        if send_live is None:
            send_live = seat.send_live = self._way_to_partner(seat)
        send_live(seat.room, packed)

    def _way_to_partner(self, seat: HeldSeat) -> SendLive:
        """How the partner of `seat` is reached until the room changes."""
        assert seat.partner is not None
        worker, number = seat.partner
        if worker != self._registry.worker:
            backplane = self._backplane
            return lambda room, packed: backplane.send(worker, LiveMessage(number, room, packed))
        session = self._registry.session(number)
        return session.send_live if session is not None else _drop_live

    # Takeovers ----------------------------------------------------------------------------------

    def take_over(self, previous: str, session: Session) -> None:
        """`session` has the participant now; the session at `previous` is told to go.

        Args:
            previous: an address; "" when the store does not know it, but a session of which it
                does not know yet may exist on any worker.
            session: where the participant said `hello` last.
        """
        if previous == session.address:
            return
        address = parse_address(previous)
        if address is None:
            self._backplane.send_to_all(TakeOver(session.participant, session.address))
        elif address[0] == self._registry.worker:
            self._replace(address[1])
        else:
            self._backplane.send(address[0], Disconnect(address[1]))

    def _replace(self, number: int) -> None:
        session = self._registry.session(number)
        if session is not None:
            session.replaced()

    def _end_deleted(self, number: int, participant: str) -> None:
        """The participant has deleted what is theirs; the seat is given up already."""
        session = self._registry.session(number) or self._registry.unregistered(participant)
        if session is not None and session.participant == participant:
            session.leave_seat()
            session.say_goodbye("over")

    # From other workers -------------------------------------------------------------------------

    def receive(self, envelope: Envelope) -> None:
        """Handle what another worker sent."""
        if type(envelope) is LiveMessage:
            session = self._registry.session(envelope.session)
            if session is not None:
                session.send_live(envelope.room, envelope.packed)
            return
        match envelope:
            case TransitionNotice(number, base, index, transition):
                self._notify_here(base, number, index, transition)
            case Disconnect(number):
                self._replace(number)
            case TakeOver(participant, address):
                session = self._registry.unregistered(participant)
                if session is not None and session.address != address:
                    session.replaced()
            case Deletion(number, participant):
                self._end_deleted(number, participant)

    # Resync -------------------------------------------------------------------------------------

    def resync_all(self) -> None:
        """Transitions may have been missed: every session with a seat reads its room."""
        for session in self._registry:
            if session.seat is not None:
                self._tasks.spawn(self._notifier.resync(session), session)

    def resync_partners_of(self, worker: str) -> None:
        """The last transitions that `worker` caused may not have been delivered."""
        for session in self._registry:
            partner = session.seat.partner if session.seat is not None else None
            if partner is not None and partner[0] == worker:
                self._tasks.spawn(self._notifier.resync(session), session)
