"""The figures of one worker, collected when Prometheus asks; nothing is counted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server.archive.archiver import Archiver
from server.archive.pledge_archiver import PledgeArchiver
from server.store.refusals import Reason
from server.store.shards import Shards
from server.transport.admission import AdmissionControl
from server.transport.descriptors import Descriptors
from server.worker.parts import Parts
from server.worker.web_process import WebProcess


class WorkerCollector(Collector):
    """Reads the figures from the parts that keep them."""

    def __init__(
        self,
        parts: Parts,
        admission: AdmissionControl,
        descriptors: Descriptors,
        shards: Shards,
        archivers: list[Archiver],
        web: WebProcess,
        pledge_archivers: list[PledgeArchiver],
    ) -> None:
        """Over one worker's parts; more archivers may be added to the lists."""
        self._web = web
        self._parts = parts
        self._admission = admission
        self._descriptors = descriptors
        self._shards = shards
        self._archivers = archivers
        self._pledge_archivers = pledge_archivers

    def collect(self) -> Iterator[Metric]:
        """The figures at this moment."""
        registry, router = self._parts.registry, self._parts.router
        yield GaugeMetricFamily(
            "jielong_connections", "Open connections of this worker.", len(registry)
        )
        yield CounterMetricFamily(
            "jielong_rejected_connections",
            "Connections refused because too many waited to be let in.",
            self._admission.rejected,
        )
        yield CounterMetricFamily(
            "jielong_no_descriptor_connections",
            "Connections refused because few file descriptors were left.",
            self._descriptors.refused,
        )
        yield GaugeMetricFamily(
            "jielong_seated",
            "Participants of this worker who hold a seat.",
            sum(campaign.seated for campaign in registry.campaigns.values()),
        )
        yield GaugeMetricFamily(
            "jielong_store_away", "1 while Redis cannot be reached.", int(self._shards.away)
        )
        refusing = GaugeMetricFamily(
            "jielong_store_refusing",
            "1 while Redis refuses calls for this reason.",
            labels=["reason"],
        )
        for reason in Reason:
            refusing.add_metric([reason.value], reason in self._shards.refusing)
        yield refusing
        yield GaugeMetricFamily(
            "jielong_not_durable",
            "1 while nobody is told anything, as writes are not as durable as is asked for.",
            int(not self._shards.durable),
        )
        yield CounterMetricFamily(
            "jielong_relayed_messages", "Live ink, undos and reactions passed on.", router.relayed
        )
        yield CounterMetricFamily(
            "jielong_backplane_dropped_envelopes",
            "Envelopes to other workers that were lost.",
            self._parts.backplane.dropped,
        )
        yield CounterMetricFamily(
            "jielong_archived_works",
            "Works that this worker moved into SQL.",
            sum(archiver.stored for archiver in self._archivers),
        )
        yield from self._web_metrics()
        yield self._guard_metric()
        yield CounterMetricFamily(
            "jielong_challenges",
            "Proofs of work that joiners were asked for.",
            self._parts.join_limit.challenged,
        )
        yield CounterMetricFamily(
            "jielong_proofs_used_again",
            "Proofs of work refused because they had been used.",
            self._parts.join_limit.used_again,
        )
        yield CounterMetricFamily(
            "jielong_replays",
            "Characters whose ink somebody else had written within a day.",
            self._parts.guard.replays.found,
        )
        yield from self._campaign_metrics()

    def _web_metrics(self) -> Iterator[Metric]:
        web = self._web
        yield GaugeMetricFamily(
            "jielong_web_up", "1 while the web process of this worker serves.", int(web.pid != 0)
        )
        yield CounterMetricFamily(
            "jielong_web_requests", "Requests handed to the web process.", web.requests
        )
        yield CounterMetricFamily(
            "jielong_web_refused_requests",
            "Requests refused because too many waited for the web process, or it did not serve.",
            web.refused,
        )
        yield CounterMetricFamily(
            "jielong_web_restarts",
            "How often the web process ended and was started again.",
            web.restarts,
        )

    def _guard_metric(self) -> Metric:
        refused = CounterMetricFamily(
            "jielong_guard_refused",
            "What was refused because a network did too much of it, or a hand was too fast.",
            labels=["event"],
        )
        guard = self._parts.guard
        for rate in guard.rates.all:
            refused.add_metric([rate.event], rate.refused)
        refused.add_metric(["commit"], guard.hand_time.refused)
        return refused

    def _campaign_metrics(self) -> Iterator[Metric]:
        families: list[CounterMetricFamily | GaugeMetricFamily] = [
            CounterMetricFamily("jielong_relays", "Finished works.", labels=["campaign"]),
            CounterMetricFamily(
                "jielong_participants", "Hands in finished works.", labels=["campaign"]
            ),
            GaugeMetricFamily("jielong_online", "Participants connected.", labels=["campaign"]),
            GaugeMetricFamily("jielong_writing", "Participants seated.", labels=["campaign"]),
            GaugeMetricFamily("jielong_lanes", "Lanes that take tickets.", labels=["campaign"]),
            GaugeMetricFamily(
                "jielong_works_waiting", "Works that are not in SQL yet.", labels=["campaign"]
            ),
        ]
        waiting: Counter[str] = Counter()
        for archiver in self._archivers:
            waiting[archiver.campaign] += archiver.waiting
        for campaign_id, campaign in self._parts.registry.campaigns.items():
            values = self._parts.counters.last(campaign_id)
            lanes = campaign.lanes.open
            totals = (values.relays, values.participants, values.online, values.writing)
            numbers = (*totals, lanes, waiting[campaign_id])
            for family, number in zip(families, numbers, strict=True):
                family.add_metric([campaign_id], number)
        yield from families
        waiting_pledges = GaugeMetricFamily(
            "jielong_pledges_waiting", "Pledges that are not in SQL yet.", labels=["campaign"]
        )
        for pledge_archiver in self._pledge_archivers:
            waiting_pledges.add_metric([pledge_archiver.campaign], pledge_archiver.waiting)
        yield waiting_pledges


def registry(collector: WorkerCollector, web: WebProcess) -> CollectorRegistry:
    """A registry with the worker's figures and those of both processes."""
    metrics = CollectorRegistry()
    metrics.register(collector)
    ProcessCollector(registry=metrics)
    ProcessCollector(namespace="jielong_web", pid=lambda: web.pid, registry=metrics)
    PlatformCollector(registry=metrics)
    return metrics
