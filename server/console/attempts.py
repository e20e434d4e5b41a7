"""How often somebody may try to sign in: counted in Redis, for all workers together."""

from __future__ import annotations

from collections.abc import Sequence
from time import time

from server.console.signing import Signing
from server.guard.networks import HASH_BYTES, packed_network
from server.store.guard import GuardStore

WINDOW_SECONDS = 300

OF_NAME_AND_NETWORK = 5
"""Wrong tries of one network at one account within the window."""

OF_NETWORK = 20
"""Wrong tries of one network at all accounts."""

OF_NAME = 100
"""Wrong tries of all networks at one account."""

_EVENT = "sign-in"


class Attempts:
    """Counts tries before the password is looked at, and takes those back that were right.

    Names and addresses are kept as keyed hashes, for two windows. Without Redis nobody signs in:
    every method may raise StoreAwayError.
    """

    def __init__(self, store: GuardStore, signing: Signing) -> None:
        """Count in `store`."""
        self._store = store
        self._signing = signing

    async def begin(self, name: str, address: str) -> int:
        """Count a try; 0 when it may be made, else the seconds after which to try again."""
        return await self._count(name, address, 1)

    async def was_right(self, name: str, address: str) -> None:
        """The try was right: it counts no more."""
        await self._count(name, address, -1)

    async def _count(self, name: str, address: str, events: int) -> int:
        now = time()
        window = int(now // WINDOW_SECONDS)
        keys = await self._keys(name, address)
        counts = await self._store.count(
            _EVENT, window, WINDOW_SECONDS, [(key, events) for key in keys]
        )
        left = WINDOW_SECONDS - now % WINDOW_SECONDS
        most = OF_NAME_AND_NETWORK, OF_NETWORK, OF_NAME
        too_many = any(
            present + before * left / WINDOW_SECONDS > limit
            for (present, before), limit in zip(counts, most, strict=True)
        )
        return round(left) + 1 if too_many else 0

    async def _keys(self, name: str, address: str) -> Sequence[bytes]:
        network = packed_network(address)
        parts = (b"both", network, name.encode()), (b"network", network), (b"name", name.encode())
        return [
            (await self._signing.digest(_EVENT, b"\0".join(part)))[:HASH_BYTES] for part in parts
        ]
