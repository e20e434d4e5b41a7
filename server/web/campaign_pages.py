"""The pages of campaigns, `/c/{id}` and below: documents that are prepared ahead.

A document has the totals in it, a few seconds old, for whoever has no script. Its template is
filled in when the campaign has changed, and its figures when these have, in a thread: the event
loop that carries ink does not wait for it. To compress the documents of a campaign takes 1 ms of
CPU, so those that nobody asks for get new figures once a minute.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import NamedTuple

from server.campaign.check_links import origin_of
from server.campaign.current_figures import Figures
from server.campaign.definition import Definition
from server.campaign.feed import CampaignFeed
from server.campaign.figures import RelayFigures
from server.campaign.phase import Phase, phase_of
from server.catalogue import DEFAULT
from server.prepared.response import PreparedResponse, prepare
from server.relay.campaign import Campaign
from server.session.campaigns import OpenCampaign
from server.store.counters import Counters
from server.transport.direct_answers import DirectAnswers
from server.web.campaign_document import document_values, picture_sources, totals_of
from server.web.live_document import LiveDocument
from server.web.page_files import SourceFiles
from server.web.pages import SHORTLY, Pages
from server.web.public_campaigns import PublicCampaigns
from server.web.theme import style_of

DOCUMENTS = {"home": "", "thanks": "/thanks"}
"""The templates, and where below the campaign's own address their documents are."""

EMBEDDED = "embed"
"""The template of the page in a frame of another site."""

STYLES = "text/css; charset=utf-8"
FOR_A_MINUTE = "public, max-age=60"

LOOK_SECONDS = 2.0
"""How old the totals in a document may be that was asked for in the last minute."""

UNASKED_SECONDS = 60.0
"""How old they may be in any other one."""


class _Defined(NamedTuple):
    """What the documents of a campaign depend on beside its figures."""

    campaign: Campaign
    definition: Definition
    phase: Phase


class _Shown(NamedTuple):
    """The documents of a campaign as they are shown."""

    defined: _Defined
    figures: Figures
    documents: Mapping[str, LiveDocument]
    """By the names of their templates."""

    paths: tuple[str, ...]
    """Where they are, and their style sheet."""

    made_at: float
    """By `monotonic`."""


class CampaignPages:
    """The documents of a worker's campaigns."""

    def __init__(
        self,
        campaigns: Mapping[str, OpenCampaign],
        counters: Counters,
        figures: RelayFigures,
        feed: CampaignFeed,
        pages: Pages,
    ) -> None:
        """Totals are those of the worker; `feed` says how a campaign is defined."""
        self._campaigns = campaigns
        self._counters = counters
        self._figures = figures
        self._definition = feed.definition
        self._pages = pages
        # Whoever works on the templates sees a change at once.
        self._always = isinstance(pages.files, SourceFiles)
        self._shown: dict[str, _Shown] = {}
        self._asked_at: dict[str, float] = {}
        self._changed = asyncio.Event()
        feed.on_change(self._changed.set)

    async def first(self, answers: DirectAnswers) -> None:
        """Make all documents before the worker answers anybody."""
        await self._figures.read()
        await self.renew(answers)

    async def run(self, answers: DirectAnswers) -> None:
        """Keep the documents up to date, for as long as the worker lives."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            await self.renew(answers)

    async def renew(self, answers: DirectAnswers) -> None:
        """Make the documents anew that have changed; a rehearsal has none."""
        public = PublicCampaigns(self._campaigns)
        for campaign_id in self._shown.keys() - public.keys():
            answers.remove(self._shown.pop(campaign_id).paths)
            self._asked_at.pop(campaign_id, None)
        for campaign_id in public:
            defined, figures = self._defined(campaign_id), self._figures_of(campaign_id)
            shown = self._shown.get(campaign_id)
            documents: Mapping[str, LiveDocument]
            if self._always or shown is None or shown.defined != defined:
                documents = await asyncio.to_thread(self._render, defined)
            elif self._is_due(campaign_id, shown, answers) and shown.figures != figures:
                documents = shown.documents
            else:
                continue
            responses = await asyncio.to_thread(self._responses, defined, figures, documents)
            paths = tuple(response.path for response in responses)
            self._shown[campaign_id] = _Shown(defined, figures, documents, paths, monotonic())
            answers.add(responses)

    def _is_due(self, campaign_id: str, shown: _Shown, answers: DirectAnswers) -> bool:
        """Whether the documents should have new figures, if there are any."""
        now = monotonic()
        if answers.take_asked_for(shown.paths):
            self._asked_at[campaign_id] = now
        asked_at = self._asked_at.get(campaign_id, -math.inf)
        return now - asked_at < UNASKED_SECONDS or now - shown.made_at >= UNASKED_SECONDS

    def _defined(self, campaign_id: str) -> _Defined:
        campaign, definition = self._campaigns[campaign_id].campaign, self._definition(campaign_id)
        return _Defined(campaign, definition, phase_of(campaign, definition, datetime.now(UTC)))

    def _figures_of(self, campaign_id: str) -> Figures:
        return Figures(
            self._counters.last(campaign_id),
            self._figures.pledges(campaign_id),
            self._figures.raised(campaign_id),
        )

    def _render(self, defined: _Defined) -> dict[str, LiveDocument]:
        values = document_values(*defined, self._pages.base_path, self._pages.public_url)
        return {
            name: LiveDocument(self._pages.render(name, values)) for name in (*DOCUMENTS, EMBEDDED)
        }

    def _responses(
        self, defined: _Defined, figures: Figures, documents: Mapping[str, LiveDocument]
    ) -> list[PreparedResponse]:
        campaign, definition, _ = defined
        totals, path = totals_of(figures), f"/c/{campaign.id}"
        style, pictures = style_of(definition.theme), picture_sources(definition)
        page, thanks = (
            self._pages.rendered(
                path + below,
                name,
                SHORTLY,
                documents[name].filled(totals),
                style=style,
                pictures=pictures,
            )
            for name, below in DOCUMENTS.items()
        )
        embedded = self._pages.rendered(
            f"/embed/{campaign.id}",
            "home",
            SHORTLY,
            documents[EMBEDDED].filled(totals),
            style=style,
            pictures=pictures,
            embedders=[origin_of(origin) for origin in definition.embed],
        )
        responses = [
            page,
            thanks,
            embedded,
            prepare(
                f"{path}/theme.css", style.encode(), STYLES, FOR_A_MINUTE, self._pages.security
            ),
        ]
        if campaign.id == DEFAULT:
            responses.append(replace(page, path="/"))
        return responses
