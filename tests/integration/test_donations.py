"""Reports of donations: signed, taken once, in any order, and exact to the smallest unit."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook
from starlette.requests import Request
from starlette.responses import Response

from server.archive.database import Database
from server.campaign import schema
from server.campaign.definition import Definition
from server.campaign.definition import Webhook as WebhookDefinition
from server.campaign.donations import ConflictError, Donations, FundTotals
from server.campaign.reports import SignedReport, read_report
from server.relay.campaign import Campaign, Fund
from server.relay.room import Rules
from server.session.campaigns import LiveCampaigns, OpenCampaign
from server.web.api import ApiError
from server.web.donation_api import DonationApi
from tests.campaign.stripe import ACCOUNT, INTENT, event, signature
from tests.campaign.stripe import SECRET as STRIPE_SECRET
from tests.integration.webhooks import SECRET, given, refunded
from tests.model.donations import DonationModel

NEXT_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
OTHER_SECRET = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
FUNDS = tuple(
    Fund(id=name, title=name, currency="CNY", url="https://pay.example.org")
    for name in ("angels", "masks")
)


@pytest.fixture
def donations(database: Database) -> Donations:
    return Donations(database)


_numbers = itertools.count()


async def take(donations: Donations, body: bytes, report_id: str = "") -> None:
    report_id = report_id or f"msg_{next(_numbers)}"
    signed = SignedReport("webhook", report_id, body, read_report(body))
    (outcome,) = await donations.take("spring", [signed])
    if isinstance(outcome, ConflictError):
        raise outcome


async def test_doubled_and_reordered_reports_give_exact_sums(donations: Donations) -> None:
    chance = random.Random(7)
    events: list[tuple[str, bytes]] = []
    expected = {"angels": [0, 0], "masks": [0, 0]}
    for number in range(60):
        fund, amount = chance.choice(["angels", "masks"]), chance.randint(1, 10**13)
        events.append((f"given{number}", given(f"d{number}", amount, fund)))
        back = chance.choice([0, 0, amount, chance.randint(1, amount)])
        parts = [back] if back < 2 else [back // 2, back - back // 2]
        for part, size in enumerate(size for size in parts if size):
            events.append(
                (f"back{number}-{part}", refunded(f"r{number}-{part}", f"d{number}", size))
            )
        expected[fund][0] += amount - back
        expected[fund][1] += back < amount
    doubled = events + chance.sample(events, 40)
    chance.shuffle(doubled)
    for at in range(0, len(doubled), 8):
        await asyncio.gather(*(take(donations, body, key) for key, body in doubled[at : at + 8]))
    assert await donations.totals("spring") == {
        fund: FundTotals(*totals) for fund, totals in expected.items() if totals[1] or totals[0]
    }
    assert await donations.totals("autumn") == {}


async def test_a_long_history_is_taken_as_the_model_does(donations: Donations) -> None:
    chance, model = random.Random(11), DonationModel()
    for number in range(150):
        name, amount = chance.choice("abcd"), chance.choice([1, 40, 60, 100])
        currency = chance.choice(["CNY", "CNY", "CNY", "USD"])
        body = (
            given(name, amount, chance.choice(["angels", "masks"]), currency)
            if chance.random() < 0.5
            else refunded(chance.choice("rstuv"), name, amount, currency)
        )
        report_id = chance.choice([f"new{number}", f"new{number}", "m1", "m2"])
        expected = model.take(report_id, read_report(body).data)
        try:
            await take(donations, body, report_id)
        except ConflictError:
            assert expected == "conflict"
        else:
            assert expected != "conflict"
    told = await donations.totals("spring")
    assert {fund: tuple(it) for fund, it in told.items()} == model.totals()


async def test_what_is_told_again_alike_changes_nothing(donations: Donations) -> None:
    for _ in range(3):
        await take(donations, given("d", 100))
        await take(donations, refunded("r", "d", 30))
    assert await donations.totals("spring") == {"angels": FundTotals(70, 1)}


@pytest.mark.parametrize(
    ("report_id", "body"),
    [
        ("first", given("other", 1)),
        ("", given("d", 101)),
        ("", given("d", 100, "masks")),
        ("", given("d", 100, currency="USD")),
        ("", refunded("r", "d", 31)),
        ("", refunded("r", "other", 30)),
        ("", refunded("s", "d", 71)),
        ("", refunded("s", "d", 70, "USD")),
    ],
)
async def test_a_contradiction_is_refused_and_changes_nothing(
    donations: Donations, report_id: str, body: bytes
) -> None:
    await take(donations, given("d", 100), "first")
    await take(donations, refunded("r", "d", 30))
    with pytest.raises(ConflictError):
        await take(donations, body, report_id)
    assert await donations.totals("spring") == {"angels": FundTotals(70, 1)}
    await take(donations, refunded("s", "d", 70))
    assert await donations.totals("spring") == {"angels": FundTotals(0, 0)}


async def test_a_refund_that_proves_too_large_is_set_aside(
    donations: Donations, database: Database
) -> None:
    await take(donations, refunded("a", "d", 60))
    await take(donations, refunded("b", "d", 50))
    assert await donations.totals("spring") == {}
    await take(donations, given("d", 100))
    assert await donations.totals("spring") == {"angels": FundTotals(40, 1)}
    async with database.reading() as connection:
        columns = schema.refunds.c
        query = select(columns.id, columns.state).order_by(columns.id)
        states = [tuple(row) for row in await connection.execute(query)]
    assert states == [("a", "taken"), ("b", "aside")]


# Over HTTP ----------------------------------------------------------------------------------------


@pytest.fixture
def api(donations: Donations, monkeypatch: pytest.MonkeyPatch) -> DonationApi:
    """A campaign whose secrets are being changed, and one without any."""
    monkeypatch.setenv("SPRING_SECRETS", f"{NEXT_SECRET}")
    webhook = WebhookDefinition(secrets=(SECRET,), secrets_from="SPRING_SECRETS")
    definitions = {
        "spring": Definition(id="spring", webhook=webhook, stripe=ACCOUNT),
        "bare": Definition(id="bare"),
    }
    campaigns = LiveCampaigns()
    for name in definitions:
        defined = Campaign(name, name, True, "en", {}, relays=("give",), funds=FUNDS)
        campaigns.add(OpenCampaign(defined, Rules()))

    async def catch_up() -> None:
        """Nobody has changed anything."""

    return DonationApi(campaigns, definitions.__getitem__, catch_up, donations)


async def report(
    api: DonationApi,
    body: bytes,
    *,
    campaign: str = "spring",
    secret: str = SECRET,
    late: timedelta = timedelta(0),
    **headers: str,
) -> tuple[int, str]:
    """Status and code of the answer to a report."""
    at = datetime.now(UTC) - late
    report_id = f"msg_{next(_numbers)}"
    signature = Webhook(secret).sign(report_id, at, body.decode("latin-1"))
    sent = {
        "webhook-id": report_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": f"v1a,AAAA {signature}",
    } | {name.replace("_", "-"): value for name, value in headers.items()}

    return await post(api.report, campaign, body, sent)


async def post(
    handler: Callable[[Request], Awaitable[Response]],
    campaign: str,
    body: bytes,
    headers: dict[str, str],
) -> tuple[int, str]:
    """Status and code of the answer to a request."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "path_params": {"campaign": campaign},
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    try:
        return (await handler(Request(scope, receive))).status_code, ""
    except ApiError as error:
        return error.status_code, error.code


