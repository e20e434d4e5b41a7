"""`/api/campaigns/{id}` counts whatever was answered before, at any worker; its totals follow."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.http import error_of, get_json
from tests.integration.protocol_client import open_session
from tests.integration.relays import finish, meet
from tests.integration.valkey import Valkey
from tests.integration.webhooks import SECRET, Caller, given, new_report_id, refunded, signed
from tests.polling import eventually
from tests.service import Service, start_service

CAMPAIGNS = f"""
[[campaign]]
id = "default"
relays = ["write", "pledge", "give"]
pledge = [{{ id = "tea", text = "Tea" }}]
fund = [{{ id = "angels", title = "Angels", currency = "CNY", url = "https://pay.example.org" }}]
webhook = {{ secrets = ["{SECRET}"] }}
"""
TIMES = 100
PATH = "/api/campaigns/default"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Service]]:
    """Two workers of one campaign, each with a port of its own."""
    folder: Path = tmp_path_factory.mktemp("services")
    file = folder / "campaigns.toml"
    file.write_text(CAMPAIGNS)
    valkey = Valkey(folder / "valkey")
    valkey.start()
    found = [start_service(folder / "data", redis_url=valkey.url, campaigns=file) for _ in range(2)]
    yield found
    assert [service.stop() for service in found] == [0, 0]
    valkey.kill()
    for service in found:
        assert "Traceback" not in service.log.read_text()


@pytest.fixture
def callers(services: list[Service]) -> Iterator[list[Caller]]:
    """A connection to each."""
    found = [Caller(service.port) for service in services]
    yield found
    for caller in found:
        caller.close()


def test_what_one_worker_took_the_other_one_tells_at_once(callers: list[Caller]) -> None:
    chance = random.Random(3)
    raised = donations = 0
    left: dict[str, int] = {}
    for number in range(TIMES):
        one, other = chance.sample(callers, 2)
        if left and chance.random() < 0.3:
            name, amount = left.popitem()
            body = refunded(f"r{number}", name, amount)
            raised, donations = raised - amount, donations - 1
        else:
            amount = chance.randint(1, 10**13)
            left[f"d{number}"] = amount
            body = given(f"d{number}", amount)
            raised, donations = raised + amount, donations + 1
        assert one.report("default", body, signed(body, new_report_id())) == 204
        told = other.get(PATH)["funds"]
        assert told == [
            {
                "id": "angels",
                "title": "Angels",
                "currency": "CNY",
                "raised": raised,
                "donations": donations,
            }
        ]


async def test_a_pledge_and_a_work_are_told_at_the_other_worker_at_once(
    services: list[Service],
) -> None:
    one, other = services
    for times in range(1, 6):
        peer = await open_session(one)
        await peer.send("pledge", pledge="tea")
        await peer.expect("pledged")
        content = await get_json(other, PATH)
        assert content["pledges"] == [{"id": "tea", "text": "Tea", "count": times}]
        seats = peer, await open_session(other)
        await meet(seats)
        await finish(seats, 0, 2)
        for service in services:
            counters = (await get_json(service, PATH))["counters"]
            assert (counters["relays"], counters["participants"]) == (times, 2 * times)
        for seat in seats:
            await seat.quit()


async def test_the_totals_follow_within_a_moment_at_every_worker(services: list[Service]) -> None:
    exact = await get_json(services[0], PATH)

    async def are_told() -> bool:
        told = [await get_json(service, f"{PATH}/totals") for service in services]
        return all(
            it["title"] == exact["title"]
            and it["open"] is True
            and it["counters"]["relays"] == exact["counters"]["relays"]
            and [pledge["count"] for pledge in it["pledges"]] == [exact["pledges"][0]["count"]]
            and it["funds"] == [{k: v for k, v in exact["funds"][0].items() if k != "title"}]
            for it in told
        )

    await eventually(are_told, 5.0)
    for path in ("/api/campaigns/nonsense", "/api/campaigns/nonsense/totals"):
        assert await error_of(services[1], path, 404) == "no_such_campaign"


async def test_who_is_connected_is_told_by_the_process_that_nobody_is_connected_to(
    services: list[Service],
) -> None:
    peers = [await open_session(service) for service in services]

    async def are_told() -> bool:
        counters = (await get_json(services[0], PATH))["counters"]
        return bool(counters["online"] == len(peers) and counters["writing"] == 0)

    await eventually(are_told)
    await asyncio.gather(*(peer.quit() for peer in peers))


def test_a_new_secret_counts_from_the_next_report_on(
    services: list[Service], callers: list[Caller]
) -> None:
    file = services[0].data.parent / "campaigns.toml"

    def change(secret: str) -> None:
        new = file.with_suffix(".new")
        new.write_text(CAMPAIGNS.replace(SECRET, secret))
        new.replace(file)

    for number in range(4):
        secret = f"whsec_{number}fKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        body = given(f"with-secret-{number}", 1)
        change(secret)
        for caller in callers:
            headers = signed(body, f"secret-{number}", secret=secret)
            assert caller.report("default", body, headers) == 204
            old = signed(body, f"old-{number}")
            assert caller.report("default", body, old) == 401
    change(SECRET)
