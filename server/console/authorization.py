"""Lets a request use a route: of somebody signed in, with the permission, by our own form."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.console import cookies, origin
from server.console.audit import AuditLog
from server.console.frame import HEADERS, Frame
from server.console.posted import read_posted
from server.console.roles import MAY
from server.console.section import ConsoleRoute
from server.console.sessions import Session, Sessions
from server.console.visit import TOKEN, Visit


class Authorization:
    """Calls the handlers of routes for those who may use them; all others are refused."""

    def __init__(self, frame: Frame, sessions: Sessions, audit: AuditLog) -> None:
        """With the frame of pages, the sessions and the audit log."""
        self._frame = frame
        self._sessions = sessions
        self._audit = audit

    def endpoint(self, route: ConsoleRoute) -> Callable[[Request], Awaitable[Response]]:
        """The handler of a route behind its checks: 303 to the sign-in page, or 403."""

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
        """Redirect to the sign-in page, which leads back to the page that was asked for."""
        base = self._frame.templates.base
        asked = request.url.path.removeprefix(base) if request.method == "GET" else "/"
        if request.url.query and request.method == "GET":
            asked += f"?{request.url.query}"
        return RedirectResponse(f"{base}/sign-in?to={quote(asked, safe='/')}", 303, HEADERS)


def is_token(given: str, expected: str) -> bool:
    """Whether both are the same, in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
