"""Sign in and out."""

from __future__ import annotations

import secrets

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.console import cookies, origin
from server.console.accounts import Account
from server.console.attempts import Attempts
from server.console.audit import Entry
from server.console.authorization import is_token
from server.console.forms import Field, Form
from server.console.frame import HEADERS, Frame
from server.console.parts import Parts
from server.console.posted import MOST_BYTES, read_posted
from server.console.texts import LANGUAGES, text
from server.console.visit import TOKEN

log = structlog.get_logger()

START_SECONDS = 3_600
"""How long a sign-in form is good."""

LANGUAGE_SECONDS = 400 * 86_400

_FIELDS = (
    Field("name", text("Name"), most=64, autocomplete="username"),
    Field("password", text("Password"), "password", most=256, autocomplete="current-password"),
)


class SignIn:
    """The pages that one sees without being signed in."""

    def __init__(self, parts: Parts, frame: Frame, attempts: Attempts, oidc: bool = False) -> None:
        """With `oidc`, offer to sign in with the organisation's own accounts."""
        self._parts = parts
        self._frame = frame
        self._attempts = attempts
        self._oidc = oidc

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/sign-in", self.show, methods=["GET"]),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/language/{language}", self.choose_language, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """The form."""
        return await self._form(request, Form(_FIELDS), own_path(request.query_params.get("to")))

    async def sign_in(self, request: Request) -> Response:
        """Check name and password; a wrong name takes as long as a wrong password."""
        posted = (await read_posted(request, MOST_BYTES)).fields
        t = self._frame.templates.translate(self._frame.language(request))
        form, to = Form(_FIELDS), own_path(posted.get("to"))
        if not origin.is_own(request) or not await self._is_ours(request, posted.get(TOKEN, "")):
            form.errors[""] = t(text("This form was too old. Try again."))
            return await self._form(request, form, to, 403)
        if not form.take(posted, t):
            return await self._form(request, form, to, 422)
        name = form.value("name").lower()
        address = request.client.host if request.client else ""
        if wait := await self._attempts.begin(name, address):
            log.warning("a sign-in to the console was refused: too many tries")
            form.errors[""] = t(text("Too many tries. Try again in {seconds} s."), seconds=wait)
            return await self._form(request, form, to, 429, {"Retry-After": str(wait)})
        account = await self._parts.accounts.find(name)
        expected = account.secret if account else None
        right = await self._parts.passwords.is_right(expected, form.value("password"))
        if account is None or not right:
            # An unknown name may be a password that was typed into the wrong field.
            log.warning("a sign-in to the console failed", account=name if account else "unknown")
            form.errors[""] = t(text("There is no such name with this password."))
            return await self._form(request, form, to, 403)
        await self._attempts.was_right(name, address)
        return await self.begin(request, account, to)

    async def begin(self, request: Request, account: Account, to: str) -> Response:
        """Sign an account in that has shown who it is, and lead it to a path of the console."""
        value = await self._parts.sessions.begin(account)
        await self._parts.audit.record(Entry(account.name, "sign in", account.name))
        response = RedirectResponse(f"{self._frame.templates.base}{to}", 303, HEADERS)
        seconds = self._parts.sessions.seconds
        self._frame.cookies.put(request, response, cookies.SESSION, value, seconds)
        self._frame.cookies.drop(request, response, cookies.STARTING)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        session = await self._parts.sessions.find(request.cookies.get(cookies.SESSION))
        if session is not None:
            posted = (await read_posted(request, MOST_BYTES)).fields
            if not origin.is_own(request) or not is_token(posted.get(TOKEN, ""), session.token):
                raise HTTPException(403)
            await self._parts.sessions.end(session)
            name = session.account.name
            await self._parts.audit.record(Entry(name, "sign out", name))
        response = RedirectResponse(f"{self._frame.templates.base}/sign-in", 303, HEADERS)
        self._frame.cookies.drop(request, response, cookies.SESSION)
        return response

    async def choose_language(self, request: Request) -> Response:
        """Remember a language, and go back."""
        language = request.path_params["language"]
        if language not in LANGUAGES:
            raise HTTPException(404)
        to = own_path(request.query_params.get("to"))
        response = RedirectResponse(f"{self._frame.templates.base}{to}", 303, HEADERS)
        self._frame.cookies.put(request, response, cookies.LANGUAGE, language, LANGUAGE_SECONDS)
        return response

    async def _form(
        self,
        request: Request,
        form: Form,
        to: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Response:
        """The form, with a token that only this browser can post."""
        nonce = secrets.token_urlsafe(18)
        signed = await self._frame.signing.sign(cookies.STARTING, nonce)
        token = (await self._frame.signing.digest(cookies.STARTING, nonce.encode())).hex()
        form.values.pop("password", None)
        values = {"form": form, "to": to, "start_token": token, "oidc": self._oidc}
        notice = await self._frame.notice(request)
        response = self._frame.page(request, "sign-in", values, status, notice=notice)
        response.headers.update(headers or {})
        self._frame.cookies.put(request, response, cookies.STARTING, signed, START_SECONDS)
        return response

    async def _is_ours(self, request: Request, token: str) -> bool:
        signed = request.cookies.get(cookies.STARTING)
        nonce = await self._frame.signing.read(cookies.STARTING, signed, START_SECONDS)
        if not isinstance(nonce, str):
            return False
        expected = await self._frame.signing.digest(cookies.STARTING, nonce.encode())
        return is_token(token, expected.hex())


def own_path(path: str | None) -> str:
    """A path of the console, which leads nowhere else; "/" for whatever is none."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return "/"
    return path if path.isprintable() and "\\" not in path else "/"
