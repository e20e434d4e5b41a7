"""The figures of one worker, read from the parts that keep them; nothing is counted twice."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator

from server import __version__
from server.archive.archiver import Archiver
from server.archive.database import Database
from server.archive.outage import Use
from server.metrics.family import Family, Sample, counter, gauge, histogram, labelled
from server.metrics.process import other_process, own_process
from server.store.refusals import Reason
from server.store.shards import Shards
from server.transport.admission import AdmissionControl
from server.transport.descriptors import Descriptors
from server.worker.parts import Parts
from server.worker.web_process import WebProcess


class WorkerMetrics:
    """Collects what this worker alone can tell."""

    def __init__(
        self,
        parts: Parts,
        admission: AdmissionControl,
        descriptors: Descriptors,
        shards: Shards,
        archivers: list[Archiver],
        database: Database,
        web: WebProcess,
    ) -> None:
        """Over one worker's parts; more archivers may be added to the list."""
        self._web = web
        self._parts = parts
        self._admission = admission
        self._descriptors = descriptors
        self._shards = shards
        self._archivers = archivers
        self._outages = database.outages

    def collect(self) -> list[Family]:
        """The figures at this moment; takes about 0.1 ms."""
        return [
            build_info(),
            gauge(
                "jielong_metrics_timestamp_seconds",
                "When the worker told these figures, since 1970.",
                time.time(),
            ),
            *self._connections(),
            *self._latencies(),
            *self._store(),
            *self._database(),
            *self._guard(),
            *self._web_process(),
            *own_process(),
            *other_process("jielong_web", self._web.pid),
        ]

    def _connections(self) -> Iterator[Family]:
        registry, router = self._parts.registry, self._parts.router
        yield gauge("jielong_connections", "Open WebSockets.", len(registry))
        yield counter(
            "jielong_opened_connections_total", "WebSockets that were opened.", registry.opened
        )
        refused = {"busy": self._admission.rejected, "descriptors": self._descriptors.refused}
        yield labelled(
            "counter",
            "jielong_refused_connections_total",
            "Connections refused: too many waited to be let in, or few descriptors were left.",
            "reason",
            refused,
        )
        yield gauge(
            "jielong_seated",
            "Participants who hold a seat.",
            sum(campaign.seated for campaign in registry.campaigns.values()),
        )
        yield counter(
            "jielong_relayed_messages_total",
            "Live ink, undos and reactions passed on.",
            router.relayed,
        )
        pacing = self._parts.pacing
        yield gauge(
            "jielong_ink_interval_seconds",
            "The least time between two parts of live ink that the worker asks for now.",
            pacing.ink_ms / 1_000,
        )
        yield counter(
            "jielong_paces_total", "Clients that were told another such time.", pacing.told
        )

    def _latencies(self) -> Iterator[Family]:
        latencies = self._parts.latencies
        for name, text, observed in (
            ("welcome", "From hello to welcome.", latencies.welcome),
            ("seat", "From join to a seat.", latencies.seat),
            ("commit", "From commit to committed.", latencies.commit),
            ("store_call", "From a call of Redis to its answer.", self._shards.latency),
        ):
            yield histogram(f"jielong_{name}_duration_seconds", text, observed)
        yield histogram(
            "jielong_event_loop_lag_seconds",
            "How late the event loop runs what is due.",
            self._parts.loop_lag.observed,
        )

    def _store(self) -> Iterator[Family]:
        yield gauge("jielong_store_away", "1 while Redis cannot be reached.", self._shards.away)
        refusing = self._shards.refusing
        yield labelled(
            "gauge",
            "jielong_store_refusing",
            "1 while Redis refuses calls for this reason.",
            "reason",
            {reason.value: reason in refusing for reason in Reason},
        )
        yield gauge(
            "jielong_not_durable",
            "1 while nobody is told anything, as writes are not as durable as is asked for.",
            not self._shards.durable,
        )
        yield counter(
            "jielong_backplane_dropped_envelopes_total",
            "Envelopes to other workers that were lost.",
            self._parts.backplane.dropped,
        )

    def _database(self) -> Iterator[Family]:
        active = self._outages.active
        yield labelled(
            "gauge",
            "jielong_database_away",
            "1 while the database of works cannot be used for this.",
            "use",
            {use.name.lower(): use in active for use in Use},
        )
        yield counter(
            "jielong_archived_works_total",
            "Works that the worker moved into SQL.",
            sum(archiver.stored for archiver in self._archivers),
        )

    def _guard(self) -> Iterator[Family]:
        guard, join_limit = self._parts.guard, self._parts.join_limit
        refused = {rate.event: rate.refused for rate in guard.rates.limited}
        refused["commit"] = guard.hand_time.refused
        yield labelled(
            "counter",
            "jielong_guard_refused_total",
            "What was refused because a network did too much of it, or a hand was too fast.",
            "event",
            refused,
        )
        yield counter(
            "jielong_challenges_total",
            "Proofs of work that joiners were asked for.",
            join_limit.challenged,
        )
        yield counter(
            "jielong_proofs_used_again_total",
            "Proofs of work refused because they had been used.",
            join_limit.used_again,
        )
        yield labelled(
            "counter",
            "jielong_guard_hands_total",
            "Hands of networks that many newcomers come from, by what the check found.",
            "verdict",
            {"shown": guard.verdicts.shown, "wrong": guard.verdicts.wrong},
        )
        yield counter(
            "jielong_replays_total",
            "Characters whose ink somebody else had written within a day.",
            guard.replays.found,
        )

    def _web_process(self) -> Iterator[Family]:
        web = self._web
        yield gauge("jielong_web_up", "1 while the web process serves.", web.pid != 0)
        yield counter(
            "jielong_web_requests_total", "Requests handed to the web process.", web.requests
        )
        yield counter(
            "jielong_web_refused_requests_total",
            "Requests refused because too many waited for the web process, or it did not serve.",
            web.refused,
        )
        yield counter(
            "jielong_web_restarts_total",
            "How often the web process ended and was started again.",
            web.restarts,
        )


def build_info() -> Family:
    """What runs; the value is always 1."""
    labels = f'version="{__version__}",python="{platform.python_version()}"'
    return Family("jielong_build_info", "gauge", "What runs.", [Sample("", labels, 1.0)])
