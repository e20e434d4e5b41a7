"""The overview: what happens now, drawn anew every 2 s for as long as somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from server.campaign.amounts import digits_of
from server.console.charts import Chart, Series, bar_chart, line_chart
from server.console.frame import HEADERS, NOW, MenuEntry
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.samples import SAMPLE_SECONDS, CampaignSample, Sample, Samples
from server.console.section import ConsoleRoute, Section, get
from server.console.tables import Filter
from server.console.texts import text
from server.console.visit import Visit

SHOWN = 150
"""Samples in a chart: those of 5 minutes."""

RATE_SAMPLES = 15
"""A rate is that of the last 30 s."""

STEPS = {
    "hello": text("Came"),
    "join": text("Joined"),
    "seated": text("Got a seat"),
    "matched": text("Met a partner"),
    "committed": text("Wrote a character"),
    "finished": text("Finished a work"),
}
"""Labels of the steps of `session.funnel`."""


class _Drawn(NamedTuple):
    at: int
    body: str


class OverviewPage(Section):
    """The first page, and the figures in it."""

    menu = (MenuEntry("/", text("Overview"), NOW, Permission.LOOK),)

    def __init__(self, parts: Parts) -> None:
        """Over the campaigns of `parts`."""
        self._campaigns = parts.campaigns
        self._samples = Samples(parts.campaigns)
        self._drawn: dict[tuple[str, str], _Drawn] = {}

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        return [get("/", self.show), get("/figures", self.figures)]

    async def run(self) -> None:
        """Take samples."""
        await self._samples.run()

    async def close(self) -> None:
        """Close the connections."""
        await self._samples.close()

    async def show(self, visit: Visit) -> Response:
        """The page with the figures of now."""
        campaign = self._chosen(visit)
        choices = [("", visit.t(text("All"))), *((it, self._title(it)) for it in self._ids())]
        return visit.page(
            "overview",
            choice=Filter("campaign", text("Campaign"), campaign, choices),
            figures=Markup(await self._draw(visit, campaign)),
            address=f"/figures{visit.here()}",
        )

    async def figures(self, visit: Visit) -> Response:
        """The figures alone, which the page puts in the place of those before."""
        return HTMLResponse(await self._draw(visit, self._chosen(visit)), headers=HEADERS)

    def _ids(self) -> list[str]:
        return list(self._campaigns.live)

    def _title(self, campaign_id: str) -> str:
        campaign = self._campaigns.live[campaign_id].campaign
        return campaign.text(campaign.title)

    def _chosen(self, visit: Visit) -> str:
        campaign = visit.query("campaign")
        return campaign if campaign in self._campaigns.live else ""

    async def _draw(self, visit: Visit, campaign: str) -> str:
        """Drawn once for each sample, language and campaign, for all who look."""
        samples = (await self._samples.last())[-SHOWN - RATE_SAMPLES :]
        key, at = (visit.language, campaign), samples[-1].at if samples else 0
        drawn = self._drawn.get(key)
        if drawn is None or drawn.at != at:
            values = _figures(samples, campaign)
            drawn = _Drawn(at, visit.fragment("figures", **values))
            self._drawn[key] = drawn
        return drawn.body


def _figures(samples: Sequence[Sample], campaign: str) -> dict[str, object]:
    """What the template `figures` draws."""
    history = [sample.of(campaign) for sample in samples]
    now = history[-1] if history else CampaignSample()
    return {
        "now": now,
        "charts": _charts(samples, history),
        "bars": bar_chart([(label, now.funnel.get(step, 0)) for step, label in STEPS.items()]),
        "fresh": bool(samples),
    }


def _charts(samples: Sequence[Sample], history: Sequence[CampaignSample]) -> list[Chart]:
    times = [sample.at for sample in samples]

    def rate(label: str, total: Callable[[CampaignSample], int]) -> Series:
        return Series(label, rates(times, [total(one) for one in history]))

    def gauge(label: str, value: Callable[[CampaignSample], int]) -> Series:
        return Series(label, [value(one) for one in history][-SHOWN:])

    charts = [
        line_chart(
            text("Joining and finishing"),
            [
                rate(text("Joined"), lambda it: it.funnel.get("join", 0)),
                rate(text("Works finished"), lambda it: it.works),
            ],
            text("a minute"),
        ),
        line_chart(
            text("Here now"),
            [
                gauge(text("Online"), lambda it: it.online),
                gauge(text("With a seat"), lambda it: it.writing),
                gauge(text("Rooms that wait"), lambda it: it.waiting),
            ],
        ),
    ]
    if any(one.pledges or one.donations for one in history):
        added = [
            rate(text("Pledges"), lambda it: it.pledges),
            rate(text("Donations"), lambda it: it.donations),
        ]
        charts.append(line_chart(text("Pledges and donations"), added, text("a minute")))
    return [*charts, *_money(history)]


def _money(history: Sequence[CampaignSample]) -> list[Chart]:
    """What was raised in each currency; no chart where nobody gives."""
    shown = history[-SHOWN:]
    currencies = sorted({currency for one in shown for currency in one.raised})
    series = [
        Series(it, [one.raised.get(it, 0) / 10 ** digits_of(it) for one in shown])
        for it in currencies
    ]
    return [line_chart(text("Money raised"), series)] if series else []


def rates(times: Sequence[int], totals: Sequence[int]) -> list[float | None]:
    """What was added to a total, a minute, over `RATE_SAMPLES`; None where that is not known.

    Args:
        times: of the totals, in milliseconds, ascending.
        totals: they may begin anew when Redis is lost.
    """
    found: list[float | None] = []
    for index in range(max(len(totals) - SHOWN, 1), len(totals)):
        first = max(index - RATE_SAMPLES, 0)
        passed, added = times[index] - times[first], totals[index] - totals[first]
        far = passed > 2_000 * SAMPLE_SECONDS * RATE_SAMPLES
        found.append(None if passed <= 0 or added < 0 or far else added * 60_000 / passed)
    return found
