"""Plays one relay from start to end, over as many connections as it takes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from msgspec import Struct

from .codec import Format
from .connection import Direction
from .console import describe
from .deadline import Deadline
from .events import Reconnecting
from .exceptions import JielongError, Refused, TimedOut
from .messages import Completed, Seated, parse
from .participant import Participant
from .pen import Pen
from .recorder import Recorder


class Options(Struct, frozen=True, kw_only=True):
    """What a player is to do; see `Participant.connect`, `join` and `write_relay`.

    `timeout` is in seconds for the whole, `resume` for a new connection after a loss; `pace` is in
    seconds for each character, None for as long as a hand needs.
    """

    url: str
    format: Format
    token: str | None
    campaign: str | None
    phrase: str | None
    invite: str | None
    locales: tuple[str, ...]
    pace: float | None
    timeout: float
    resume: float


class Player:
    """One participant with a pen.

    Args:
        options: what to do.
        pen: writes the characters.
        recorder: records every message, if given.
        say: called with each line about what happens.
    """

    def __init__(
        self, options: Options, pen: Pen, recorder: Recorder | None, say: Callable[[str], None]
    ) -> None:
        self._options = options
        self._pen = pen
        self._recorder = recorder
        self._say = say
        self._seat: int | None = None

    async def run(self) -> Completed:
        """Play until the phrase is complete, in another room if one is over."""
        options = self._options
        deadline = Deadline("end of the relay", options.timeout)
        async with await self._connect() as participant:
            watching = asyncio.create_task(self._watch(participant))
            try:
                while True:
                    if participant.relay is None:
                        await participant.join(
                            options.phrase, options.invite, locales=options.locales
                        )
                    room = participant.room
                    try:
                        return await self._write(participant, deadline.left())
                    except Refused as error:
                        if error.code != "no_such_room":
                            raise
                    self._say("the room is gone; joining another")
                    if participant.room == room:
                        await participant.leave()
            finally:
                watching.cancel()
                await asyncio.wait([watching])

    async def _connect(self) -> Participant:
        options = self._options
        return await Participant.connect(
            options.url,
            options.token,
            options.campaign,
            format=options.format,
            resume=options.resume,
            tap=self._tap,
            on_close=self._recorder.closed if self._recorder else None,
        )

    async def _watch(self, participant: Participant) -> None:
        """Say when the connection is lost."""
        with contextlib.suppress(JielongError):  # the relay ends with it
            while True:
                lost = await participant.next(Reconnecting, self._options.timeout)
                self._say(f"cut off ({lost.reason}); coming back")

    async def _write(self, participant: Participant, seconds: float) -> Completed:
        self._seat = participant.seat
        try:
            return await participant.write_relay(self._pen, self._options.pace, seconds)
        except (asyncio.CancelledError, TimedOut):
            with contextlib.suppress(JielongError):
                await participant.leave(keep=True)
            raise

    def _tap(self, direction: Direction, message: Mapping[str, object]) -> None:
        if self._recorder:
            self._recorder(direction, message)
        if direction == "received":
            with contextlib.suppress(JielongError):
                parsed = parse(message)
                if isinstance(parsed, Seated):
                    self._seat = parsed.seat
                if line := describe(parsed, self._seat, self._options.url):
                    self._say(line)
