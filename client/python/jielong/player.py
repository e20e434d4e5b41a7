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
from .exceptions import CannotConnect, Closed, JielongError, Refused, TimedOut
from .messages import Completed, Seated, parse
from .participant import Participant
from .pen import Pen
from .reconnect import delay, is_final
from .recorder import Recorder

_RECONNECTS = 5


class Options(Struct, frozen=True, kw_only=True):
    """What a player is to do; see `Participant.connect`, `join` and `write_relay`.

    `timeout` is in seconds for the whole; `pace` is in seconds for each character, None for as
    long as a hand needs.
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
        self._token = options.token
        self._joined = False
        self._seat: int | None = None

    async def run(self) -> Completed:
        """Play until the phrase is complete; reconnect up to five times."""
        deadline = Deadline("end of the relay", self._options.timeout)
        for attempt in range(_RECONNECTS + 1):
            participant: Participant | None = None
            try:
                participant = await self._connect()
                return await self._play(participant, deadline)
            except (Closed, CannotConnect, Refused) as error:
                bye = participant.bye if participant else None
                if attempt == _RECONNECTS or self._token is None or is_final(error, bye):
                    raise
                pause = delay(error, bye, attempt)
                self._say(f"cut off ({error}); coming back in {pause:.1f} s")
            await asyncio.sleep(min(pause, deadline.left()))
        raise AssertionError("the last attempt returns or raises")

    async def _connect(self) -> Participant:
        options = self._options
        participant = await Participant.connect(
            options.url,
            self._token,
            options.campaign,
            format=options.format,
            tap=self._tap,
            on_close=self._recorder.closed if self._recorder else None,
        )
        self._token = participant.token
        return participant

    async def _play(self, participant: Participant, deadline: Deadline) -> Completed:
        async with participant:
            if participant.relay is None:
                if self._joined:
                    self._say("the room is gone; joining another")
                options = self._options
                await participant.join(options.phrase, options.invite, locales=options.locales)
                self._joined = True
            self._seat = participant.seat
            try:
                return await participant.write_relay(self._pen, self._options.pace, deadline.left())
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
                if line := describe(parsed, self._seat):
                    self._say(line)
