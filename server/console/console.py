"""Puts the console together: one Starlette application below `/admin`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from server.archive.database import ArchiveAwayError
from server.archive.pictures import DrawnPictures
from server.console.accounts import Accounts
from server.console.assets import Assets
from server.console.attempts import Attempts
from server.console.audit import AuditLog
from server.console.authorization import Authorization
from server.console.cookies import Cookies
from server.console.frame import Frame
from server.console.gate import Gate
from server.console.oidc import Oidc
from server.console.pages import SECTIONS
from server.console.pages.oidc import OidcSignIn
from server.console.pages.sign_in import SignIn
from server.console.parts import Parts
from server.console.passwords import Passwords
from server.console.section import Section
from server.console.sessions import Sessions
from server.console.signing import Signing
from server.console.templates import Templates
from server.console.texts import text
from server.settings import Settings
from server.store.errors import StoreError
from server.store.guard import GuardStore
from server.web.campaigns import WebCampaigns
from server.web.content import Content

log = structlog.get_logger()

PATH = "/admin"
HOUR_SECONDS = 3_600.0

AGAIN_SECONDS = 10.0
"""The pause before a section that failed runs again; its failure must not end the API."""

_WHY = {
    400: text("This request cannot be read."),
    403: text("This account may not do that, or the form was too old. Go back and try again."),
    404: text("There is no such page."),
    405: text("There is no such page."),
    413: text("What was sent is too large."),
    503: text("The database or Redis does not answer now. Nothing was changed. Try again."),
}


class Console:
    """The console of one web process; see `web.process.WebPart`."""

    def __init__(
        self,
        settings: Settings,
        content: Content,
        campaigns: WebCampaigns,
        pictures: DrawnPictures,
    ) -> None:
        """Nothing is connected yet."""
        base = f"{settings.base_path}{PATH}"
        self._signing = Signing(campaigns.deployment, settings.secret)
        self._assets = Assets(base)
        templates = Templates(base, self._assets.address)
        self._frame = Frame(templates, Cookies(base), self._signing)
        owners = settings.oidc_owners if settings.oidc_issuer else ()
        accounts = Accounts(campaigns.database, settings.admin_password, owners)
        seconds = settings.admin_hours * HOUR_SECONDS
        self._parts = Parts(
            settings,
            content,
            campaigns,
            pictures,
            campaigns.database,
            campaigns.deployment,
            accounts,
            Passwords(),
            Sessions(campaigns.database, accounts, self._signing, seconds),
            AuditLog(campaigns.database),
        )
        always = bool(settings.admin_password or settings.oidc_issuer)
        self._gate = Gate(accounts, always=always)
        self._sections = [make(self._parts) for make in SECTIONS]
        self._frame.menu = [entry for section in self._sections for entry in section.menu]
        self._attempts_store = GuardStore(campaigns.deployment)

    def routes(self) -> Sequence[BaseRoute]:
        """Everything at `/admin`."""
        attempts = Attempts(self._attempts_store, self._signing)
        authorization = Authorization(self._frame, self._parts.sessions, self._parts.audit)
        app = Starlette(
            routes=[
                self._assets.route(),
                *self._sign_in_routes(attempts),
                *(
                    Route(route.path, authorization.endpoint(route), methods=[route.method])
                    for section in self._sections
                    for route in section.routes()
                ),
            ],
            exception_handlers={
                HTTPException: self._refused,
                ArchiveAwayError: self._away,
                StoreError: self._away,
                RedisError: self._away,
                Exception: self._failed,
            },
        )
        return [
            Route(PATH, self._gate.before(self._to_overview)),
            Mount(PATH, self._gate.before(app)),
        ]

    def _sign_in_routes(self, attempts: Attempts) -> Sequence[Route]:
        has_oidc = bool(self._parts.settings.oidc_issuer)
        sign_in = SignIn(self._parts, self._frame, attempts, oidc=has_oidc)
        if not has_oidc:
            return sign_in.routes()
        oidc = Oidc(self._parts.settings)
        other = OidcSignIn(oidc, sign_in, self._parts.accounts, self._frame)
        return [*sign_in.routes(), *other.routes()]

    async def run(self) -> None:
        """Run the sections once somebody can sign in, until cancelled."""
        await self._gate.opened.wait()
        async with asyncio.TaskGroup() as group:
            for section in self._sections:
                group.create_task(_keep_running(section))

    async def close(self) -> None:
        """Close what they have opened."""
        for section in self._sections:
            await section.close()
        await self._attempts_store.close()

    async def _to_overview(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The address without a slash at its end."""
        home = RedirectResponse(f"{self._frame.templates.base}/", 307)
        await home(scope, receive, send)

    async def _refused(self, request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 500)
        return self._error(request, status)

    async def _away(self, request: Request, error: Exception) -> Response:
        log.debug("the console cannot answer", path=request.url.path, error=str(error))
        return self._error(request, 503)

    async def _failed(self, request: Request, error: Exception) -> Response:
        log.error("a request to the console failed", path=request.url.path, exc_info=error)
        return self._error(request, 500)

    def _error(self, request: Request, status: int) -> Response:
        why = _WHY.get(status, text("Something went wrong here."))
        return self._frame.page(request, "error", {"why": why, "status": status}, status)


async def _keep_running(section: Section) -> None:
    while True:
        try:
            await section.run()
            return
        except Exception as error:
            log.error("a section of the console failed", exc_info=error, again_in=AGAIN_SECONDS)
        await asyncio.sleep(AGAIN_SECONDS)
