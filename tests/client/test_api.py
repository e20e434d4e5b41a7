"""The Python SDK's HTTP API at the real service."""

from __future__ import annotations

import pytest
from jielong import Api, CannotConnect, Participant, Refused

from tests.finish_work import finish
from tests.integration.http import get
from tests.polling import eventually
from tests.service import Service, free_port

CAMPAIGNS = """
[[campaign]]
id = "default"
title = "Spring"
relays = ["write", "pledge"]
organiser = { name = "Green Hills" }
pledge = [{ id = "tea", text = "Drink tea" }]
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A campaign with a pledge."""
    file = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    file.write_text(CAMPAIGNS)
    return {"campaigns": file}


async def test_a_pledge_is_the_same_with_and_without_a_socket(shared: Service) -> None:
    api = Api(shared.ws_url)
    token = await api.create_participant()
    made = await api.pledge(token, "tea")
    assert await api.pledge(token, "tea") == made
    async with await Participant.connect(shared.ws_url, token) as me:
        assert await me.pledge("tea") == made
    assert made.number == 1
    [pledge] = (await api.campaign())["pledges"]
    assert (pledge["id"], pledge["count"]) == ("tea", 1)


async def test_works_are_read(shared: Service) -> None:
    api = Api(f"{shared.url}/")
    done = await finish(shared)

    async def archived() -> bool:
        return (await get(shared, f"/api/works/{done.work}"))[0] == 200

    await eventually(archived)
    work = await api.work(done.work, done.token)
    assert [char["char"] for char in work["chars"]] == ["加", "油"]
    listed = await api.works(limit=1)
    assert [it["id"] for it in listed["works"]] == [done.work]


async def test_whoever_asks_is_forgotten(shared: Service) -> None:
    api = Api(shared.ws_url)
    async with await Participant.connect(shared.ws_url) as me:
        token, made = me.token, await me.pledge("tea")
    await api.delete_me(token)
    assert (await get(shared, f"/api/pledges/{made.certificate}"))[0] == 404


async def test_refusals_say_why(shared: Service) -> None:
    api = Api(shared.ws_url)
    with pytest.raises(Refused, match="no_such_campaign"):
        await api.campaign("nonsense")
    with pytest.raises(Refused) as refused:
        await api.pledge("nobody's", "tea")
    assert refused.value.re == "POST /api/campaigns/default/pledges/tea"
    with pytest.raises(CannotConnect):
        await Api(f"ws://127.0.0.1:{free_port()}/ws").campaign()
    with pytest.raises(ValueError, match="does not end with /ws"):
        Api("ws://127.0.0.1/socket")
