"""People sign in to the console with the accounts of their organisation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from tests.integration.command import jielong
from tests.integration.console import ConsoleClient
from tests.integration.oidc_provider import OidcProvider
from tests.service import Service


@pytest.fixture
async def provider() -> AsyncIterator[OidcProvider]:
    provider = OidcProvider()
    async with provider.running():
        yield provider


async def enter(client: ConsoleClient, **changes: str) -> httpx.Response:
    """Go to the provider and come back, with other values in the address that leads back."""
    to_provider = await client.get("/oidc?to=/audit")
    assert to_provider.status_code == 302, to_provider.text
    async with httpx.AsyncClient() as browser:
        sent_back = await browser.get(to_provider.headers["location"])
    back = httpx.URL(sent_back.headers["location"])
    return await client.http.get(back.copy_merge_params(changes))


async def test_whoever_has_an_account_gets_in_and_nobody_else(
    serve: Callable[..., Service], provider: OidcProvider
) -> None:
    service = serve(**provider.settings, oidc_owners="Owner@example.org")
    async with ConsoleClient(service) as client:
        assert "/admin/oidc?to=" in (await client.get("/sign-in")).text
        refused = await enter(client)
        assert refused.headers["location"] == "/admin/sign-in"
        assert "did not let you in" in (await client.get("/sign-in")).text
        made = jielong(
            "admin", "add", "mary@example.org", "--oidc", "--role", "editor", "--data", service.data
        )
        assert made.returncode == 0, made
        entered = await enter(client)
        assert entered.headers["location"] == "/admin/audit"
        assert (await client.get("/audit")).status_code == 200
        assert (await client.get("/accounts")).status_code == 403
    provider.claims["email"] = "owner@example.org"
    async with ConsoleClient(service) as client:
        await enter(client)
        assert (await client.get("/accounts")).status_code == 200
    lies: list[dict[str, Any]] = [
        {"email": "owner@example.org", "email_verified": False},
        {"aud": "somebody else"},
        {"iss": "https://evil.example"},
        {"nonce": "another one"},
        {"exp": 1},
        {"email": "admin"},
    ]
    for lie in lies:
        provider.claims = {"email": "owner@example.org", "email_verified": True, **lie}
        async with ConsoleClient(service) as client:
            await enter(client)
            assert not await client.is_signed_in(), lie
    provider.claims = {"email": "owner@example.org", "email_verified": True}
    async with ConsoleClient(service) as client:
        await enter(client, state="another one")
        assert not await client.is_signed_in()
    assert "Traceback" not in service.log.read_text()
