"""How much is tried: a slice with a fixed seed, or as many messages as FUZZ_MESSAGES says.

`test_mutations` sends the messages of a long run. Hypothesis makes each of its own from nothing,
which takes it milliseconds, so its tests try LONGER times their slice.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

MESSAGES = int(os.environ.get("FUZZ_MESSAGES", "0"))
"""0: the slice that `make test` runs, the same every time."""

LONGER = 10


def amount(examples: int) -> settings:
    """So many examples in the slice, and LONGER times as many in a long run."""
    return settings(
        max_examples=examples * LONGER if MESSAGES else examples,
        derandomize=not MESSAGES,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
