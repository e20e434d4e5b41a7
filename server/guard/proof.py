"""Proof of work: ALTCHA challenges (format 2) that only the asked participant can use, once.

The parameters are signed as a whole in canonical JSON, so that no part of them can be taken for
another one (CVE-2025-68113). The participant is one of them. The library keeps no list of used
solutions; `GuardStore.claim` does, for all workers.
"""

from __future__ import annotations

import hmac
import random
from collections.abc import Callable
from time import time
from typing import Any

from altcha import v2

ALGORITHM = "PBKDF2/SHA-256"

ITERATIONS = 500
"""Of one attempt: 0.4 ms of CPU for a challenge, and nothing for its verification."""

ITERATIONS_A_SECOND = 1_500_000
"""Of one core of a common computer or phone."""

SPREAD = 0.25
"""By which the work of one challenge differs from the mean, so that it cannot be foreseen."""

LIFETIME_SECONDS = 300
"""Within this time a challenge has to be solved and brought back."""

MOST_BYTES = 2_048
"""The longest proof that is read; a real one has about 800."""


class Proofs:
    """Makes challenges and checks their solutions; every worker with the same secret can."""

    def __init__(self, secret: bytes, clock: Callable[[], float] = time) -> None:
        """`clock` gives seconds since 1970."""
        self._challenge_key = hmac.digest(secret, b"jielong.challenge", "sha256")
        self._solution_key = hmac.digest(secret, b"jielong.solution", "sha256")
        self._clock = clock

    def challenge(self, participant: str, seconds: float) -> dict[str, Any]:
        """A challenge for one participant that takes about so many seconds of a core."""
        attempts = seconds * ITERATIONS_A_SECOND / ITERATIONS
        low, high = round(attempts * (1 - SPREAD)), round(attempts * (1 + SPREAD))
        made = v2.create_challenge(
            ALGORITHM,
            ITERATIONS,
            counter=random.SystemRandom().randint(low, high),
            expires_at=int(self._clock()) + LIFETIME_SECONDS,
            data={"participant": participant},
            hmac_secret=self._challenge_key,
            hmac_key_secret=self._solution_key,
        )
        return made.to_dict()

    def check(self, proof: str, participant: str) -> str | None:
        """The id of a valid solution, which must be used once only; None for any other proof.

        Args:
            proof: what the participant sent: ALTCHA's payload in base64.
            participant: who sent it.
        """
        if len(proof) > MOST_BYTES:
            return None
        try:
            payload = v2.Payload.from_base64(proof)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        parameters = payload.challenge.parameters
        if parameters.data != {"participant": participant} or not parameters.key_signature:
            return None
        result = v2.verify_solution(
            payload, self._challenge_key, hmac_key_secret=self._solution_key
        )
        return payload.challenge.signature if result.verified else None
