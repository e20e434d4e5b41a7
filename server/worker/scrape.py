"""What `/metrics` answers: the figures of all workers of a service, whichever of them is asked."""

from __future__ import annotations

import asyncio

import structlog

from server.metrics.exposition import Block, blocks, text
from server.metrics.shared_file import Place
from server.worker.campaign_metrics import CampaignMetrics
from server.worker.metrics import WorkerMetrics

log = structlog.get_logger()

WRITE_SECONDS = 1.0
"""How often a worker writes its figures for the others, which are at most so old."""


class Scrape:
    """The metrics of one worker, and of the others at the same port."""

    def __init__(self, own: WorkerMetrics, shared: CampaignMetrics, place: Place) -> None:
        """`own` are this worker's, at `place`; `shared` are the same on all workers."""
        self._own = own
        self._shared = shared
        self._place = place

    async def run(self) -> None:
        """Write the figures for the others, for as long as the worker lives."""
        number, file = self._place
        while file is not None:
            try:
                file.write(number, self._blocks())
            except (OSError, ValueError) as error:
                log.error("other workers cannot be told this one's metrics", error=str(error))
            await asyncio.sleep(WRITE_SECONDS)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        number, file = self._place
        workers = file.read() if file is not None else {}
        workers[number] = self._blocks()
        told = (workers[place] for place in sorted(workers))
        return text(blocks(self._shared.collect()), *told)

    def _blocks(self) -> list[Block]:
        return blocks(self._own.collect(), self._place.number)
