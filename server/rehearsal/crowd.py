"""Keeps so many people in the campaign for so long: whoever goes is followed by somebody else."""

from __future__ import annotations

import asyncio
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import orjson

from server.rehearsal.donor import Donor
from server.rehearsal.machine import Machine
from server.rehearsal.measured import Measured, Sample
from server.rehearsal.person import Person, Taken

ARRIVALS_A_SECOND = 8.0
"""The most; a network may open 600 connections a minute."""

RAMP_SHARE = 0.2
"""The share of the time in which the people come."""

LAST_SHARE = 0.85
"""No relay begins after this share of the time, so that the last ones end in it."""

SAMPLE_SECONDS = 2.0
PAGE_SECONDS = 10.0


class Crowd:
    """The people of one rehearsal."""

    def __init__(
        self,
        taken: Taken,
        new_token: Callable[[], str],
        donor: Donor | None,
        machine: Machine,
        measured: Measured,
        rng: random.Random,
    ) -> None:
        """`new_token` makes the token of one more person of a rehearsal."""
        self._taken = taken
        self._new_token = new_token
        self._donor = donor
        self._machine = machine
        self._measured = measured
        self._rng = rng
        self._began = time.monotonic()
        self._own_cpu = time.process_time()
        self._seconds = 0.0

    @property
    def gone(self) -> float:
        """Seconds since the first person came."""
        return time.monotonic() - self._began

    @property
    def may_begin(self) -> bool:
        """Whether there is time for one more phrase."""
        return self.gone < self._seconds * LAST_SHARE

    @property
    def left(self) -> float:
        """Seconds until the end."""
        return max(0.0, self._seconds - self.gone)

    async def run(self, people: int, seconds: float) -> None:
        """Let `people` take part at a time, for so long; then they go one after another."""
        sampling = asyncio.create_task(self._sample())
        try:
            await asyncio.sleep(2 * SAMPLE_SECONDS)  # what the service uses before anybody comes
            self._began, self._seconds = time.monotonic(), seconds
            between = max(seconds * RAMP_SHARE / people, 1 / ARRIVALS_A_SECOND)
            async with asyncio.TaskGroup() as group:
                for number in range(people):
                    group.create_task(self._one_after_another(number * between))
        finally:
            sampling.cancel()
            await asyncio.wait([sampling])

    async def _one_after_another(self, first: float) -> None:
        await asyncio.sleep(first)
        while self.may_begin:
            self._measured.came += 1
            await self._visit()
            rng = random.Random(self._rng.random())
            person = Person(self._taken, self._new_token(), rng, self._measured, self._donor)
            await person.take_part(self)

    async def _visit(self) -> None:
        """Load the campaign's page."""
        began = time.monotonic()
        try:
            await asyncio.to_thread(_get, f"{self._taken.url}{self._taken.page}")
        except OSError as error:
            self._measured.failures[f"page: {error}"[:120]] += 1
            return
        self._measured.page.add(time.monotonic() - began)

    async def _sample(self) -> None:
        while True:
            usage = await asyncio.to_thread(self._machine.usage)
            own = time.process_time() - self._own_cpu
            self._measured.samples.append(
                Sample(time.monotonic(), self._measured.online, usage, own)
            )
            await asyncio.sleep(SAMPLE_SECONDS)


def told(url: str, campaign: str, token: str) -> dict[str, object]:
    """What the service tells one with this token of a campaign.

    Raises:
        OSError: it cannot be asked.
    """
    found = orjson.loads(_get(f"{url}api/campaigns/{campaign}", token))
    return found if isinstance(found, dict) else {}


def _get(address: str, token: str = "") -> bytes:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=PAGE_SECONDS) as answer:
        content: bytes = answer.read()
    return content
