"""A rehearsal of a campaign that runs: people of a program, and nothing of them in the real one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from jielong import Participant, Refused

from server.catalogue import load_aliases
from server.session.identity import Identity
from tests.integration.command import jielong
from tests.integration.http import ask, error_of, get_json, post
from tests.polling import eventually
from tests.service import Service

SECRET = "a secret of this test"
SHADOW = "/api/campaigns/spring-rehearsal"
CAMPAIGN = """
[[campaign]]
id = "spring"
title = { zh-Hans = "春天", en = "Spring" }
relays = ["write", "pledge", "give"]
phrases = ["jiayou"]
pledge = [{ id = "tea", text = "Tea" }]
fund = [{ id = "angels", title = "Angels", currency = "CNY", url = "https://pay.example.org/" }]
"""


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    """With the guard, and a secret that the test knows."""
    return {"guard": "on", "secret": SECRET}


def rehearsal_token() -> str:
    """A token for one of the people of a rehearsal."""
    return Identity([SECRET.encode()], load_aliases()).new_rehearsal_token()


async def test_people_of_a_program_take_part_beside_the_real_campaign(
    shared: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIELONG_SECRET", SECRET)
    file, report = tmp_path / "spring.toml", tmp_path / "report.json"
    file.write_text(CAMPAIGN)
    there = "--data", shared.data
    assert (await asyncio.to_thread(jielong, "campaign", "import", file, *there)).returncode == 0
    held = await asyncio.to_thread(
        jielong,
        *("rehearse", "spring", "--people", 4, "--minutes", 0.35, "--seed", 3),
        *("--url", f"{shared.url}/", "--report", report, *there),
    )
    assert "people at a time" in held.stdout, held.stderr
    found = json.loads(report.read_text())
    assert found["works"] >= 1
    assert found["failures"] == {}
    assert found["latencies"]["commit to committed"]["answers"] >= 2
    assert not [it for it in found["reasons"] if "counted" in it]
    assert (await shadow_of(shared))["counters"]["relays"] >= found["works"]

    async def is_closed() -> bool:
        return not (await shadow_of(shared))["open"]

    await eventually(is_closed)
    real = await get_json(shared, "/api/campaigns/spring")
    assert (real["counters"]["relays"], real["counters"]["participants"]) == (0, 0)


async def shadow_of(service: Service) -> dict[str, Any]:
    """What the people of a rehearsal are told of the shadow campaign."""
    found = await ask(service, SHADOW, authorization=f"Bearer {rehearsal_token()}")
    return dict(json.loads(found.body))


@pytest.mark.parametrize(
    "path",
    [
        SHADOW,
        f"{SHADOW}/totals",
        "/api/works?campaign=spring-rehearsal",
        "/go/spring-rehearsal/angels",
        "/c/spring-rehearsal/picture.png",
    ],
)
async def test_nobody_else_is_told_of_a_rehearsal(shared: Service, path: str) -> None:
    assert await error_of(shared, path, 404) == "no_such_campaign"


@pytest.mark.parametrize("path", ["/c/spring-rehearsal", "/c/spring-rehearsal/thanks"])
async def test_a_rehearsal_has_no_page(shared: Service, path: str) -> None:
    assert (await ask(shared, path)).status == 404


async def test_a_rehearsal_and_people_do_not_meet(shared: Service) -> None:
    token = rehearsal_token()
    with pytest.raises(Refused, match="no_such_campaign"):
        await Participant.connect(shared.ws_url, token, "default")
    with pytest.raises(Refused, match="no_such_campaign"):
        await Participant.connect(shared.ws_url, campaign="spring-rehearsal")
    for campaign, bearer in (("spring", token), ("spring-rehearsal", "")):
        path = f"/api/campaigns/{campaign}/pledges/tea"
        body = json.dumps({"campaign": campaign}).encode()
        found = await post(shared, path if bearer else "/api/participants", body, bearer)
        assert (found[0], found[1]["error"]["code"]) == (404, "no_such_campaign")
    forged = Identity([b"another"], load_aliases()).new_rehearsal_token()
    async with await Participant.connect(shared.ws_url, forged) as participant:
        assert participant.token != forged
