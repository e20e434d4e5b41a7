"""One person of a rehearsal, who writes with strangers at a hand's pace, pledges and gives."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple, Protocol

from jielong import Participant, Pen
from jielong.connection import Direction
from jielong.exceptions import JielongError, Refused, TimedOut
from jielong.strokes import Character

from server.rehearsal.donor import Donor
from server.rehearsal.measured import Measured

LOOKING_SECONDS = (1.0, 6.0)
"""Between the page and the first join."""

READING_MS = (500, 2_500)
"""Between one's turn and the first stroke."""

BETWEEN_SECONDS = (2.0, 12.0)
"""Between a finished work and the next one."""

MOST_WORKS = 3
PLEDGE, GIVE, LEAVE = 0.4, 0.1, 0.05
"""The share of people who pledge, who give, and who leave in the middle of a phrase."""

RELAY_SECONDS = 300.0
"""The longest that one waits for a stranger and for a phrase to be whole."""


class Taken(NamedTuple):
    """What people take part in.

    Attributes:
        url: the service's base address.
        campaign: the id of the shadow campaign.
        page: the path of the page that people load, below `url`: a rehearsal has none of its own.
        pledges: ids of those that it offers.
        writes: whether it offers to write.
    """

    url: str
    campaign: str
    page: str
    pledges: tuple[str, ...]
    writes: bool


class Hours(Protocol):
    """When there is a rehearsal.

    Attributes:
        may_begin: whether there is time for one more phrase.
        left: seconds until the end.
    """

    @property
    def may_begin(self) -> bool:
        """See above."""

    @property
    def left(self) -> float:
        """See above."""


class HumanPen(Pen):
    """Takes a moment to look before the first stroke."""

    def __init__(self, rng: random.Random) -> None:
        """One hand; see `Pen`."""
        super().__init__(rng)
        self._moments = rng

    def character(self, char: str) -> Character:
        """The strokes of one character."""
        first, *others = super().character(char)
        pause = self._moments.randint(*READING_MS)
        return ((*first[:2], pause, *first[3:]), *others)


class Person:
    """Somebody who takes part once."""

    def __init__(
        self,
        taken: Taken,
        token: str,
        rng: random.Random,
        measured: Measured,
        donor: Donor | None,
    ) -> None:
        """`token` is one of a rehearsal; `donor` gives where the campaign has funds."""
        self._taken = taken
        self._token = token
        self._rng = rng
        self._measured = measured
        self._donor = donor
        self._asked: dict[str, float] = {}

    async def take_part(self, hours: Hours) -> None:
        """Come, and go in the end, within the hours of the rehearsal."""
        try:
            async with await Participant.connect(
                self._taken.url,
                self._token,
                self._taken.campaign,
                resume=15.0,
                proxy=None,
                tap=self._tap,
            ) as participant:
                self._measured.online += 1
                try:
                    await self._stay(participant, hours)
                finally:
                    self._measured.online -= 1
        except (JielongError, OSError) as error:
            self._failed(error)

    async def _stay(self, participant: Participant, hours: Hours) -> None:
        rng = self._rng
        await asyncio.sleep(rng.uniform(*LOOKING_SECONDS))
        if self._taken.writes:
            for _ in range(rng.randint(1, MOST_WORKS)):
                if not hours.may_begin:
                    break
                await self._write(participant, min(RELAY_SECONDS, hours.left))
                await asyncio.sleep(rng.uniform(*BETWEEN_SECONDS))
        if self._taken.pledges and rng.random() < PLEDGE:
            await self._pledge(participant)
        if self._donor and rng.random() < GIVE:
            await self._donor.give(rng)

    async def _write(self, participant: Participant, seconds: float) -> None:
        try:
            await participant.join(locales=("zh",))
        except Refused as error:
            if error.code != "no_such_phrase":
                raise
            await participant.join()  # the campaign has no Chinese phrases
        pen = HumanPen(random.Random(self._rng.random()))
        leaves = self._rng.random() < LEAVE
        seconds = min(seconds, self._rng.uniform(2, 20)) if leaves else seconds
        until = time.monotonic() + seconds
        try:
            done = await participant.write_relay(pen, None, seconds)
        except TimedOut as error:
            if seconds == RELAY_SECONDS or time.monotonic() < until - 1:
                self._failed(error)
            with suppress(Refused):  # it is whole meanwhile
                await participant.leave(keep=True)
        else:
            self._measured.works.add(done.work)

    async def _pledge(self, participant: Participant) -> None:
        pledge = self._rng.choice(self._taken.pledges)
        began = time.monotonic()
        made = await participant.pledge(pledge)
        self._measured.pledging.add(time.monotonic() - began)
        self._measured.pledges.setdefault(pledge, set()).add(made.number)

    def _failed(self, error: Exception) -> None:
        code = error.code if isinstance(error, Refused) else type(error).__name__
        self._measured.failures[f"{code}: {error}"[:120]] += 1

    def _tap(self, direction: Direction, message: Mapping[str, object]) -> None:
        """Measure from the request that goes out to the answer that comes."""
        kind = message.get("t")
        if direction == "sent" and kind in {"join", "commit"}:
            self._asked[str(kind)] = time.monotonic()
        elif kind in {"waiting", "matched"} and (began := self._asked.pop("join", 0.0)):
            self._measured.joining.add(time.monotonic() - began)
        elif kind == "committed" and (began := self._asked.pop("commit", 0.0)):
            self._measured.committing.add(time.monotonic() - began)
