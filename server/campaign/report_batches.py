"""Takes the reports of a campaign that come during a transaction together, in the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from server.archive.shared_task import start_shared
from server.campaign.donations import ConflictError, Donations, Outcome
from server.campaign.reports import SignedReport

MOST_REPORTS = 200
"""The most reports in one transaction, which takes well under a second with so many."""

Outcomes = Sequence[Outcome | ConflictError]


class _Batch:
    """The reports of the next transaction, and the task that takes them."""

    def __init__(self) -> None:
        self.reports: list[SignedReport] = []
        self.task: asyncio.Task[Outcomes]


class ReportBatches:
    """Takes the reports of every campaign of a process.

    Transactions of one campaign wait for each other in any case, and SQLite has one writer.
    """

    def __init__(self, donations: Donations) -> None:
        """Have `donations` take them."""
        self._donations = donations
        self._turn = asyncio.Lock()
        self._next: dict[str, _Batch] = {}

    async def take(self, campaign: str, report: SignedReport) -> Outcome:
        """Take a report; one that was taken before changes nothing.

        Raises:
            ConflictError: nothing is changed.
            ArchiveAwayError: it is not known whether it was taken; send it again.
        """
        batch = self._next.get(campaign)
        if batch is None:
            batch = self._next[campaign] = _Batch()
            batch.task = start_shared(self._run(campaign, batch), "reports")
        place = len(batch.reports)
        batch.reports.append(report)
        if len(batch.reports) == MOST_REPORTS:
            del self._next[campaign]
        outcome = (await asyncio.shield(batch.task))[place]
        if isinstance(outcome, ConflictError):
            raise outcome
        return outcome

    async def _run(self, campaign: str, batch: _Batch) -> Outcomes:
        async with self._turn:
            if self._next.get(campaign) is batch:
                del self._next[campaign]  # who comes from now on is in the next transaction
            return await self._donations.take(campaign, batch.reports)
