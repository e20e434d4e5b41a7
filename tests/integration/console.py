"""The console as a browser without a screen sees it: cookies, forms, redirects."""

from __future__ import annotations

import re
from types import TracebackType
from typing import Self

import httpx

from tests.service import Service

PASSWORD = "correct horse battery"
"""Of the account `admin` in tests."""

_TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')


class ConsoleClient:
    """One browser at the console of a service, or of an address."""

    def __init__(self, at: Service | str, base: str = "", language: str = "en") -> None:
        url = at if isinstance(at, str) else at.url
        self.base = f"{base}/admin"
        headers = {"accept-language": language, "origin": url}
        self.http = httpx.AsyncClient(base_url=url, headers=headers, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.http.aclose()

    async def get(self, path: str) -> httpx.Response:
        """A page; a redirect is not followed."""
        return await self.http.get(self.base + path)

    async def post(
        self, path: str, fields: dict[str, str] | None = None, form: str = "/"
    ) -> httpx.Response:
        """Post a form with the token that stands in the page `form`."""
        token = await self.token(form)
        return await self.http.post(self.base + path, data={"token": token, **(fields or {})})

    async def token(self, path: str = "/") -> str:
        """The token in the forms of a page."""
        found = _TOKEN.search((await self.get(path)).text)
        assert found, path
        return found[1]

    async def sign_in(self, name: str = "admin", password: str = PASSWORD) -> httpx.Response:
        """Post the sign-in form."""
        fields = {"name": name, "password": password, "to": "/"}
        return await self.post("/sign-in", fields, form="/sign-in")

    async def is_signed_in(self) -> bool:
        """Whether pages are shown, and not the way to the sign-in."""
        return (await self.get("/")).status_code == 200
