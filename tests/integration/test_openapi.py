"""`/openapi.json`: a validator takes it, it lists what there is, and proxies may keep it."""

from __future__ import annotations

from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.integration.conftest import Connect
from tests.integration.http import ask, get_json
from tests.integration.relays import finish, sit_down
from tests.service import Service

PATHS = {
    "/api/campaigns/{id}",
    "/api/works",
    "/api/works/{id}",
    "/api/participants",
    "/api/campaigns/{id}/pledges/{pledge}",
    "/api/pledges/{certificate}",
    "/api/donations/{campaign}",
    "/api/me",
    "/go/{campaign}/{fund}",
    "/oembed",
    "/healthz",
    "/readyz",
    "/metrics",
    "/asyncapi.json",
}


async def test_a_validator_finds_nothing_wrong_with_the_document(shared: Service) -> None:
    document = await get_json(shared, "/openapi.json")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert set(document["paths"]) >= PATHS


async def test_the_document_names_every_key_of_a_work(shared: Service, connect: Connect) -> None:
    schemas = (await get_json(shared, "/openapi.json"))["components"]["schemas"]
    done = (await finish(await sit_down(connect), 0, 2))[0]
    work = await get_json(shared, f"/api/works/{done['work']}")
    assert set(work) == set(schemas["PublicWork"]["properties"])
    assert set(work["chars"][0]) == set(schemas["PublicChar"]["properties"])


async def test_the_document_is_sent_again_only_when_it_has_changed(shared: Service) -> None:
    first = await ask(shared, "/openapi.json")
    again = await ask(shared, "/openapi.json", if_none_match=first.headers["etag"])
    assert (first.status, again.status, again.body) == (200, 304, b"")
