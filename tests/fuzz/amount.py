"""How much is tried: a slice with a fixed seed, or as many messages as FUZZ_MESSAGES says."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

MESSAGES = int(os.environ.get("FUZZ_MESSAGES", "0"))
"""0: the slice that `make test` runs, the same every time."""

SLICE = 3_500
"""About as many messages, frames, requests and calls are in the slice; each amount grows with
FUZZ_MESSAGES."""


def amount(examples: int) -> settings:
    """So many examples in the slice, and in proportion more in a long run."""
    return settings(
        max_examples=max(1, examples * MESSAGES // SLICE) if MESSAGES else examples,
        derandomize=not MESSAGES,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
