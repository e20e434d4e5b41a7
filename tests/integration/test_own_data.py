"""Whoever has a token deletes what is theirs: others go on, and what was counted stays counted."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from server.guard.limits import GuardRules
from server.guard.requests import DELETIONS, RequestGuard
from server.store import library
from server.store.deployment import deployment
from server.store.guard import GuardStore
from tests.integration.command import jielong
from tests.integration.http import ask, error_of, get_json
from tests.integration.protocol_client import Peer, open_session
from tests.integration.relays import finish, meet, open_room, write
from tests.integration.store import plain
from tests.integration.valkey import Valkey
from tests.service import Service

CAMPAIGNS = """
[[campaign]]
id = "default"
relays = ["write", "pledge"]
pledge = [{ id = "tea", text = "Tea" }]
[[campaign]]
id = "strict"
deletion = "remove"
"""

PLEDGE = "/api/campaigns/default/pledges/tea"

SLACK = 4
"""A minute may turn while a test runs; a little of what came before is then forgotten."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Two workers: those who write together are mostly on two."""
    file = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    file.write_text(CAMPAIGNS)
    return {"campaigns": file, "workers": 2}


def _send(method: str, url: str, token: str) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
            return answer.status, json.loads(body) if body else {}
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


async def send(method: str, service: Service, path: str, token: str) -> tuple[int, dict[str, Any]]:
    return await asyncio.to_thread(_send, method, service.url + path, token)


async def delete(service: Service, token: str) -> int:
    return (await send("DELETE", service, "/api/me", token))[0]


async def two(service: Service, campaign: str = "default") -> tuple[Peer, Peer]:
    one, other = [await open_session(service, campaign=campaign) for _ in range(2)]
    return one, other


def participants_of(service: Service, work: str) -> list[str]:
    """Who wrote a work, as an operator sees it."""
    return jielong("participants", "of", work, "--data", service.data).stdout.split()


def pictures_of(service: Service, work: str) -> list[Path]:
    return list(service.data.rglob(f"{work}.png"))


async def test_works_stay_and_are_nobodys(shared: Service) -> None:
    pair = one, other = await two(shared)
    await meet(pair)
    done = (await finish(pair, 0, 2))[0]["work"]
    before = await get_json(shared, f"/api/works/{done}")
    counted = (await get_json(shared, "/api/campaigns/default"))["counters"]["relays"]
    token = one.welcome["token"]
    assert await delete(shared, token) == 204
    assert await delete(shared, token) == 204, "a repeat is answered alike"
    assert (await one.expect("bye"))["why"] == "over"
    hands = participants_of(shared, done)
    assert one.welcome["participant"] not in hands
    assert hands[1] == other.welcome["participant"]
    assert await get_json(shared, f"/api/works/{done}") == before
    assert (await get_json(shared, "/api/campaigns/default"))["counters"]["relays"] >= counted
    await other.close()


async def test_a_partner_goes_on_with_what_is_written(shared: Service) -> None:
    pair = one, other = await two(shared)
    await meet(pair, "ni-zui-bang")
    await write(pair, 0)
    assert await delete(shared, one.welcome["token"]) == 204
    assert (await one.expect("bye"))["why"] == "over"
    await other.expect("partner", state="left")
    await other.expect("turn", c=1)
    third = await open_session(shared)
    await third.send("join")
    found = await third.expect("matched")
    assert (found["seat"], len(found["committed"])) == (0, 1)
    room, last = found["room"], (other, third)
    for c, writer in ((1, other), (2, third)):
        await writer.send("commit", room=room, c=c, strokes=[[9, 9, 0, 90]])
        for peer in last:
            while (told := await peer.next())["t"] != "committed" or told["c"] != c:
                pass
    hands = await asyncio.to_thread(participants_of, shared, room)
    while not hands:  # it is on its way to the archive
        hands = await asyncio.to_thread(participants_of, shared, room)
    assert one.welcome["participant"] not in hands
    assert {peer.welcome["participant"] for peer in last} < set(hands)
    assert len(hands) == 3
    for peer in last:
        await peer.close()


