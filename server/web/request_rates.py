"""How often one participant may ask for something over HTTP."""

from __future__ import annotations

import math
from collections import OrderedDict

from server.transport.rate_limit import Rate, TokenBucket

MOST = 10_000
"""Participants that are remembered: those who asked last."""


class RequestRates:
    """A bucket for each of the participants who asked last."""

    def __init__(self, rate: Rate) -> None:
        """All at the same rate."""
        self._rate = rate
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def refuse_for(self, participant: str, now: float) -> int:
        """0 when one more request is allowed at `now` (steady seconds), else seconds to wait."""
        bucket = self._buckets.pop(participant, None) or TokenBucket(self._rate)
        self._buckets[participant] = bucket
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        return 0 if bucket.take(now) else math.ceil(bucket.retry_ms(now) / 1_000)
