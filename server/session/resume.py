"""Finds what a participant has in any lane: on return, and after the answer to a join was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from server.relay.transition import Transition
from server.session.background import BackgroundTasks
from server.session.campaigns import OpenCampaign
from server.session.limits import MOST_FINISHED
from server.session.notifications import Notifier
from server.session.session import Session, Stage
from server.store.answers import RefusedError, Resumed, UnacknowledgedWork
from server.store.rooms import Rooms


class Resumption(NamedTuple):
    """What the lanes know of a participant.

    Attributes:
        previous: the addresses at which other sessions of the participant are connected.
        transitions: the live room, if any.
        unacknowledged: works finished in absence, at most 20, by serial.
        recent_partners: the last partners, latest first.
        seated_at: when the participant got a seat last, in ms since 1970; 0 when it is not known.
    """

    previous: set[str]
    transitions: list[Transition]
    unacknowledged: list[UnacknowledgedWork]
    recent_partners: tuple[str, ...]
    seated_at: int


class Takeover(Protocol):
    """Ends the other connections of a participant."""

    def __call__(self, previous: str, session: Session) -> None:
        """`session` has the participant now; the session at `previous` is told to go."""


DisconnectSeat = Callable[[OpenCampaign, str, str, str], None]
"""Has the store hold a seat for the grace: campaign, participant, address, and the room; "" for
whatever room the lanes know."""


class Resume:
    """Takes participants over from their earlier connections."""

    def __init__(
        self,
        rooms: Rooms,
        notifier: Notifier,
        tasks: BackgroundTasks,
        take_over: Takeover,
        disconnect_seat: DisconnectSeat,
        assign_address: Callable[[Session], None],
    ) -> None:
        """`assign_address` gives a session a new address; the store obeys the old one no more."""
        self._rooms = rooms
        self._notifier = notifier
        self._tasks = tasks
        self._take_over = take_over
        self._disconnect_seat = disconnect_seat
        self._assign_address = assign_address

    async def find_room(self, session: Session) -> Resumption:
        """Take the participant over in every lane, but wait only until the room is found.

        A turn must not run out because another lane is away. Finished works that the later lanes
        know of are told at the next return.

        Raises:
            RefusedError: `fenced` or `elsewhere`.
            StoreError: the lane of a possible room cannot be reached.
        """
        bases = session.campaign.lanes.bases
        if len(bases) == 1:  # the usual case; the tasks below take a fiftieth of a return
            return _merged([await self._resume_in(bases[0], session, session.address)])
        lanes = set(self._resume_in_every_lane(session))
        found: list[Resumed] = []
        try:
            while lanes and not any(lane.transitions for lane in found):
                done, lanes = await asyncio.wait(lanes, return_when=asyncio.FIRST_COMPLETED)
                found += await asyncio.gather(*done)
        finally:
            for lane in lanes:
                self._tasks.spawn(self._take_over_later(session, session.address, lane), session)
        return _merged(found)

    async def settle(self, session: Session) -> bool:
        """Find out whether a join whose answer was lost gave a seat; the session holds it then.

        From the new address the store obeys nothing that is still on its way from the old one, so
        the session may join in any lane afterwards.

        Raises:
            RefusedError: `fenced` or `elsewhere`.
            StoreError: a lane cannot be reached; settling may be tried again.
        """
        self._assign_address(session)
        found = _merged(await asyncio.gather(*self._resume_in_every_lane(session)))
        session.seating.uncertain = False
        if not session.is_open:
            self.abandon(session, found.transitions)
            return False
        for transition in found.transitions:
            self._notifier.seated(session, transition, transition.seat)
        return session.seat is not None

    def replace(self, found: Resumption, session: Session) -> None:
        """End the participant's other connections."""
        for previous in found.previous or {""}:
            self._take_over(previous, session)

    def abandon(self, session: Session, transitions: list[Transition]) -> None:
        """The session ended while it was given these rooms back: its seats are away again."""
        for transition in transitions:
            self._disconnect(session, transition.view.room)

    def abandon_unknown(self, session: Session) -> None:
        """The session ended before it was answered whether it was given a room back."""
        self._disconnect(session, "")

    def _disconnect(self, session: Session, room: str) -> None:
        self._disconnect_seat(session.campaign, session.participant, session.address, room)

    async def _take_over_later(
        self, session: Session, address: str, lane: asyncio.Task[Resumed]
    ) -> None:
        """Apply the answer of a lane that came after the room was found in another one."""
        try:
            resumed = await lane
        except RefusedError as refusal:
            if refusal.code == "elsewhere" and session.is_at(address):
                session.replaced()
            return  # a worker without its lease learns it with its next heartbeat
        if resumed.previous:
            self._take_over(resumed.previous, session)
        for transition in resumed.transitions:
            room, seat = transition.view.room, session.seat
            if session.is_at(address) and session.stage is Stage.READY and seat is None:
                if not session.seating.has_left(room):  # a join got there in the meantime
                    self._notifier.seated(session, transition, transition.seat)
            elif seat is None or seat.room != room:
                self.abandon(session, [transition])

    def _resume_in_every_lane(self, session: Session) -> list[asyncio.Task[Resumed]]:
        bases, address = session.campaign.lanes.bases, session.address
        return [asyncio.create_task(self._resume_in(base, session, address)) for base in bases]

    async def _resume_in(self, base: str, session: Session, address: str) -> Resumed:
        def wanted() -> bool:
            return session.is_at(address)

        return await self._rooms.resume(
            base,
            session.campaign.rules,
            session.participant,
            address,
            session.hello_at,
            wanted,
        )


def _merged(found: list[Resumed]) -> Resumption:
    works = sorted(
        (work for lane in found for work in lane.unacknowledged), key=lambda it: it.serial
    )
    latest = max(found, key=lambda lane: lane.seated_at)
    return Resumption(
        {lane.previous for lane in found if lane.previous},
        [transition for lane in found for transition in lane.transitions],
        works[-MOST_FINISHED:],
        tuple(latest.recent.split()),
        latest.seated_at,
    )
