"""Signs people in with the accounts of their organisation: OpenID Connect, through Authlib.

The code flow with PKCE, `state` and `nonce`. What has to be remembered meanwhile is in a signed
cookie of the browser that began. Authlib and httpx are the extra `jielong[oidc]`, and are imported
only where a provider is named.
"""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response

from server.settings import Settings

log = structlog.get_logger()

SECONDS = 10.0
"""The longest that the provider may take for an answer."""

_SCOPES = "openid email profile"


class OidcError(Exception):
    """The provider did not say who somebody is; the message says why."""


class Oidc:
    """One provider."""

    def __init__(self, settings: Settings) -> None:
        """By `JIELONG_OIDC_...`; its addresses are read when somebody signs in first."""
        from authlib.integrations.starlette_client import OAuth  # noqa: PLC0415

        self._claim = settings.oidc_claim
        issuer = settings.oidc_issuer.rstrip("/")
        self._client: Any = OAuth().register(
            "provider",
            client_id=settings.oidc_client,
            client_secret=settings.oidc_secret or None,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": _SCOPES,
                "code_challenge_method": "S256",
                "timeout": SECONDS,
            },
        )

    async def begin(self, request: Request, back: str) -> tuple[Response, dict[str, Any]]:
        """Redirect to the provider, which sends the browser to the address `back`.

        Returns:
            The redirect, and what the browser is to remember.

        Raises:
            OidcError: the provider does not answer.
        """
        request.scope["session"] = {}
        redirect = await self._in_time(self._client.authorize_redirect(request, back))
        assert isinstance(redirect, Response)
        return redirect, request.session

    async def finish(self, request: Request, remembered: dict[str, Any]) -> str:
        """The name that the provider gives to whoever came back with this request.

        Raises:
            OidcError: the provider refused, or what came is not what it has signed for us.
        """
        request.scope["session"] = remembered
        token = await self._in_time(self._client.authorize_access_token(request))
        claims = token.get("userinfo") or {}
        name = claims.get(self._claim)
        if not isinstance(name, str) or not name:
            raise OidcError(f"the provider tells no {self._claim}")
        if self._claim == "email" and claims.get("email_verified") is not True:
            raise OidcError("the provider has not verified the e-mail address")
        return name.lower()

    async def _in_time(self, call: Any) -> Any:
        """Await a call of Authlib, which raises errors of several libraries."""
        import httpx  # noqa: PLC0415
        from authlib.integrations.base_client import OAuthError  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415

        try:
            async with asyncio.timeout(2 * SECONDS):
                return await call
        except (
            OAuthError,
            JoseError,
            httpx.HTTPError,
            TimeoutError,
            ValueError,
            KeyError,
        ) as error:
            raise OidcError(str(error) or type(error).__name__) from error
