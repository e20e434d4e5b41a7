"""The overview: what happens now, drawn anew within a second for as long as somebody looks.

A page that is open has one answer, which tells it of every change and ends after FOLLOW_SECONDS;
then the page asks again. A request for every change would cost the worker more, which hands each
connection over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple

import msgspec
import structlog
from markupsafe import Markup
from redis.exceptions import RedisError
from starlette.responses import Response, StreamingResponse

from server.archive.database import ArchiveAwayError
from server.campaign.amounts import digits_of
from server.console.charts import Chart, Series, bar_chart, line_chart
from server.console.frame import HEADERS, NOW, MenuEntry
from server.console.pages.chosen import campaign_choices
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.samples import SAMPLE_SECONDS, CampaignSample, Sample, Samples
from server.console.section import ConsoleRoute, Section, get
from server.console.tables import Filter
from server.console.texts import text
from server.console.visit import Visit
from server.store.errors import StoreError

log = structlog.get_logger()

LOOK_SECONDS = 0.5
"""How often it is looked whether there is something new to tell."""

FOLLOW_SECONDS = 20.0
"""An answer is as long; whoever is signed out meanwhile sees no more after it."""

MOST_FOLLOWED = 64
"""Answers of a process that follow the figures; a further one ends at once."""

_STREAM = "application/x-ndjson"
_UNBUFFERED = HEADERS | {"X-Accel-Buffering": "no"}

SHOWN = 150
"""Samples in a chart: those of 5 minutes."""

RATE_SAMPLES = 15
"""A rate is that of the last 30 s."""

_MS_A_PERCENT = 600
"""Of CPU time a minute: 1 % of a core."""

STEPS = {
    "hello": text("Came"),
    "join": text("Joined"),
    "seated": text("Got a seat"),
    "matched": text("Met a partner"),
    "committed": text("Wrote a character"),
    "finished": text("Finished a work"),
    "shared": text("Shared the work"),
    "poster": text("Kept the poster"),
}
"""Labels of the steps of `session.funnel`."""


class _Drawn(NamedTuple):
    at: int
    body: str


class _Parts(msgspec.Struct, omit_defaults=True):
    """One line of the answer: the parts of the page that have changed, by their ids in it."""

    tiles: str = ""
    charts: str = ""


class OverviewPage(Section):
    """The first page, and the figures in it."""

    menu = (MenuEntry("/", text("Overview"), NOW, Permission.LOOK),)

    def __init__(self, parts: Parts) -> None:
        """Over the campaigns of `parts`."""
        self._campaigns = parts.campaigns
        self._samples = Samples(parts.campaigns)
        self._drawn: dict[tuple[str, str], _Drawn] = {}
        self._followed = 0
        self._ended = asyncio.Event()

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        return [get("/", self.show), get("/figures", self.figures)]

    async def run(self) -> None:
        """Take samples; the answers that follow them end with this."""
        self._ended.clear()
        try:
            await self._samples.run()
        finally:
            self._ended.set()

    async def close(self) -> None:
        """Close the connections."""
        await self._samples.close()

    async def show(self, visit: Visit) -> Response:
        """The page with the figures of now."""
        campaign = self._chosen(visit)
        choices = [("", visit.t(text("All"))), *campaign_choices(self._campaigns, campaign)]
        return visit.page(
            "overview",
            choice=Filter("campaign", text("Campaign"), campaign, choices),
            tiles=Markup(await self._draw_tiles(visit, campaign)),
            charts=Markup(await self._draw_charts(visit, campaign)),
            address=f"/figures{visit.here()}",
        )

    async def figures(self, visit: Visit) -> Response:
        """A line of JSON for each change; see `_Parts`."""
        campaign = self._chosen(visit)
        first = await self._parts(visit, campaign)
        lines = self._follow(visit, campaign, first)
        return StreamingResponse(lines, media_type=_STREAM, headers=_UNBUFFERED)

    async def _follow(self, visit: Visit, campaign: str, told: _Parts) -> AsyncIterator[bytes]:
        yield _encode(told)
        if self._followed >= MOST_FOLLOWED:
            return
        self._followed += 1
        until = time.monotonic() + FOLLOW_SECONDS
        try:
            while time.monotonic() < until and not await self._ends():
                now = await self._parts(visit, campaign)
                changed = _Parts(
                    now.tiles if now.tiles != told.tiles else "",
                    now.charts if now.charts != told.charts else "",
                )
                if changed != _Parts():
                    yield _encode(changed)
                told = now
        except (StoreError, ArchiveAwayError, RedisError, OSError) as error:
            log.debug("no figures for the console", error=repr(error))
        finally:
            self._followed -= 1

    async def _ends(self) -> bool:
        """Wait for LOOK_SECONDS; whether the process ends meanwhile."""
        try:
            await asyncio.wait_for(self._ended.wait(), LOOK_SECONDS)
        except TimeoutError:
            return False
        return True

    async def _parts(self, visit: Visit, campaign: str) -> _Parts:
        tiles = await self._draw_tiles(visit, campaign)
        return _Parts(tiles, await self._draw_charts(visit, campaign))

    def _chosen(self, visit: Visit) -> str:
        campaign = visit.query("campaign")
        return campaign if campaign in self._campaigns.live else ""

    async def _draw_tiles(self, visit: Visit, campaign: str) -> str:
        sample = await self._samples.now()
        return visit.fragment("tiles", now=sample.of(campaign), workers=sample.workers)

    async def _draw_charts(self, visit: Visit, campaign: str) -> str:
        """Drawn once for each sample, language and campaign, for all who look."""
        samples = (await self._samples.last())[-SHOWN - RATE_SAMPLES :]
        key, at = (visit.language, campaign), samples[-1].at if samples else 0
        drawn = self._drawn.get(key)
        if drawn is None or drawn.at != at:
            drawn = _Drawn(at, visit.fragment("charts", **_drawable(samples, campaign)))
            self._drawn[key] = drawn
        return drawn.body


def _encode(parts: _Parts) -> bytes:
    return msgspec.json.encode(parts) + b"\n"


def _drawable(samples: Sequence[Sample], campaign: str) -> dict[str, object]:
    """What the template `charts` draws."""
    history = [sample.of(campaign) for sample in samples]
    reached = history[-1].funnel if history else {}
    return {
        "charts": _charts(samples, history),
        "bars": bar_chart([(label, reached.get(step, 0)) for step, label in STEPS.items()]),
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
    cpu = [
        None if it is None else it / _MS_A_PERCENT
        for it in rates(times, [sample.cpu_ms for sample in samples])
    ]
    workers = line_chart(text("Workers"), [Series(text("CPU, of a core"), cpu)], "%")
    return [*charts, *_money(history), workers]


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
