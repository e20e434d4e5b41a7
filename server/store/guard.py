"""What the workers' guards share in Redis: counts of networks, the day's key, used proofs.

All of it may be lost at any time: limits are then those of single workers for a while.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from server.store.deployment import Deployment
from server.store.keys import GUARD
from server.store.library import function
from server.store.own_client import OwnClient

KEY_BYTES = 16

DAY_KEY_SECONDS = 25 * 3_600
"""The key of a day is forgotten by Redis an hour after the day."""

_COUNT, _REMEMBER = function("count_networks"), function("remember_inks")


class Ink(NamedTuple):
    """The ink of a character, as the guards know it.

    Attributes:
        place: in the table of inks that are remembered.
        ink: a keyed hash of the strokes, 8 bytes.
        writer: a keyed hash of the participant.
    """

    place: int
    ink: bytes
    writer: bytes


class GuardStore:
    """One worker's view of what the guards share. Every method may raise StoreAwayError."""

    def __init__(self, deployment: Deployment) -> None:
        """Over the node that has the guard's keys; it connects when first used."""
        self._own = OwnClient(deployment, GUARD)

    async def day_key(self, day: int) -> bytes:
        """The key of the networks' hash on a day (days since 1970); all workers get the same."""
        name = f"{GUARD}:key:{day}"
        made = secrets.token_bytes(KEY_BYTES)
        await self._own.answer(self._own.redis.set(name, made, nx=True, ex=DAY_KEY_SECONDS))
        found = await self._own.answer(self._own.redis.get(name))
        return found if isinstance(found, bytes) else made

    async def count(
        self, event: str, window: int, seconds: float, networks: Sequence[tuple[bytes, int]]
    ) -> list[tuple[int, int]]:
        """Add events of networks to window number `window`.

        Returns:
            For each network its events in this window and in the one before, of all workers.
        """
        arguments: list[str | bytes | int] = [f"{event}:{window}", f"{event}:{window - 1}"]
        arguments.append(round(seconds * 2_000))
        for network, events in networks:
            arguments += [network, events]
        counts = await self._own.answer(self._own.redis.fcall(_COUNT, 1, GUARD, *arguments))
        return list(zip(counts[::2], counts[1::2], strict=True))

    async def claim(self, proof: str, seconds: int) -> bool:
        """Use a proof that is valid for so many seconds; False if it was used in any worker."""
        name = f"{GUARD}:proof:{proof}"
        return bool(await self._own.answer(self._own.redis.set(name, b"", nx=True, ex=seconds)))

    async def remember(self, inks: Sequence[Ink]) -> list[bool]:
        """Remember inks; for each, whether another writer committed the same one lately."""
        arguments: list[str | bytes | int] = [DAY_KEY_SECONDS * 1_000]
        for ink in inks:
            arguments += ink
        found = await self._own.answer(self._own.redis.fcall(_REMEMBER, 1, GUARD, *arguments))
        return [bool(repeated) for repeated in found]

    async def close(self) -> None:
        """Close the connection."""
        await self._own.close()
