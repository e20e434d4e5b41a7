"""Data of earlier versions, as a killed service left them: works, numbers and people go on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jielong import Participant

from tests.finish_work import finish_work
from tests.integration.http import get, get_json
from tests.polling import eventually
from tests.service import Service
from tests.upgrade.versions import LAST_RELEASE, RECORDED

FOREVER = {"token_days": 100_000}
"""So that the recorded token does not expire."""


@pytest.mark.parametrize("version", sorted(folder.name for folder in RECORDED.iterdir()))
async def test_works_and_numbers_go_on(
    version: str, serve: Callable[..., Service], tmp_path: Path
) -> None:
    shutil.copytree(RECORDED / version, tmp_path / "data")
    answers = json.loads((RECORDED / version / "answers.json").read_text(encoding="utf-8"))
    service = serve(**FOREVER)

    async def archived() -> bool:
        return (await get(service, f"/api/works/{answers['late']}"))[0] == 200

    await eventually(archived)
    for work, before in answers["works"].items():
        assert_has(await get_json(service, f"/api/works/{work}"), before)
    relays = answers["counters"]["relays"] + 1
    assert await totals(service) == (relays, 2 * relays)
    new = await get_json(service, f"/api/works/{await finish_work(service)}")
    assert sorted(hand["serial"] for hand in new["hands"]) == [2 * relays + 1, 2 * relays + 2]
    assert await totals(service) == (relays + 1, 2 * relays + 2)


async def test_a_participant_of_the_last_release_is_known_again(
    serve: Callable[..., Service], tmp_path: Path
) -> None:
    shutil.copytree(RECORDED / LAST_RELEASE, tmp_path / "data")
    answers = json.loads((RECORDED / LAST_RELEASE / "answers.json").read_text(encoding="utf-8"))
    service = serve(**FOREVER)
    async with await Participant.connect(service.ws_url, answers["token"]) as known:
        assert known.welcome.participant == answers["participant"]


async def totals(service: Service) -> tuple[int, int]:
    """Relays and participants."""
    counters = (await get_json(service, "/api/campaigns/default"))["counters"]
    return counters["relays"], counters["participants"]


def assert_has(now: dict[str, Any], before: dict[str, Any]) -> None:
    """Keys may have come, but what was there is as it was."""
    assert {key: now[key] for key in before} == before
