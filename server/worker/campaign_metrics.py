"""The figures of campaigns, of all workers together: every worker tells the same ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from server.archive.archiver import Archiver
from server.archive.backlog import Backlog
from server.archive.pledge_archiver import PledgeArchiver
from server.campaign.figures import RelayFigures
from server.metrics.family import Family, Kind, Sample, escape, gauge
from server.session.campaigns import OpenCampaign
from server.store.counters import Counters
from server.worker.funnel_feed import FunnelFeed

MOST_CAMPAIGNS = 100
"""With a label of their own; the figures of further ones are added up under OTHER."""

OTHER = "(others)"

Values = Mapping[str, float]
"""By further labels, as they are written; "" for none."""


class CampaignMetrics:
    """Collects the figures that workers share."""

    def __init__(
        self,
        campaigns: Mapping[str, OpenCampaign],
        counters: Counters,
        funnel: FunnelFeed,
        figures: RelayFigures,
        archivers: list[Archiver],
        pledge_archivers: list[PledgeArchiver],
        backlog: Backlog,
    ) -> None:
        """Over one worker's parts; more archivers may be added to the lists."""
        self._campaigns = campaigns
        self._counters = counters
        self._funnel = funnel
        self._figures = figures
        self._archivers = archivers
        self._pledge_archivers = pledge_archivers
        self._backlog = backlog

    def collect(self) -> list[Family]:
        """The figures as they were last read, at most some seconds ago."""
        return [
            *self._by_campaign(),
            gauge(
                "jielong_unchecked_works",
                "Works whose characters the check has not looked at yet.",
                self._backlog.works,
            ),
            gauge(
                "jielong_oldest_unchecked_work_age_seconds",
                "How long ago the oldest of them was finished; 0 without any.",
                self._backlog.age_seconds,
            ),
        ]

    def _by_campaign(self) -> Iterator[Family]:
        last = {name: self._counters.last(name) for name in self._campaigns}
        works: Counter[str] = Counter()
        for archiver in self._archivers:
            works[archiver.campaign] += archiver.waiting
        pledges: Counter[str] = Counter()
        for pledge_archiver in self._pledge_archivers:
            pledges[pledge_archiver.campaign] += pledge_archiver.waiting

        def family(kind: Kind, name: str, text: str, read: Callable[[str], Values]) -> Family:
            return Family(f"jielong_{name}", kind, text, samples_by_campaign(last, read))

        yield family("counter", "relays_total", "Finished works.", lambda it: {"": last[it].relays})
        yield family(
            "counter",
            "participants_total",
            "Hands in finished works.",
            lambda it: {"": last[it].participants},
        )
        yield family(
            "counter", "visits_total", "Visits that reached a step of the funnel.", self._visits
        )
        yield family("counter", "pledges_total", "Pledges that were made.", self._pledges)
        yield family("gauge", "online", "Participants connected.", lambda it: {"": last[it].online})
        yield family("gauge", "writing", "Participants seated.", lambda it: {"": last[it].writing})
        yield family(
            "gauge",
            "lanes",
            "Lanes that take tickets.",
            lambda it: {"": self._campaigns[it].lanes.open},
        )
        yield family(
            "gauge", "works_waiting", "Works that are not in SQL yet.", lambda it: {"": works[it]}
        )
        yield family(
            "gauge",
            "pledges_waiting",
            "Pledges that are not in SQL yet.",
            lambda it: {"": pledges[it]},
        )

    def _visits(self, campaign: str) -> Values:
        return {f'step="{step}"': count for step, count in self._funnel.totals(campaign).items()}

    def _pledges(self, campaign: str) -> Values:
        counts = self._figures.pledges(campaign)
        return {f'pledge="{escape(pledge)}"': count for pledge, count in counts.items()}


def samples_by_campaign(names: Iterable[str], read: Callable[[str], Values]) -> list[Sample]:
    """What `read` says of each campaign; that of those beyond MOST_CAMPAIGNS is added up."""
    samples = []
    others: dict[str, float] = {}
    for number, name in enumerate(names):
        values = read(name)
        if number >= MOST_CAMPAIGNS:
            for label, value in values.items():
                others[label] = others.get(label, 0) + value
            continue
        samples += [_sample(name, label, value) for label, value in values.items()]
    return samples + [_sample(OTHER, label, value) for label, value in others.items()]


def _sample(campaign: str, label: str, value: float) -> Sample:
    labels = f'campaign="{escape(campaign)}"'
    return Sample("", f"{labels},{label}" if label else labels, float(value))
