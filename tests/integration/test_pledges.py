"""A pledge is made once a participant, over HTTP or a socket, and counted exactly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from jielong import Participant, Refused

from server.archive.database import Database
from server.archive.pledge_archiver import PledgeArchiver
from server.archive.pledges import PledgeStorage
from server.archive.works import Works
from server.relay.pledges import MadePledge, PledgeTotals
from server.store import keys
from server.store.deployment import deployment
from server.store.pledges import Pledges
from server.store.pledges_stream import PledgesStream
from server.store.reconciliation import Reconciler
from server.store.shards import Shards
from tests.integration.http import get, get_json, post
from tests.integration.protocol_client import JSON, open_session
from tests.integration.store import IN_MEMORY, plain
from tests.integration.valkey import Valkey
from tests.polling import eventually
from tests.service import Service

LIMIT = 30.0
CAMPAIGN = "test"
BASE = keys.lane(CAMPAIGN)

CAMPAIGNS = """
[[campaign]]
id = "default"
relays = ["write", "pledge"]
time_zone = "Asia/Shanghai"
organiser = { name = "Green Hills" }
pledge = [
  { id = "tea", text = { zh-Hans = "喝茶", en = "Drink <tea>" } },
  { id = "old", text = "Old", offered = false },
]
[[campaign]]
id = "closed"
open = false
relays = ["pledge"]
pledge = [{ id = "tea", text = "Tea" }]
[[campaign]]
id = "silent"
relays = ["pledge"]
pledge = [{ id = "tea", text = "Tea" }]
[[campaign]]
id = "writing"
pledge = [{ id = "tea", text = "Tea" }]
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Two workers with these campaigns."""
    file = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    file.write_text(CAMPAIGNS)
    return {"campaigns": file, "workers": 2}


async def new_token(service: Service, campaign: str = "default") -> str:
    body = json.dumps({"campaign": campaign}).encode()
    status, content, _ = await post(service, "/api/participants", body)
    assert status == 201
    assert set(content) == {"token"}
    return str(content["token"])


async def test_the_first_pledge_is_created_and_a_repeat_answered_alike(shared: Service) -> None:
    token = await new_token(shared)
    path = "/api/campaigns/default/pledges/tea"
    first, *repeats = [await post(shared, path, token=token) for _ in range(6)]
    assert first[0] == 201
    assert {status for status, _, _ in repeats} == {200}
    assert all(content == first[1] for _, content, _ in repeats)
    assert set(first[1]) == {"pledge", "number", "certificate", "url"}
    certificate = first[1]["certificate"]
    assert first[1]["url"] == f"/p/{certificate}"
    found = await get_json(shared, f"/api/pledges/{certificate}?locale=en")
    assert found == {
        "certificate": certificate,
        "campaign": "default",
        "pledge": "tea",
        "text": "Drink <tea>",
        "number": first[1]["number"],
        "pledged_at": found["pledged_at"],
    }
    status, kind, page = await get(shared, f"/p/{certificate}?locale=en")
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert "Drink &lt;tea&gt;" in page
    assert f"<strong>{first[1]['number']:,}</strong>" in page
    assert "Green Hills" in page
    assert "<tea>" not in page


async def test_everybody_gets_the_next_number_on_any_worker(shared: Service) -> None:
    tokens = [await new_token(shared) for _ in range(12)]
    path = "/api/campaigns/default/pledges/tea"
    answers = await asyncio.gather(
        *(post(shared, path, token=token) for token in tokens for _ in range(3))
    )
    numbers = {content["certificate"]: content["number"] for _, content, _ in answers}
    assert [status for status, _, _ in answers].count(201) == len(tokens)
    first, last = min(numbers.values()), max(numbers.values())
    assert sorted(numbers.values()) == list(range(first, first + len(tokens)))

    async def is_told() -> bool:
        told = await get_json(shared, "/api/campaigns/default")
        assert told["relays"] == ["write", "pledge"]
        return bool(told["pledges"] == [{"id": "tea", "text": "喝茶", "count": last}])

    await eventually(is_told)


async def test_a_socket_and_a_token_are_one_participant(shared: Service) -> None:
    peer = await open_session(shared)
    await peer.send("pledge", pledge="tea")
    told = await peer.expect("pledged", pledge="tea")
    again = await open_session(shared, JSON, token=peer.welcome["token"])
    await again.send("pledge", pledge="tea")
    assert await again.expect("pledged") == told
    path = "/api/campaigns/default/pledges/tea"
    status, content, _ = await post(shared, path, token=peer.welcome["token"])
    assert (status, {"t": "pledged"} | content) == (200, told)
    await again.send("pledge", pledge="old")
    await again.expect("error", code="no_such_pledge", re="pledge")
    await again.close()
    silent = await open_session(shared, campaign="silent")
    await silent.send("join")
    await silent.expect("error", code="closed", re="join")
    await silent.send("pledge", pledge="tea")
    assert (await silent.expect("pledged"))["number"] == 1
    await silent.close()
    late = await open_session(shared, campaign="closed")
    await late.send("pledge", pledge="tea")
    await late.expect("error", code="closed", re="pledge")
    await late.close()


async def test_the_sdk_makes_a_pledge(shared: Service) -> None:
    async with await Participant.connect(shared.ws_url) as participant:
        made = await participant.pledge("tea")
        assert await participant.pledge("tea") == made
        with pytest.raises(Refused, match="no_such_pledge"):
            await participant.pledge("nope")
    assert (await get_json(shared, f"/api/pledges/{made.certificate}"))["number"] == made.number


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("default/pledges/nope", 404, "no_such_pledge"),
        ("default/pledges/old", 404, "no_such_pledge"),
        ("writing/pledges/tea", 404, "no_such_pledge"),
        ("nope/pledges/tea", 404, "no_such_campaign"),
        ("closed/pledges/tea", 409, "closed"),
    ],
)
async def test_what_cannot_be_pledged_is_refused(
    shared: Service, path: str, status: int, code: str
) -> None:
    found = await post(shared, f"/api/campaigns/{path}", token=await new_token(shared))
    assert (found[0], found[1]["error"]["code"]) == (status, code)


@pytest.mark.parametrize("token", ["", "nonsense", "AAAAAAAAAAAAAAAA.AAAAAAAA"])
async def test_without_a_valid_token_nobody_pledges(shared: Service, token: str) -> None:
    status, _, challenge = await post(shared, "/api/campaigns/default/pledges/tea", token=token)
    assert (status, challenge) == (401, "Bearer")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_request"),
        (b"[]", 400, "bad_request"),
        (b'{"campaign": 3}', 400, "bad_request"),
        (b'{"campaign": "nope"}', 404, "no_such_campaign"),
        (b" " * 5_000, 413, "too_large"),
    ],
)
async def test_a_wrong_request_for_a_token_is_refused(
    shared: Service, body: bytes, status: int, code: str
) -> None:
    found = await post(shared, "/api/participants", body)
    assert (found[0], found[1]["error"]["code"]) == (status, code)


@pytest.mark.parametrize("certificate", ["nope", "A" * 16, "%2e%2e"])
async def test_an_unknown_certificate_is_said_to_be_one(shared: Service, certificate: str) -> None:
    assert (await get(shared, f"/api/pledges/{certificate}"))[0] == 404
    assert (await get(shared, f"/p/{certificate}"))[0] == 404


# The archive and Redis ----------------------------------------------------------------------------


def made(number: int, participant: str = "", pledge: str = "tea") -> MadePledge:
    who = participant or f"p{number}"
    return MadePledge(f"certificate{number:05}", pledge, who, number, 1_700_000_000_000 + number)


async def test_pledges_are_stored_once_and_counted(database: Database) -> None:
    storage = PledgeStorage(database)
    first = [made(1), made(2), made(7, pledge="trees")]
    for _ in range(2):
        totals = await storage.store("a", first)
        assert totals == {"tea": PledgeTotals(2, 2), "trees": PledgeTotals(1, 7)}
    batches = ([made(n) for n in range(start, start + 20)] for start in (1, 11, 21))
    await asyncio.gather(*(storage.store("a", batch) for batch in batches))
    twice = made(99, "p3")
    assert (await storage.store("a", [twice]))["tea"] == PledgeTotals(40, 99)
    assert await storage.find(made(3).certificate) == ("a", made(3))
    assert await storage.find(twice.certificate) is None
    assert await storage.of_participant("a", "p3", "tea") == made(3)
    assert await storage.of_participant("b", "p3", "tea") is None
    asked = [made(3).certificate, "unknown"]
    totals, known = await storage.compare_pledges("a", asked)
    assert totals["tea"] == PledgeTotals(40, 99)
    assert known == {made(3).certificate}


class Campaign:
    """A worker's way to the pledges of one campaign."""

    def __init__(self, valkey: Valkey, database: Database) -> None:
        there = deployment(valkey.url)
        self.storage = PledgeStorage(database)
        self.shards = Shards(there, IN_MEMORY, Reconciler(there, Works(database), self.storage))
        self.shards.add(BASE)
        self.pledges = Pledges(self.shards)
        self.stream = PledgesStream(there, IN_MEMORY, BASE, "reader")
        self._archiver = PledgeArchiver(self.stream, self.storage)
        self.running = asyncio.create_task(self.shards.run())

    async def pledge(self, participant: str) -> MadePledge:
        found = await self.pledges.pledge(
            BASE, participant, "tea", f"certificate-{participant}", is_open=True
        )
        assert found is not None
        return found.pledge

    async def archive(self) -> None:
        """Move what waits into SQL."""
        await self.stream.open()
        await self._archiver.store(await self.stream.next())

    async def close(self) -> None:
        self.running.cancel()
        await asyncio.wait([self.running])
        await self.stream.close()
        await self.shards.close()


