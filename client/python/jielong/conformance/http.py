"""The HTTP API of the server under test."""

from __future__ import annotations

from .. import http
from ..exceptions import CannotConnect, Malformed
from ..http import Answer
from .exceptions import BrokenPromiseError, NotTestableError
from .peer import ANSWER_SECONDS


class HttpApi:
    """The API beside a socket's address, which ends with `/ws`."""

    def __init__(self, socket_url: str) -> None:
        """Of the server whose socket has this address."""
        self._socket_url = socket_url

    async def get(self, path: str, token: str | None = None) -> Answer:
        """Ask for a path, like "/api/works"; with a participant's token, if it is given.

        Raises:
            NotTestableError: the socket's address does not tell that of the API.
            BrokenPromiseError: there is no answer in JSON.
        """
        return await self._ask("GET", path, None, token)

    async def post(
        self, path: str, body: dict[str, object] | None = None, token: str | None = None
    ) -> Answer:
        """The same, with an object in JSON."""
        return await self._ask("POST", path, body or {}, token)

    async def delete(self, path: str, token: str | None = None) -> Answer:
        """The same as `get`, with DELETE."""
        return await self._ask("DELETE", path, None, token)

    async def _ask(self, method: str, path: str, body: object, token: str | None) -> Answer:
        try:
            base = http.api_base(self._socket_url)
        except ValueError as error:
            raise NotTestableError(str(error)) from error
        try:
            return await http.ask(method, base + path, body, token, ANSWER_SECONDS)
        except (CannotConnect, Malformed) as error:
            raise BrokenPromiseError(f"{method} {path}: {error}") from error
