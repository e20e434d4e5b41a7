"""What is around every page of the console: menu, headers, languages, notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.console import cookies
from server.console.cookies import Cookies
from server.console.roles import MAY, ROLE_NAMES, Permission
from server.console.sessions import Session
from server.console.signing import Signing
from server.console.templates import Templates
from server.console.texts import choose_language, text

NOTICE_SECONDS = 60

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "same-origin",  # with `no-referrer` browsers send `Origin: null`
}


class MenuEntry(NamedTuple):
    """An entry of the menu.

    Attributes:
        path: of the page, in the console.
        label: in English; translated.
        group: the entries of one group stand together.
        permission: who has it sees the entry.
    """

    path: str
    label: str
    group: str
    permission: Permission


NOW, WORKS, CAMPAIGNS, CONSOLE = (
    text("Now"),
    text("Writing"),
    text("Campaigns and money"),
    text("Console"),
)
"""The groups of the menu, in their order."""

GROUPS = (NOW, WORKS, CAMPAIGNS, CONSOLE)


class Frame:
    """Makes whole pages of templates.

    Attributes:
        templates: the pages.
        cookies: those of the console.
        signing: signs what the cookies hold.
    """

    def __init__(self, templates: Templates, cookies_: Cookies, signing: Signing) -> None:
        """Without a menu yet; see `menu`."""
        self.templates = templates
        self.cookies = cookies_
        self.signing = signing
        self.menu: Sequence[MenuEntry] = ()

    def language(self, request: Request) -> str:
        """The language of who asks."""
        chosen = request.cookies.get(cookies.LANGUAGE)
        return choose_language(chosen, request.headers.get("accept-language", ""))

    async def notice(self, request: Request) -> Mapping[str, str] | None:
        """The notice that the page before has left: its `text` and `tone`."""
        signed = request.cookies.get(cookies.NOTICE)
        found = await self.signing.read(cookies.NOTICE, signed, NOTICE_SECONDS)
        return found if isinstance(found, dict) else None

    def page(
        self,
        request: Request,
        name: str,
        values: Mapping[str, object],
        status: int = 200,
        session: Session | None = None,
        notice: Mapping[str, str] | None = None,
    ) -> Response:
        """The page `name.html`; without a session it has no menu."""
        path = request.url.path.removeprefix(self.templates.base) or "/"
        around = {
            "path": path if request.method == "GET" else "/",
            "session": session,
            "notice": notice,
            "menu": self._menu_of(session, path) if session else [],
            "role_names": ROLE_NAMES,
        }
        body = self.templates.render(name, self.language(request), {**around, **values})
        response = HTMLResponse(body, status, headers=HEADERS)
        if notice is not None:
            self.cookies.drop(request, response, cookies.NOTICE)
        return response

    def _menu_of(
        self, session: Session, path: str
    ) -> list[tuple[str, list[tuple[MenuEntry, bool]]]]:
        """By group, the entries that an account may see, and whether each is the page shown."""
        may = MAY[session.account.role]
        current = max(
            (entry.path for entry in self.menu if _is_below(path, entry.path)), key=len, default=""
        )
        groups = []
        for group in GROUPS:
            entries = [it for it in self.menu if it.group == group and it.permission in may]
            if entries:
                groups.append((group, [(entry, entry.path == current) for entry in entries]))
        return groups


def _is_below(path: str, entry: str) -> bool:
    return path == entry or (entry != "/" and path.startswith(f"{entry}/"))