@pytest.fixture
async def campaign(valkey: Valkey, database: Database) -> AsyncIterator[Campaign]:
    campaign = Campaign(valkey, database)
    async with asyncio.timeout(LIMIT):
        yield campaign
    await campaign.close()


async def test_numbers_go_on_above_the_archive_when_redis_is_emptied(
    campaign: Campaign, valkey: Valkey
) -> None:
    told = [(await campaign.pledge(name)).number for name in ("a", "b", "c")]
    assert told == [1, 2, 3]
    await campaign.archive()
    told.append((await campaign.pledge("lost")).number)
    with plain(valkey) as client:
        client.flushall()
    later = await campaign.pledge("d")
    assert later.number > max(told)
    assert await campaign.pledges.counts(BASE) == {"tea": 4}
    await campaign.archive()
    found = await campaign.storage.of_participant(CAMPAIGN, "d", "tea")
    assert found == later


async def test_a_new_worker_continues_above_the_archive(
    campaign: Campaign, valkey: Valkey, database: Database
) -> None:
    await campaign.pledge("a")
    await campaign.archive()
    await campaign.close()
    with plain(valkey) as client:
        client.flushall()
    other = Campaign(valkey, database)
    assert (await other.pledge("b")).number > 1
    assert await other.pledges.counts(BASE) == {"tea": 2}
    await other.close()


async def test_counters_that_were_lost_alone_are_noticed_with_the_next_pledges(
    campaign: Campaign, valkey: Valkey
) -> None:
    await campaign.pledge("a")
    await campaign.pledge("b")
    await campaign.archive()
    with plain(valkey) as client:
        client.delete(keys.pledges(BASE))
    await campaign.pledge("c")
    await campaign.archive()

    async def counted() -> bool:
        return await campaign.pledges.counts(BASE) == {"tea": 3}

    await eventually(counted)
    assert (await campaign.pledge("d")).number > 2


async def test_redis_forgets_a_day_after_the_archive_has_a_pledge(
    campaign: Campaign, valkey: Valkey
) -> None:
    await campaign.pledge("a")
    key = keys.pledge(BASE, "tea", "a")
    with plain(valkey) as client:
        assert client.ttl(key) == -1
        await campaign.archive()
        assert client.ttl(key) > 23 * 3_600
        assert client.xlen(keys.pledged(BASE)) == 0