async def test_a_report_with_the_old_or_the_new_secret_is_taken(
    api: DonationApi, donations: Donations
) -> None:
    assert await report(api, given("a", 1)) == (204, "")
    assert await report(api, given("b", 2), secret=NEXT_SECRET) == (204, "")
    assert await report(api, refunded("r", "unknown", 2)) == (204, "")
    assert await donations.totals("spring") == {"angels": FundTotals(3, 2)}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_events_of_stripe_come_to_an_address_of_their_own(
    api: DonationApi, donations: Donations
) -> None:
    body = event("payment_intent.succeeded", INTENT | {"currency": "cny"})
    at = time.time()
    header = f"t={int(at)},v1={signature(body, STRIPE_SECRET, at)}"
    for secret, expected in ((header, 204), (header[:-1], 401)):
        sent = {"stripe-signature": secret}
        for _ in range(2):
            assert (await post(api.stripe_event, "spring", body, sent))[0] == expected
    assert (await post(api.stripe_event, "bare", body, {"stripe-signature": header}))[0] == 401
    assert (await post(api.wechat_notification, "spring", body, {}))[0] == 401
    assert await donations.totals("spring") == {"angels": FundTotals(2000, 1)}


async def test_reports_that_come_at_once_are_each_answered_for_itself(
    api: DonationApi, donations: Donations
) -> None:
    bodies = [given("a", 1), given("a", 2), *(given(f"b{n}", 10) for n in range(20))]
    answers = await asyncio.gather(*(report(api, body) for body in bodies))
    assert answers == [(204, ""), (409, "conflict"), *[(204, "")] * 20]
    assert await donations.totals("spring") == {"angels": FundTotals(201, 21)}


