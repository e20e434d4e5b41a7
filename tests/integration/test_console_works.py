"""Moderators in the console: the queue, works and participants, and what others see of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.archive.database import Database
from server.archive.works import Works
from tests.finish_work import Scribbler, finish
from tests.integration.command import jielong
from tests.integration.console import PASSWORD, ConsoleClient
from tests.integration.http import ask
from tests.polling import eventually
from tests.service import Service


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"admin_password": PASSWORD}


@pytest.fixture
async def other(shared: Service) -> AsyncIterator[ConsoleClient]:
    """The same account in another browser."""
    async with ConsoleClient(shared) as client:
        await client.sign_in()
        yield client


async def waiting(service: Service) -> str:
    """A finished work that waits for a person."""
    work = (await finish(service, hand=Scribbler)).work

    async def is_held() -> bool:
        return jielong("works", "hold", work, "--data", service.data).returncode == 0

    await eventually(is_held, 30)
    return work


async def queue(client: ConsoleClient) -> list[dict[str, Any]]:
    works: list[dict[str, Any]] = (await client.get("/review/next")).json()["works"]
    return works


async def decide(client: ConsoleClient, work: str, decision: str) -> int:
    fields = {"work": work, "decision": decision}
    return int((await client.post("/review/decide", fields)).json()["number"])


async def is_public(service: Service, work: str) -> bool:
    return (await ask(service, f"/api/works/{work}")).status == 200


async def test_a_work_is_decided_on_and_taken_back(
    shared: Service, owner: ConsoleClient, other: ConsoleClient
) -> None:
    assert (await owner.get("/review")).status_code == 200
    first, second = await waiting(shared), await waiting(shared)
    mine = await queue(owner)
    assert [it["id"] for it in mine] == [first, second]
    assert await queue(other) == [], "another browser gets other works"
    one = mine[0]
    assert (one["text"], one["why"]) == ("加油", ["not released yet"])
    assert [it["char"] for it in one["chars"]] == ["加", "油"]
    assert all(it["strokes"] and len(it["strokes"]) == len(it["outlines"]) for it in one["chars"])
    number = await decide(owner, first, "release")
    assert number
    assert await is_public(shared, first)
    assert await decide(other, first, "remove") == 0, "somebody else has decided"
    back = (await owner.post("/review/undo", {"number": str(number)})).json()["works"]
    assert [it["id"] for it in back] == [first]
    assert not await is_public(shared, first)
    assert await decide(owner, first, "remove")
    held = await decide(owner, second, "hold")
    assert held
    assert await queue(owner) == []
    assert (await owner.get("/review/next")).json()["waiting"] == 1
    await owner.post("/review/undo", {"number": str(held)})
    token = await owner.token()
    given = {"token": token, "work": second}
    assert (await owner.http.post("/admin/review/give-back", data=given)).status_code == 204
    assert [it["id"] for it in await queue(other)] == [second]
    await decide(other, second, "refuse")
    actions = (await owner.get("/audit")).text
    for action in ("pass a work", "remove a work", "hold a work", "take a decision back"):
        assert action in actions


async def test_works_are_found_seen_and_decided_on(shared: Service, owner: ConsoleClient) -> None:
    work = (await finish(shared, hand=Scribbler)).work

    async def is_listed() -> bool:
        return work in (await owner.get("/works?text=加&state=public")).text

    await eventually(is_listed, 30)
    assert work not in (await owner.get("/works?text=nothing")).text
    assert work in (await owner.get(f"/works?of={work}")).text
    page = (await owner.get(f"/works/{work}")).text
    assert "data-ink" in page
    table = (await owner.post("/exports", {"campaign": "default", "what": "works"})).text
    assert f"/w/{work},加油,zh-Hans," in table
    lines = (await owner.post("/exports", {"campaign": "default", "what": "strokes"})).text
    assert work in {json.loads(line)["id"] for line in lines.splitlines()}
    picture = await owner.get(f"/works/{work}/picture.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    decided = await owner.post(f"/works/{work}/decide", {"decision": "remove"})
    assert decided.status_code == 303
    assert not await is_public(shared, work)
    assert work not in (await owner.get("/works")).text
    assert work in (await owner.get("/works?state=removed")).text
    page = (await owner.get(f"/works/{work}")).text
    number = page.partition('name="number" value="')[2].partition('"')[0]
    assert (await owner.post(f"/works/{work}/undo", {"number": number})).status_code == 303
    assert await is_public(shared, work)
    for path in ("/works/AAAAAAAAAAAAAAAA0", "/works/x", "/works/x/picture.svg"):
        assert (await owner.get(path)).status_code == 404
    for query in ("of=7", "since=x", "until=2020-01-01", "before=x", "campaign=none"):
        assert (await owner.get(f"/works?{query}")).status_code == 200


async def test_a_confirmed_report_leads_to_a_bar(shared: Service, owner: ConsoleClient) -> None:
    work = await waiting(shared)
    found = jielong("participants", "of", work, "--data", shared.data).stdout.split()
    reporter, accused = found
    await report(shared, work, reporter)
    listed = (await owner.get("/participants")).text
    assert accused in listed
    assert reporter not in listed
    await queue(owner)
    assert await decide(owner, work, "refuse")
    page = (await owner.get(f"/participants/{accused}")).text
    assert "Confirmed reports: 1" in page
    assert (await owner.post(f"/participants/{accused}/bar")).status_code == 303
    listing = jielong("participants", "list", "--data", shared.data).stdout
    assert accused in listing
    assert (await owner.post(f"/participants/{accused}/unbar")).status_code == 303
    assert accused not in jielong("participants", "list", "--data", shared.data).stdout
    assert (await owner.get("/participants/%20")).status_code == 404


async def test_viewers_see_works_and_decide_nothing(shared: Service, owner: ConsoleClient) -> None:
    fields = {"name": "vera", "role": "viewer", "password": "another long password"}
    await owner.post("/accounts", fields, "/accounts")
    async with ConsoleClient(shared) as viewer:
        await viewer.sign_in("vera", "another long password")
        assert (await viewer.get("/works")).status_code == 200
        for path in ("/review", "/review/next", "/participants"):
            assert (await viewer.get(path)).status_code == 403
        answer = await viewer.post("/review/decide", {"work": "x", "decision": "remove"})
        assert answer.status_code == 403


async def report(service: Service, work: str, participant: str) -> None:
    """As one of those who wrote it does."""
    database = Database(f"sqlite+aiosqlite:///{service.data / 'works.sqlite'}")
    await Works(database).report(work, participant, "obscene")
    await database.close()