async def test_who_waits_alone_is_in_no_room_any_more(shared: Service) -> None:
    one = await open_session(shared)
    await open_room(one)
    assert await delete(shared, one.welcome["token"]) == 204
    assert (await one.expect("bye"))["why"] == "over"
    again = await open_session(shared, token=one.welcome["token"])
    assert again.welcome.get("resume") is None
    await again.close()


async def test_a_campaign_may_remove_works_and_their_pictures(shared: Service) -> None:
    pair = one, other = await two(shared, "strict")
    await meet(pair)
    done = (await finish(pair, 0, 2))[0]["work"]
    for path in (f"/api/works/{done}", f"/w/{done}", f"/w/{done}/picture.png"):
        assert (await ask(shared, path)).status == 200
    assert pictures_of(shared, done)
    assert await delete(shared, one.welcome["token"]) == 204
    for path in (f"/api/works/{done}", f"/w/{done}/picture.png"):
        assert await error_of(shared, path, 404) == "no_such_work"
    assert (await ask(shared, f"/w/{done}")).status == 404
    assert not pictures_of(shared, done)
    assert (await get_json(shared, "/api/works?campaign=strict"))["works"] == []
    assert (await get_json(shared, "/api/campaigns/strict"))["counters"]["relays"] == 1
    await other.close()


async def test_a_certificate_is_gone_and_the_pledge_stays_counted_once(shared: Service) -> None:
    token = (await send("POST", shared, "/api/participants", ""))[1]["token"]
    status, made = await send("POST", shared, PLEDGE, token)
    assert status == 201
    assert await delete(shared, token) == 204
    certificate = f"/api/pledges/{made['certificate']}"
    assert await error_of(shared, certificate, 404) == "no_such_pledge"
    assert (await ask(shared, made["url"])).status == 404
    status, again = await send("POST", shared, PLEDGE, token)
    assert (status, again["number"]) == (200, made["number"])
    assert again["certificate"] != made["certificate"]


async def test_deletions_of_one_participant_are_limited(shared: Service) -> None:
    token = (await send("POST", shared, "/api/participants", ""))[1]["token"]
    answers = []
    while not answers or answers[-1][0] == 204:
        assert len(answers) < 2 * DELETIONS + SLACK, "without the guard each worker counts alone"
        answers.append(await send("DELETE", shared, "/api/me", token))
    assert len(answers) > DELETIONS
    status, content = answers[-1]
    assert (status, content["error"]["code"]) == (429, "slow_down")
    other = (await send("POST", shared, "/api/participants", ""))[1]["token"]
    assert await delete(shared, other) == 204


async def test_all_workers_count_the_deletions_of_a_participant(valkey: Valkey) -> None:
    with plain(valkey) as client:
        client.function_load(library.CODE, replace=True)
    stores = [GuardStore(deployment(valkey.url)) for _ in range(2)]
    guards = [RequestGuard(GuardRules(on=True), store, frozenset()) for store in stores]
    done = 0
    for attempt in range(2 * DELETIONS + SLACK):
        guard = guards[attempt % 2]
        await guard.first()
        done += not guard.deletions.take(guard.participant("a token"))
    assert DELETIONS <= done < 2 * DELETIONS
    assert not guards[0].deletions.take(guards[0].participant("another"))
    for store in stores:
        await store.close()


@pytest.mark.parametrize("token", ["", "nonsense", "AAAAAAAAAAAAAAAA.AAAAAAAA"])
async def test_without_a_valid_token_nothing_is_deleted(shared: Service, token: str) -> None:
    status, content = await send("DELETE", shared, "/api/me", token)
    assert (status, content["error"]["code"]) == (401, "bad_token")


async def test_other_methods_are_not_allowed(shared: Service) -> None:
    assert await error_of(shared, "/api/me", 405) == "method_not_allowed"
