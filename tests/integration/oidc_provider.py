"""A stand-in for an OpenID provider: the code flow with PKCE, and one person who is signed in."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwk, jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.service import free_port

CLIENT, SECRET = "jielong", "the client's secret"


class OidcProvider:
    """The provider.

    Attributes:
        claims: what it says of the person; change them to lie.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.claims: dict[str, Any] = {"email": "Mary@example.org", "email_verified": True}
        self._key = jwk.RSAKey.generate_key(2048, parameters={"kid": "1"}, private=True)
        self._started: dict[str, dict[str, str]] = {}

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, object]:
        """Those of a service that trusts it."""
        names = {"issuer": self.issuer, "client": CLIENT, "secret": SECRET}
        return {f"oidc_{name}": value for name, value in names.items()}

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        routes = [
            Route("/.well-known/openid-configuration", self._metadata),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._keys),
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=self.port, log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        try:
            async with asyncio.timeout(10):
                while not server.started:  # noqa: ASYNC110  (uvicorn has no event for it)
                    await asyncio.sleep(0.01)
            yield
        finally:
            server.should_exit = True
            await serving

    async def _metadata(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = secrets.token_urlsafe(8)
        self._started[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}")

    async def _token(self, request: Request) -> Response:
        form = {str(key): str(value) for key, value in (await request.form()).items()}
        asked = self._started.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            **self.claims,
        }
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self._key)
        answer = {"access_token": "a", "token_type": "Bearer", "id_token": token}
        return JSONResponse(answer)
