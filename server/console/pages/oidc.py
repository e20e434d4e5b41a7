"""Sign in with the accounts of the organisation."""

from __future__ import annotations

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.console import cookies
from server.console.accounts import SETTING_NAME, Accounts
from server.console.frame import HEADERS, NOTICE_SECONDS, Frame
from server.console.oidc import Oidc, OidcError
from server.console.pages.sign_in import SignIn, own_path
from server.console.texts import text

log = structlog.get_logger()

START_SECONDS = 600
"""How long somebody may take at the provider."""


class OidcSignIn:
    """Leads to the provider and back."""

    def __init__(self, oidc: Oidc, sign_in: SignIn, accounts: Accounts, frame: Frame) -> None:
        """Whoever has one of `accounts` may come in."""
        self._oidc = oidc
        self._sign_in = sign_in
        self._accounts = accounts
        self._frame = frame

    def routes(self) -> list[Route]:
        """The routes."""
        return [Route("/oidc", self.begin), Route("/oidc/back", self.finish)]

    async def begin(self, request: Request) -> Response:
        """Redirect to the provider."""
        path = f"{self._frame.templates.base}/oidc/back"
        back = str(request.url.replace(path=path, query="", fragment=""))
        try:
            redirect, remembered = await self._oidc.begin(request, back)
        except OidcError as error:
            return await self._refused(request, error)
        remembered["to"] = own_path(request.query_params.get("to"))
        value = await self._frame.signing.sign(cookies.OIDC, remembered)
        self._frame.cookies.put(request, redirect, cookies.OIDC, value, START_SECONDS)
        redirect.headers.update(HEADERS)
        return redirect

    async def finish(self, request: Request) -> Response:
        """Sign in whoever the provider says it is, if there is an account of this name."""
        signed = request.cookies.get(cookies.OIDC)
        remembered = await self._frame.signing.read(cookies.OIDC, signed, START_SECONDS)
        if not isinstance(remembered, dict):
            return await self._refused(request, OidcError("the sign-in took too long"))
        try:
            name = await self._oidc.finish(request, remembered)
        except OidcError as error:
            return await self._refused(request, error)
        account = None if name == SETTING_NAME else await self._accounts.find(name)
        if account is None:
            return await self._refused(request, OidcError(f"there is no account {name}"))
        to = own_path(str(remembered.get("to", "/")))
        response = await self._sign_in.begin(request, account, to)
        self._frame.cookies.drop(request, response, cookies.OIDC)
        return response

    async def _refused(self, request: Request, error: OidcError) -> Response:
        """Back to the sign-in page, which says so; the log says why."""
        log.warning("a sign-in with OIDC failed", error=str(error))
        t = self._frame.templates.translate(self._frame.language(request))
        told = {"text": t(text("Your organisation did not let you in here.")), "tone": "bad"}
        value = await self._frame.signing.sign(cookies.NOTICE, told)
        response = RedirectResponse(f"{self._frame.templates.base}/sign-in", 303, HEADERS)
        self._frame.cookies.put(request, response, cookies.NOTICE, value, NOTICE_SECONDS)
        self._frame.cookies.drop(request, response, cookies.OIDC)
        return response
