"""The door of the console: closed while nobody can sign in, and to those who are not signed in."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.console import cookies, origin
from server.console.accounts import Accounts
from server.console.audit import AuditLog
from server.console.frame import HEADERS, Frame
from server.console.posted import read_posted
from server.console.roles import MAY
from server.console.section import ConsoleRoute
from server.console.sessions import Session, Sessions
from server.console.visit import TOKEN, Visit

LOOK_SECONDS = 2.0
"""The time between two looks for accounts in SQL."""


class Gate:
    """Whether anybody can sign in; while nobody can, everything behind it is answered 404.

    Attributes:
        opened: set once somebody could.
    """

    def __init__(self, accounts: Accounts, *, always: bool) -> None:
        """`always`: there is a way to sign in without an account in SQL."""
        self._accounts = accounts
        self._always = self._is_open = always
        self._looked_at = -LOOK_SECONDS
        self.opened = asyncio.Event()
        if always:
            self.opened.set()

    def before(self, app: ASGIApp) -> ASGIApp:
        """The application with the gate in front."""
        return _Gated(app, self)

    async def is_open_now(self) -> bool:
        """Whether anybody can sign in; asks for accounts every few seconds."""
        now = time.monotonic()
        if not self._always and now - self._looked_at >= LOOK_SECONDS:
            self._is_open = await self._accounts.any()
            self._looked_at = now
            if self._is_open:
                self.opened.set()
        return self._is_open


class _Gated:
    """An application behind a gate."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not await self._gate.is_open_now():
            raise HTTPException(404)  # the service's own page of missing addresses
        await self._app(scope, receive, send)


class Entrance:
    """Lets those in who are signed in and may, and whose form is the console's own."""

    def __init__(self, frame: Frame, sessions: Sessions, audit: AuditLog) -> None:
        """With the frame of pages, the sessions and the audit log."""
        self._frame = frame
        self._sessions = sessions
        self._audit = audit

    def endpoint(self, route: ConsoleRoute) -> Callable[[Request], Awaitable[Response]]:
        """What answers a route."""

        async def answer(request: Request) -> Response:
            session = await self._sessions.find(request.cookies.get(cookies.SESSION))
            if session is None:
                return self._to_sign_in(request)
            if route.permission not in MAY[session.account.role]:
                raise HTTPException(403)
            notice = await self._frame.notice(request)
            if route.method == "GET":
                visit = Visit(request, session, self._frame, self._audit, notice)
                return await route.handler(visit)
            return await self._post(request, session, route)

        return answer

    async def _post(self, request: Request, session: Session, route: ConsoleRoute) -> Response:
        if not origin.is_own(request):
            raise HTTPException(403)
        posted = await read_posted(request, route.most_bytes)
        if not is_token(posted.fields.get(TOKEN, ""), session.token):
            raise HTTPException(403)
        visit = Visit(request, session, self._frame, self._audit, posted=posted)
        return await route.handler(visit)

    def _to_sign_in(self, request: Request) -> Response:
        """Whoever signs in comes to the page that was asked for."""
        base = self._frame.templates.base
        asked = request.url.path.removeprefix(base) if request.method == "GET" else "/"
        if request.url.query and request.method == "GET":
            asked += f"?{request.url.query}"
        return RedirectResponse(f"{base}/sign-in?to={quote(asked, safe='/')}", 303, HEADERS)


def is_token(given: str, expected: str) -> bool:
    """Whether both are the same, in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
