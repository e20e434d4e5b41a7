"""Finding what a participant has in any lane: on return, and after a join went astray."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from server.relay.transition import Transition
from server.session.notifications import seated
from server.session.session import Session, Stage
from server.store.answers import RefusedError, Resumed, UnacknowledgedWork
from server.transport.limits import MOST_FINISHED


class Returned(NamedTuple):
    """What all lanes know of a participant.

    Attributes:
        previous: the addresses at which other sessions of the participant are connected.
        transitions: the live room, if any.
        untold: works finished in absence, at most 20, by serial.
        recent: the last partners, latest first.
    """

    previous: set[str]
    transitions: list[Transition]
    untold: list[UnacknowledgedWork]
    recent: tuple[str, ...]


async def find_room(session: Session) -> Returned:
    """Take the participant over in every lane, but wait only until the room is found.

    A turn must not run out because another lane is away. What the later lanes have to tell of
    finished works is told at the next return.

    Raises:
        RefusedError: `fenced`.
        StoreError: the room, if there is one, is in a lane that cannot be reached.
    """
    bases = session.campaign.lanes.bases
    if len(bases) == 1:  # the usual case: without the tasks, which are a fiftieth of a return
        return _merged([await _resume_in(bases[0], session, session.address)])
    lanes = set(_resume_in_every_lane(session))
    found: list[Resumed] = []
    try:
        while lanes and not any(lane.transitions for lane in found):
            done, lanes = await asyncio.wait(lanes, return_when=asyncio.FIRST_COMPLETED)
            found += await asyncio.gather(*done)
    finally:
        for lane in lanes:
            session.hub.spawn(_take_over_later(session, session.address, lane))
    return _merged(found)


async def _take_over_later(session: Session, address: str, lane: asyncio.Task[Resumed]) -> None:
    try:
        resumed = await lane
    except RefusedError as refusal:
        if refusal.code == "elsewhere" and session.is_at(address):
            session.replaced()
        return  # a worker that is fenced hears it with its next beat
    if resumed.previous:
        session.hub.take_over(resumed.previous, session)
    for transition in resumed.transitions:
        room, place = transition.view.room, session.place
        if session.is_at(address) and session.stage is Stage.READY and place is None:
            if room not in session.former_rooms:  # a join found its way there meanwhile
                seated(session, transition, transition.seat)
        elif place is None or place.room != room:
            session.hub.abandon(session, [transition])


async def find_everywhere(session: Session) -> Returned:
    """Take the participant over in every lane: an older session's join may be on its way to any.

    Raises:
        RefusedError: `fenced`.
        StoreError: a lane cannot be reached; what was taken over can be taken over again.
    """
    return _merged(await asyncio.gather(*_resume_in_every_lane(session)))


def _merged(found: list[Resumed]) -> Returned:
    untold = sorted(
        (work for lane in found for work in lane.unacknowledged), key=lambda it: it.serial
    )
    return Returned(
        {lane.previous for lane in found if lane.previous},
        [transition for lane in found for transition in lane.transitions],
        untold[-MOST_FINISHED:],
        tuple(max(found, key=lambda lane: lane.seated_at).recent.split()),
    )


async def settle(session: Session) -> bool:
    """Find out whether a join whose answer was lost gave a seat; the session sits there then.

    From the new address nothing that is still on its way from the old one is obeyed, so
    afterwards the session may join in any lane.

    Raises:
        RefusedError, StoreError: as `find_everywhere`.
    """
    session.hub.move(session)
    returned = await find_everywhere(session)
    session.astray = False
    if session.stage is Stage.GONE:
        session.hub.abandon(session, returned.transitions)
        return False
    for transition in returned.transitions:
        seated(session, transition, transition.seat)
    return session.place is not None


def _resume_in_every_lane(session: Session) -> list[asyncio.Task[Resumed]]:
    bases, address = session.campaign.lanes.bases, session.address
    return [asyncio.create_task(_resume_in(base, session, address)) for base in bases]


async def _resume_in(base: str, session: Session, address: str) -> Resumed:
    rooms, rules = session.hub.rooms, session.campaign.rules

    def wanted() -> bool:
        return session.is_at(address)

    return await rooms.resume(base, rules, session.participant, address, session.hello, wanted)
