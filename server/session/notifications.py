"""Tells participants what happens to their rooms, and keeps their seats in step with it."""

from __future__ import annotations

from time import monotonic

from server.guard.guard import Guard
from server.relay.phrase import seat_of
from server.relay.to_client import Committed, Matched, PartnerChanged, TurnChanged, Waiting
from server.relay.transition import NO_LIMIT, RoomView, Transition
from server.session import room_messages
from server.session.background import BackgroundTasks
from server.session.funnel import FINISHED, MATCHED, SEATED
from server.session.identity import Identity
from server.session.latencies import Latencies
from server.session.seat import HeldSeat
from server.session.session import Session, Stage
from server.store.answers import RefusedError, UnacknowledgedWork
from server.store.counters import Counters
from server.store.errors import StoreError
from server.store.rooms import Rooms


class Notifier:
    """Notifies the sessions of one worker.

    Attributes:
        latencies: how long they waited for it.
    """

    def __init__(
        self,
        rooms: Rooms,
        counters: Counters,
        identity: Identity,
        guard: Guard,
        tasks: BackgroundTasks,
    ) -> None:
        """Over the parts of this worker.

        `rooms` are read after a missed transition, `identity` names the partners, and `guard` is
        told of hands.
        """
        self._rooms = rooms
        self._counters = counters
        self._identity = identity
        self._guard = guard
        self._tasks = tasks
        self.latencies = Latencies()

    def notify(self, session: Session, transition: Transition, index: int) -> None:
        """Something happened to the room in which this session has, or just lost, seat `index`."""
        if session.connection.closing:
            return  # nothing can be sent any more; the client learns it when it returns
        if session.resuming is not None:
            session.resuming.missed = True  # nothing is sent before `welcome`; read it then
            return
        view, seat, kind = transition.view, session.seat, transition.kind
        if kind in {"waiting", "matched", "seated"}:
            if session.seating.has_left(view.room):
                return  # late or repeated, after an outage; nobody gets a seat in a room again
            if seat is None or seat.room != view.room or seat.version <= view.version:
                self.seated(session, transition, index)
        elif kind == "repeated":
            self._repeated(session, transition, index)
        elif seat is not None and seat.room == view.room and view.version > seat.version:
            self._changed(session, seat, transition, index)

    def seated(self, session: Session, transition: Transition, index: int) -> None:
        """The participant has seat `index` in this room: take it over, and send the room.

        Characters that were finished meanwhile are sent as `committed`, since the client may wait
        for the answer to a commit.
        """
        view, before = transition.view, session.seat
        missed = []
        if before is not None and before.room == view.room:
            missed = room_messages.committed_since(view, before.turn)
        session.connection.send(*missed, self.take_seat(session, transition, index))
        self.send_partner_away(session, transition)

    def take_seat(self, session: Session, transition: Transition, index: int) -> Waiting | Matched:
        """Take seat `index` over as it is; the message that describes the room."""
        view, before = transition.view, session.seat
        seat = HeldSeat(view, index)
        session.take_seat(seat)
        if before is not None and before.room == view.room and before.turn == view.turn:
            seat.last_begun, seat.turn_began = before.last_begun, before.turn_began
        elif transition.kind not in {"waiting", "matched"}:
            seat.last_begun = None  # written on another connection so far
            if view.turn_ms != NO_LIMIT:
                seat.turn_began -= (session.campaign.rules.turn_ms - view.turn_ms) / 1_000
        if seat.waiting:
            session.activity.begin_wait()
        session.reached(SEATED)
        partner = view.seats[1 - index].last
        if partner:
            session.reached(MATCHED)
            session.seating.met(partner)
            if session.trace is not None:
                session.trace.matched()
        if session.joined_at:
            self.latencies.seat.observe(monotonic() - session.joined_at)
            session.joined_at = 0.0
        return room_messages.whole_room(view, index, seat.chars, self._identity, session.locale)

    def send_partner_away(self, session: Session, transition: Transition) -> None:
        """Send `partner away` behind the room, if the partner's connection is lost now."""
        seat = session.seat
        if seat is not None and seat.partner_away:
            ms = transition.ms if transition.seat == seat.index else None
            session.connection.send(PartnerChanged(seat.room, "away", ms))

    async def resync(self, session: Session, *, again: bool = False) -> None:
        """Read the room after transitions were missed, and notify the session of it.

        It is notified if the room has changed; with `again` also if it has not.
        """
        seat, campaign = session.seat, session.campaign
        if seat is None:
            return
        base = campaign.lanes.base_of(seat.room)
        try:
            transition = await self._rooms.read(
                base, campaign.rules, session.participant, seat.room
            )
        except RefusedError as refusal:
            if refusal.code == "no_such_room" and session.seat is seat:
                session.leave_seat()
                session.say_goodbye("over")  # the client learns the outcome when it returns
        except StoreError:
            return  # the router resyncs every seat when the store is back
        else:
            now, version = session.seat, transition.view.version
            if now is not None and now.room == seat.room and (again or version > now.version):
                self.notify(session, transition, now.index)

    def keep_seat(self, session: Session, seat: HeldSeat) -> None:
        """Leaving failed: hold the seat again, and read the room, for the seat may be free."""
        if session.seat is None and session.stage is Stage.READY:
            session.seating.not_left(seat.room)
            session.take_seat(seat)
            self._tasks.spawn(self.resync(session), session)

    # Changes of a room --------------------------------------------------------------------------

    def _changed(
        self, session: Session, seat: HeldSeat, transition: Transition, index: int
    ) -> None:
        view, kind = transition.view, transition.kind
        removed = kind == "idle" and transition.seat == index
        if view.version > seat.version + 1 and kind != "completed" and not removed:
            self._tasks.spawn(self.resync(session), session)  # a transition was missed
            return
        seat.update(view)
        send = session.connection.send
        if kind in {"committed", "completed"}:
            self._finished_character(session, transition)
        elif kind == "away":
            change = PartnerChanged(view.room, "away", transition.ms)
            send(change, *_turn_of(seat, transition, view))
        elif kind == "back":
            send(PartnerChanged(view.room, "back"), *_turn_of(seat, transition, view))
        elif removed:
            session.leave_seat()
            session.say_goodbye("idle")
        elif kind in {"left", "idle"}:
            change = PartnerChanged(view.room, "left")
            send(change, room_messages.turn_changed(view, seat.chars))
            if seat.waiting:
                session.activity.begin_wait()

    def _repeated(self, session: Session, transition: Transition, index: int) -> None:
        """A commit was answered again: tell its sender, and a partner who missed it."""
        view, seat = transition.view, session.seat
        if seat is not None and seat.room == view.room and view.version > seat.version:
            missed = view.version > seat.version + 1 and view.turn < view.chars
            seat.update(view)
            if missed:
                self._tasks.spawn(self.resync(session, again=True), session)
        elif index != transition.seat:
            return
        self._finished_character(session, transition)

    def _finished_character(self, session: Session, transition: Transition) -> None:
        view, seat = transition.view, session.seat
        if seat is not None and seat.room != view.room:
            seat = None
        committed = room_messages.committed(transition)
        if view.turn < view.chars:
            if seat is not None:
                session.connection.send(committed, room_messages.turn_changed(view, seat.chars))
            else:
                session.connection.send(committed)
        elif transition.c < view.chars - 1 and session.works.told(view.room):
            session.connection.send(committed)  # an earlier commit came again after the end
        else:
            self._finished_work(session, transition, committed)
            if seat is not None:
                session.leave_seat()

    def _finished_work(
        self, session: Session, transition: Transition, committed: Committed
    ) -> None:
        view, campaign = transition.view, session.campaign
        counters = self._counters.advance(
            campaign.lanes.base_of(view.room), transition.relays, transition.participants
        )
        url = campaign.work_url(view.room, self._identity.work_key(view.room))
        completed = room_messages.completed(transition, session.participant, url, counters)
        ping = session.works.tell([UnacknowledgedWork(completed.work, completed.serial)])
        session.connection.send_with_ping(ping, committed, completed)
        if not session.works.told(view.room):
            session.reached(FINISHED)
            self._count_hand(session, view.room)
        session.works.remember(view.room)

    def _count_hand(self, session: Session, work: str) -> None:
        seat, peer = session.seat, session.connection.peer
        if peer.network and seat is not None and seat.room == work:
            campaign, is_newcomer = session.campaign.campaign.id, session.joining.is_newcomer
            self._guard.hand(peer, campaign, work, seat.index, is_newcomer=is_newcomer)


def _turn_of(seat: HeldSeat, transition: Transition, view: RoomView) -> list[TurnChanged]:
    """The turn's new time limit if the writer went away or came back: meanwhile it stands still."""
    if seat_of(view.turn) != transition.seat:
        return []
    return [room_messages.turn_changed(view, seat.chars)]
