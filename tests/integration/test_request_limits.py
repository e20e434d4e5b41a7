"""Over HTTP a network may do no more than over sockets, and asking in vain costs it something."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest

from server.archive.barred import Barred
from server.archive.database import Database
from server.session.identity import Identity
from tests.integration.protocol_client import MSGPACK, open_peer
from tests.polling import eventually
from tests.service import Service

HELLOS, PLEDGES, REQUESTS = 8, 3, 5
SLACK = 2
"""A minute may turn while a test runs; a little of what came before is then forgotten."""

ATTEMPTS = 1_000
"""More than fit into the wait: a participant and a network do not attempt anything too often."""

SECRET = "a secret of this test"
PLEDGE = "/api/campaigns/default/pledges/tea"
CAMPAIGNS = """
[[campaign]]
id = "default"
relays = ["write", "pledge"]
pledge = [{ id = "tea", text = "Tea" }, { id = "salt", text = "Salt" }]
"""


class Answer(NamedTuple):
    status: int
    retry_after: str | None
    content: dict[str, Any]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Low limits, each reached within a second."""
    file = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    file.write_text(CAMPAIGNS)
    return {
        "campaigns": file,
        "guard": "on",
        "secret": SECRET,
        "network_hellos": HELLOS,
        "network_pledges": PLEDGES,
        "network_requests": REQUESTS,
    }


def _post(url: str, address: str, token: str) -> Answer:
    headers = {"X-Forwarded-For": address} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, b"", headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return Answer(answer.status, None, json.loads(answer.read()))
    except urllib.error.HTTPError as error:
        with error:
            content = json.loads(error.read())
            return Answer(error.code, error.headers.get("retry-after"), content)


async def post(service: Service, path: str, address: str, token: str = "") -> Answer:
    return await asyncio.to_thread(_post, service.url + path, address, token)


async def until_refused(attempt: Callable[[], Awaitable[Answer]], most: int) -> list[Answer]:
    """The answers up to the refusal, which comes after `most` or a little more."""
    answers = []
    for number in range(most + SLACK + 1):
        answers.append(await attempt())
        if answers[-1].status == 429:
            assert number >= most, answers
            assert answers[-1].content["error"]["code"] == "slow_down"
            assert int(answers[-1].retry_after or 0) >= 1
            return answers
    raise AssertionError(f"nothing was refused in {most + SLACK + 1} attempts")


@pytest.fixture
def identity() -> Identity:
    """Makes tokens that the service takes for its own."""
    return Identity([SECRET.encode()], {})


async def test_participants_are_limited_as_hello_is(shared: Service) -> None:
    address = "198.51.100.1"
    *made, _ = await until_refused(lambda: post(shared, "/api/participants", address), HELLOS)
    assert {answer.status for answer in made} == {201}
    assert (await post(shared, "/api/participants", "198.51.100.2")).status == 201


async def test_new_pledges_are_limited_and_repeats_answered(
    shared: Service, identity: Identity
) -> None:
    address, token = "198.51.100.3", identity.new_token()
    assert (await post(shared, PLEDGE, address, token)).status == 201
    for _ in range(PLEDGES + SLACK):
        assert (await post(shared, PLEDGE, address, token)).status == 200
    known = identity.new_token()
    first = await post(shared, PLEDGE, address, known)
    others = await until_refused(
        lambda: post(shared, PLEDGE, address, identity.new_token()), PLEDGES - 2
    )
    assert {answer.status for answer in (first, *others[:-1])} == {201}
    again = await post(shared, PLEDGE, address, known)
    assert (again.status, again.content) == (200, first.content)
    peer = await open_peer(shared, MSGPACK, address)
    await peer.send("hello")
    await peer.expect("welcome")

    async def is_told() -> bool:
        await peer.send("pledge", pledge="salt")
        answer = await peer.next()
        return (answer["t"], answer.get("code")) == ("error", "slow_down")

    await eventually(is_told)
    await peer.quit()
    peer = await open_peer(shared, MSGPACK, address)
    await peer.send("hello", token=known)
    await peer.expect("welcome")
    await peer.send("pledge", pledge=PLEDGE.rpartition("/")[2])
    assert (await peer.expect("pledged"))["certificate"] == first.content["certificate"]
    await peer.quit()


async def test_barred_participants_cannot_pledge(shared: Service, identity: Identity) -> None:
    tokens = [identity.new_token() for _ in range(ATTEMPTS)]
    database = Database(f"sqlite+aiosqlite:///{shared.data / 'works.sqlite'}")
    try:
        await Barred(database).bar([identity.participant(token, "default") for token in tokens])
    finally:
        await database.close()
    attempts = iter([(token, f"203.0.113.{number % 250}") for number, token in enumerate(tokens)])

    async def is_barred() -> bool:
        token, address = next(attempts)
        answer = await post(shared, PLEDGE, address, token)
        return answer.status == 403 and answer.content["error"]["code"] == "barred"

    await eventually(is_barred)

    async def is_barred_there() -> bool:
        token, address = next(attempts)
        peer = await open_peer(shared, MSGPACK, address)
        await peer.send("hello", token=token)
        await peer.expect("welcome")
        await peer.send("pledge", pledge="tea")
        answer = await peer.next()
        await peer.quit()
        return answer.get("code") == "barred"

    await eventually(is_barred_there)


async def test_asking_in_vain_is_limited(shared: Service) -> None:
    address = "198.51.100.6"
    *refused, _ = await until_refused(lambda: post(shared, PLEDGE, address, "nonsense"), REQUESTS)
    assert {answer.status for answer in refused} == {401}
    assert (await post(shared, "/api/donations/default", address)).status == 429
    assert (await post(shared, "/api/donations/default", "198.51.100.7")).status == 401
