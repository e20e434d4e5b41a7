"""Writes a participant's whole part of a relay with a pen."""

from __future__ import annotations

from .deadline import Deadline
from .exceptions import Refused
from .live_ink import LiveInk
from .messages import Committed, Completed, Message, PartnerState, Seated, Turn, Welcome
from .pen import Pen
from .session import Session
from .strokes import duration

_COMMIT_SECONDS = 20.0


async def write_relay(
    session: Session,
    live_ink: LiveInk,
    pen: Pen,
    pace: float | None,
    timeout: float,  # noqa: ASYNC109
) -> Completed:
    """Write at every turn of the participant, until the phrase is complete.

    See `Participant.write_relay` for arguments and errors.
    """
    deadline = Deadline("end of the relay", timeout)
    room = session.require_room("write_relay")

    def moves(message: Message) -> bool:
        if isinstance(message, Welcome):  # the connection was replaced meanwhile
            return True
        kinds = Turn | Committed | PartnerState | Seated | Completed
        return isinstance(message, kinds) and message.room == room

    while True:
        relay = session.relay
        if relay is None or relay.room != room:
            raise Refused("no_such_room", "the room was left or is over", "write_relay")
        if relay.completed:
            session.inbox.discard(moves)
            return relay.completed
        if relay.my_turn and relay.turn:
            c = relay.turn.c
            strokes = pen.character(relay.turn.char)
            seconds = duration(strokes) if pace is None else pace
            if seconds > 0:
                await live_ink.play(strokes, min(seconds, deadline.left()))
            if session.relay and session.relay.may_write(room, c):
                limit = max(_COMMIT_SECONDS, session.resume_seconds)
                try:
                    await session.commit(c, strokes, min(limit, deadline.left()))
                except Refused:
                    if session.relay and session.relay.may_write(room, c):
                        raise  # else the room went on, or is over: the next round says which
        else:
            await session.inbox.take(moves, deadline.left(), deadline.what)
