"""`leave` and `report`: give up a seat, stop waiting, or hold a work back for review."""

from __future__ import annotations

from typing import Protocol

import structlog

from server.relay.from_client import Leave, Report
from server.relay.to_client import ByeReason
from server.session.background import BackgroundTasks
from server.session.dispatch import Dispatcher
from server.session.notifications import Notifier
from server.session.seat import HeldSeat
from server.session.session import Session
from server.session.store_errors import StoreErrors
from server.store.answers import RefusedError
from server.store.errors import StoreError
from server.store.pool import Deliver
from server.store.rooms import Rooms

log = structlog.get_logger()


class HoldsWorks(Protocol):
    """Holds works back for review. Both may raise StoreAwayError; the work is then unchanged."""

    async def hold(self, work_id: str, participant: str, why: str) -> bool:
        """Hold a finished work back; False if the participant had no hand in it."""

    async def hold_unfinished(self, work_id: str, participant: str, why: str) -> None:
        """Hold a work back that may not be finished yet."""


class LeaveHandler:
    """Gives seats up."""

    def __init__(
        self,
        rooms: Rooms,
        works: HoldsWorks,
        notifier: Notifier,
        errors: StoreErrors,
        tasks: BackgroundTasks,
        deliver: Deliver,
    ) -> None:
        """Every part is that of this worker; `deliver` notifies everybody of a transition."""
        self._rooms = rooms
        self._works = works
        self._notifier = notifier
        self._errors = errors
        self._tasks = tasks
        self._deliver = deliver

    def register(self, dispatcher: Dispatcher) -> None:
        """Handle `leave` and `report`."""
        dispatcher.register(Leave, self.leave)
        dispatcher.register(Report, self.report)

    def leave(self, session: Session, message: Leave) -> None:
        """Give the seat up, or stop waiting."""
        self._give_up(session, message, keep=bool(message.keep))

    def end_wait(self, session: Session, room: str, why: ByeReason) -> None:
        """Give up the seat of one who waits alone, and close the connection.

        A written character is kept, for another one to go on with.
        """
        self.leave(session, Leave(room, keep=True))
        session.say_goodbye(why)

    def report(self, session: Session, message: Report) -> None:
        """Leave a stranger's room and hold its work back; or hold a finished work back."""
        if session.seat is not None and session.seat.room == message.room:
            self._give_up(session, message, report=True)
        else:
            self._tasks.spawn(self._report_work(session, message), session)

    async def _report_work(self, session: Session, message: Report) -> None:
        try:
            if not await self._works.hold(message.room, session.participant, message.why):
                session.refuse("no_such_room", "you had no hand in this work", message)
        except StoreError as error:
            self._errors.answer(session, error, message)

    def _give_up(
        self,
        session: Session,
        message: Leave | Report,
        *,
        keep: bool = False,
        report: bool = False,
    ) -> None:
        seat = session.seat
        if seat is None or seat.room != message.room:
            session.refuse("no_such_room", "you have no seat in this room", message)
            return
        session.leave_seat()
        session.seating.run(
            lambda: self._tasks.spawn(
                self._leave(session, message, seat, keep=keep, report=report), session
            )
        )

    async def _leave(
        self,
        session: Session,
        message: Leave | Report,
        seat: HeldSeat,
        *,
        keep: bool,
        report: bool,
    ) -> None:
        campaign = session.campaign
        base = campaign.lanes.base_of(message.room)
        try:
            try:
                transition = await self._rooms.leave(
                    base,
                    campaign.rules,
                    session.participant,
                    session.address,
                    message.room,
                    keep=keep,
                    report=report,
                )
            finally:
                session.seating.request_done()
        except RefusedError as refusal:
            if isinstance(message, Report) and refusal.code == "no_such_room":
                await self._report_work(session, message)  # it was finished in that moment
            else:
                self._errors.answer(session, refusal, message)
        except StoreError as error:
            self._notifier.keep_seat(session, seat)
            self._errors.answer(session, error, message)
        else:
            self._deliver(base, [transition])
            if isinstance(message, Report):
                await self._keep_report(session, message)

    async def _keep_report(self, session: Session, message: Report) -> None:
        """Store who reported the room, and why. Its work is held even if that fails."""
        try:
            await self._works.hold_unfinished(message.room, session.participant, message.why)
        except StoreError as error:
            log.warning("a report was not kept", room=message.room, error=str(error))
