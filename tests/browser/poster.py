"""The dialog of the poster, and the files that it saves."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import expect

from tests.browser.participant_page import LIMIT_MS, ParticipantPage

STILL = {"reduced_motion": "reduce"}
OPEN_POSTER = "(id) => import('/static/js/poster/poster.js').then(({openPoster}) => openPoster(id))"


async def is_shown(participant: ParticipantPage) -> None:
    """Wait until the poster is seen."""
    await expect(participant.see("poster")).to_have_attribute(
        "data-state", "shown", timeout=LIMIT_MS
    )


async def saved(participant: ParticipantPage, name: str) -> tuple[str, bytes]:
    """Press a button that saves; the file's name and content."""
    async with participant.page.expect_download() as download:
        await participant.see(name).click()
    file = await download.value
    return file.suggested_filename, await asyncio.to_thread(_read, await file.path())


def _read(path: Path) -> bytes:
    return path.read_bytes()
