"""The service's HTTP API, for what needs no socket: pledges, works, and one's own data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from . import http
from .exceptions import Malformed, Refused
from .messages import Pledged

_ERRORS = 400
"""The least status of a refusal."""


class Api:
    """The API of one service. It keeps no connection, and may be used by several tasks at once.

    Every method raises Refused when the service answers with an error, with `retry_ms` when it says
    when to ask again; CannotConnect when there is no answer in time; Malformed when the answer is
    no JSON.
    """

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        """Of the service at `url`.

        Args:
            url: as for `Participant.connect`: of the socket, or the service's base address.
            timeout: seconds for each answer.

        Raises:
            ValueError: the address of the socket does not end with "/ws".
        """
        self._base = http.api_base(url)
        self._timeout = timeout

    async def create_participant(self, campaign: str = "default") -> str:
        """Be somebody new; the token, which `Participant.connect` takes, too."""
        answer = await self._ask("POST", "/api/participants", {"campaign": campaign})
        return str(answer["token"])

    async def pledge(self, token: str, pledge: str, campaign: str = "default") -> Pledged:
        """Make a pledge; one that was made before is answered as it was."""
        path = f"/api/campaigns/{quote(campaign, '')}/pledges/{quote(pledge, '')}"
        answer = await self._ask("POST", path, {}, token)
        try:
            return msgspec.convert({**answer, "t": "pledged"}, Pledged)
        except msgspec.ValidationError as error:
            raise Malformed(str(error)) from error

    async def campaign(self, campaign: str = "default") -> Mapping[str, Any]:
        """What everybody may know of a campaign: phrases, counters, relays, pledges, funds."""
        return await self._ask("GET", f"/api/campaigns/{quote(campaign, '')}")

    async def work(self, work: str, token: str | None = None) -> Mapping[str, Any]:
        """A work with its strokes; one that is not public only with the token of a writer."""
        return await self._ask("GET", f"/api/works/{quote(work, '')}", None, token)

    async def works(
        self, campaign: str = "default", cursor: str | None = None, limit: int = 20
    ) -> Mapping[str, Any]:
        """Public works, the newest first: `works`, and `next`, the cursor of those after them.

        Args:
            campaign: its id.
            cursor: the `next` of the answer before.
            limit: 1 to 100.
        """
        asked = f"campaign={quote(campaign, '')}&limit={limit}"
        after = f"&cursor={quote(cursor, '')}" if cursor else ""
        return await self._ask("GET", f"/api/works?{asked}{after}")

    async def delete_me(self, token: str) -> None:
        """Have everything removed or made anonymous that is kept of a participant.

        The participant's connections end. Forget the token first: it would be a newcomer's.
        """
        await self._ask("DELETE", "/api/me", None, token)

    async def _ask(
        self, method: str, path: str, body: object = None, token: str | None = None
    ) -> Mapping[str, Any]:
        answer = await http.ask(method, self._base + path, body, token, self._timeout)
        if answer.status < _ERRORS:
            return answer.body
        error = answer.body.get("error", {})
        retry_ms = None if answer.retry_after is None else answer.retry_after * 1_000
        code = str(error.get("code", answer.status))
        raise Refused(code, str(error.get("message", "")), f"{method} {path}", retry_ms)
