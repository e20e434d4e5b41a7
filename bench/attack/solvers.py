"""Who solves the challenges: a farm with all cores of this machine, or a device elsewhere."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from jielong.proof import find

from server.guard.limits import MINUTE, GuardRules, Limit
from server.guard.pressure import FIRST_SECONDS, Pressure
from server.guard.proof import Proofs
from server.guard.rates import NetworkRate
from server.settings import Settings
from server.transport.peer import Peer

SECRET = "the secret of the attack benchmark"
EASY_SECONDS = 0.001

_NEVER = threading.Event()


class Cores:
    """All cores of this machine, as many challenges at a time."""

    def __init__(self) -> None:
        """With idle threads."""
        self._threads = ThreadPoolExecutor(os.cpu_count())

    async def solve(self, altcha: Mapping[str, Any], _: str) -> str:
        """The proof for a challenge."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, find, altcha, _NEVER)


class Elsewhere:
    """Devices that are not this machine, which has no room for them beside a service.

    They take their time, and hand in the solution of an easier challenge, which is signed with the
    secret of the measured service.
    """

    def __init__(self) -> None:
        """With `SECRET`."""
        self._proofs = Proofs(SECRET.encode())

    async def solve_in(self, seconds: float, participant: str) -> str:
        """The proof for whatever challenge, after so many seconds."""
        await asyncio.sleep(seconds)
        return find(self._proofs.challenge(participant, EASY_SECONDS), _NEVER)

    async def solve(self, _: Mapping[str, Any], participant: str) -> str:
        """The same, after the time of one core for the least that is asked for."""
        return await self.solve_in(FIRST_SECONDS, participant)


class Devices:
    """A device for each pupil, as fast as the guard takes a common one to be, by its own rule.

    Attributes:
        seconds: what each proof took.
    """

    def __init__(self) -> None:
        """Nothing was asked yet."""
        rules = guard_rules()
        self.seconds: list[float] = []
        self._elsewhere = Elsewhere()
        self._pressure = pressure(rules)

    async def solve(self, _: Mapping[str, Any], participant: str) -> str:
        """The proof for a challenge, when the device would have found it."""
        peer = Peer(b"school")
        asked = max(self._pressure.seconds(peer, ""), EASY_SECONDS)
        self.seconds.append(asked)
        return await self._elsewhere.solve_in(asked, participant)

    def asked(self) -> None:
        """A newcomer asks to join."""
        self._pressure.count(Peer(b"school"), "")


def guard_rules() -> GuardRules:
    """The defaults."""
    return Settings(_env_file=None).guard_rules  # type: ignore[call-arg]


def pressure(rules: GuardRules) -> Pressure:
    """What newcomers are asked for by the defaults, where no hand was a scribble."""
    newcomers = NetworkRate(Limit("newcomer", rules.usual_joins, MINUTE, 4))
    campaigns = NetworkRate(Limit("campaign", 0, MINUTE, 0))
    return Pressure(newcomers, campaigns, rules.proof_seconds, lambda _: 1.0)