BAD_SIGNATURE = (401, "bad_signature")
BAD_REPORT = (400, "bad_report")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_every_refusal_has_the_status_of_the_contract(
    api: DonationApi, donations: Donations
) -> None:
    good = given("a", 1)
    minutes = timedelta(minutes=1)
    assert await report(api, good, secret=OTHER_SECRET) == BAD_SIGNATURE
    assert await report(api, good, campaign="bare") == BAD_SIGNATURE
    assert await report(api, good, late=6 * minutes) == BAD_SIGNATURE
    assert await report(api, good, late=-6 * minutes) == BAD_SIGNATURE
    for wrong in ("", "v1", "v1,?", "v1,AAAA"):
        assert await report(api, good, webhook_signature=wrong) == BAD_SIGNATURE
    assert await report(api, good, webhook_timestamp="soon") == BAD_SIGNATURE
    assert await report(api, good, campaign="nope") == (404, "no_such_campaign")
    assert await report(api, given("a", 1, "nope")) == (404, "no_such_fund")
    assert (await report(api, b" " * 65_537))[0] == 413
    for bad in (
        b"{}",
        b"[]",
        b"nonsense",
        good.replace(b"succeeded", b"promised"),
        given("a", 0),
        given("a", 10**13 + 1),
        given("", 1),
        given("a", 1, currency="yuan"),
        given("a", 1, currency="USD"),
        good.replace(b"1,", b"1.5,"),
        good.replace(b'"amount": 1,', b""),
        refunded("", "a", 1),
    ):
        assert await report(api, bad) == BAD_REPORT, bad
    assert await donations.totals("spring") == {}
    assert await report(api, good) == (204, "")
    assert await report(api, given("a", 2)) == (409, "conflict")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_was_taken_before_decides_whatever_the_funds_are_now(api: DonationApi) -> None:
    first = {"webhook_id": "first", "webhook_timestamp": str(int(time.time()))}

    def sign(body: bytes) -> dict[str, str]:
        at = datetime.fromtimestamp(int(first["webhook_timestamp"]), UTC)
        return first | {"webhook_signature": Webhook(SECRET).sign("first", at, body.decode())}

    good = given("a", 1)
    assert await report(api, good, **sign(good)) == (204, "")
    for other in (given("a", 1, currency="USD"), given("a", 1, "nope")):
        assert await report(api, other) == (409, "conflict")
    for other in (given("b", 1, currency="USD"), given("b", 1, "nope")):
        assert await report(api, other, **sign(other)) == (409, "conflict")
    api._campaigns["spring"].update(Campaign("spring", "spring", True, "en", {}))
    assert await report(api, good, **sign(good)) == (204, "")
    assert await report(api, good) == (204, "")
    assert await report(api, given("c", 1)) == (404, "no_such_fund")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_signatures_of_other_forms_are_passed_over(api: DonationApi) -> None:
    at, body = datetime.now(UTC), given("a", 1)
    sent = {"webhook_id": "msg", "webhook_timestamp": str(int(at.timestamp()))}
    good = Webhook(SECRET).sign("msg", at, body.decode())
    for around in ("{}", "nonsense {}", "v2,AAAA v1,  {} v1,!", "v1,a,b {}"):
        signatures = around.format(good)
        assert await report(api, body, **sent, webhook_signature=signatures) == (204, ""), around


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_body_that_is_no_text_is_a_bad_report(api: DonationApi) -> None:
    assert await report(api, b"\x1f\x8b\xff") == BAD_REPORT
