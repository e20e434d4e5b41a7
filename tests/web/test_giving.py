"""A donor is led to the organiser's payment page, with a reference."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.requests import Request

from server.relay.campaign import Campaign, Fund
from server.relay.room import Rules
from server.session.campaigns import LiveCampaigns, OpenCampaign
from server.web.api import ApiError
from server.web.giving import Giving

PAGE = "https://pay.example.org/give?fund={fund}&in={campaign}&ref={ref}"
FUNDS = (
    Fund(id="angels", title="Angels", currency="CNY", url=PAGE),
    Fund(id="ended", title="Ended", currency="CNY", url=PAGE, offered=False),
)


@pytest.fixture
def giving() -> Giving:
    campaigns = LiveCampaigns()
    gives = Campaign("spring", "", True, "en", {}, relays=("give",), funds=FUNDS)
    campaigns.add(OpenCampaign(gives, Rules()))
    campaigns.add(OpenCampaign(Campaign("writes", "", True, "en", {}, funds=FUNDS), Rules()))
    return Giving(campaigns)


async def location(giving: Giving, campaign: str, fund: str, query: str = "") -> str:
    params = {"campaign": campaign, "fund": fund}
    scope = {"type": "http", "query_string": query.encode(), "path_params": params}
    answer = await giving.go(Request(scope))
    assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
    return answer.headers["location"]


async def test_the_placeholders_of_the_address_are_filled_in(giving: Giving) -> None:
    found = await location(giving, "spring", "angels", "ref=a-1")
    assert found == "https://pay.example.org/give?fund=angels&in=spring&ref=a-1"


async def test_without_a_reference_each_donor_gets_a_new_one(giving: Giving) -> None:
    addresses = [await location(giving, "spring", "angels") for _ in range(3)]
    references = {parse_qs(urlsplit(address).query)["ref"][0] for address in addresses}
    assert len(references) == 3


@pytest.mark.parametrize(
    ("campaign", "fund", "query", "refused"),
    [
        ("nope", "angels", "", (404, "no_such_campaign")),
        ("spring", "nope", "", (404, "no_such_fund")),
        ("spring", "ended", "", (404, "no_such_fund")),
        ("writes", "angels", "", (404, "no_such_fund")),
        ("spring", "angels", "ref=a%26fund%3Dother", (400, "bad_ref")),
        ("spring", "angels", f"ref={'a' * 65}", (400, "bad_ref")),
    ],
)
async def test_what_leads_nowhere_is_refused(
    giving: Giving, campaign: str, fund: str, query: str, refused: tuple[int, str]
) -> None:
    with pytest.raises(ApiError) as caught:
        await location(giving, campaign, fund, query)
    assert (caught.value.status_code, caught.value.code) == refused
