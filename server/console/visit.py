"""The request of somebody who is signed in, and what a handler may answer it with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.console import cookies
from server.console.accounts import Account
from server.console.audit import AuditLog, Entry, as_json
from server.console.forms import Field, Form
from server.console.frame import HEADERS, NOTICE_SECONDS, Frame
from server.console.posted import Posted
from server.console.roles import MAY, Permission
from server.console.sessions import Session
from server.console.tables import Tone

CONFIRMED, TOKEN = "confirmed", "token"
"""Names of fields that forms have by themselves."""


class Visit:
    """One request.

    Attributes:
        request: as it came.
        session: whose it is.
        language: of the page.
        t: translates into it; see `texts`.
        posted: what a POST has posted; empty for a GET.
    """

    def __init__(
        self,
        request: Request,
        session: Session,
        frame: Frame,
        audit: AuditLog,
        notice: Mapping[str, str] | None = None,
        posted: Posted | None = None,
    ) -> None:
        """`notice` is what the page before has left to be told."""
        self.request = request
        self.session = session
        self.posted = posted or Posted([], {})
        self.language = frame.language(request)
        self.t = frame.templates.translate(self.language)
        self._frame = frame
        self._audit = audit
        self._notice = notice

    @property
    def account(self) -> Account:
        """Who asks."""
        return self.session.account

    def may(self, permission: Permission) -> bool:
        """Whether the account has a permission."""
        return permission in MAY[self.account.role]

    def query(self, name: str) -> str:
        """A value of the address; "" without one."""
        return self.request.query_params.get(name, "")[:200]

    def number(self, name: str) -> int:
        """A number of the address; 0 where there is none."""
        value = self.query(name)
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else 0

    def path(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def address(self, public_url: str, base_path: str) -> str:
        """The service's, as the settings say, or as the browser has it; without a slash behind."""
        url = self.request.url
        return f"{public_url or f'{url.scheme}://{url.netloc}'}{base_path}"

    def here(self, **changes: object) -> str:
        """This page's address with another query; an empty value takes one out of it."""
        query = dict(self.request.query_params) | changes
        kept = {name: value for name, value in query.items() if value not in ("", 0, None)}
        return f"?{urlencode(kept)}"

    def form(self, fields: Sequence[Field], values: Mapping[str, str] | None = None) -> Form:
        """A form with these fields; filled in with values."""
        return Form(fields, dict(values or {}))

    def taken(self, fields: Sequence[Field]) -> Form:
        """A form filled in with what was posted, and checked."""
        form = Form(fields)
        form.take(self.posted.fields, self.t)
        return form

    def page(self, name: str, status: int = 200, **values: object) -> Response:
        """The template `name.html` with these values."""
        given = {"visit": self, **values}
        return self._frame.page(
            self.request, name, given, status, session=self.session, notice=self._notice
        )

    def fragment(self, name: str, **values: object) -> str:
        """The template `name.html` filled in, to be put into a page."""
        return self._frame.templates.render(name, self.language, values)

    async def go(self, path: str, notice: str = "", tone: Tone = "good") -> Response:
        """Redirect to a path of the console, whose page tells `notice` first.

        Args:
            path: begins with a slash.
            notice: in the language of the page.
            tone: how it is shown.
        """
        response = RedirectResponse(f"{self._frame.templates.base}{path}", 303, HEADERS)
        if notice:
            value = await self._frame.signing.sign(cookies.NOTICE, {"text": notice, "tone": tone})
            self._frame.cookies.put(self.request, response, cookies.NOTICE, value, NOTICE_SECONDS)
        return response

    def unconfirmed(self, question: str, label: str, back: str) -> Response | None:
        """The page that asks once more; None when the answer was yes. Use it in a POST:

            question = t(text("Remove {name}?"), name=name)
            if ask := visit.unconfirmed(question, t(text("Remove")), "/names"):
                return ask

        Args:
            question: what is about to happen, in the language of the page.
            label: of the button that does it.
            back: the path of the console where one goes who does not want it.
        """
        if self.posted.fields.get(CONFIRMED) == "yes":
            return None
        kept = [pair for pair in self.posted.pairs if pair[0] not in (CONFIRMED, TOKEN)]
        return self.page("confirm", question=question, label=label, back=back, kept=kept)

    async def record(
        self,
        action: str,
        target: str = "",
        campaign: str = "",
        before: object = None,
        after: object = None,
    ) -> None:
        """Write to the audit log what this account has just done.

        Args:
            action: a verb in English, such as "remove account"; at most 32 characters.
            target: what it was done on; its id or name.
            campaign: the campaign that it concerns.
            before, after: values as JSON, where they are short.

        Raises:
            ArchiveAwayError: it cannot be written now.
        """
        entry = Entry(self.account.name, action, target, campaign, as_json(before), as_json(after))
        await self._audit.record(entry)

    def missing(self, message: str) -> HTTPException:
        """To be raised where there is nothing of this name: 404."""
        return HTTPException(404, message)
