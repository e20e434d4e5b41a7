"""The JSON API of finished works. Shapes are protocol.md's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.archive.publishing import content_of
from server.archive.reader import WorkReader
from server.archive.works import Cursor
from server.session.campaigns import OpenCampaign

MAX_PAGE = 100
DEFAULT_PAGE = 20
_NUMBER = re.compile(r"[0-9]{1,3}")


class JsonResponse(Response):
    """A JSON answer."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Write it with orjson."""
        return orjson.dumps(content)


class ApiError(HTTPException):
    """An error in the API's shape: a status, a code for programs and a message for people."""

    def __init__(
        self, status: int, code: str, message: str, *, retry_seconds: int | None = None
    ) -> None:
        """Answer `status`; with `retry_seconds`, say when to try again."""
        headers = None if retry_seconds is None else {"Retry-After": str(retry_seconds)}
        super().__init__(status, message, headers)
        self.code = code


_NO_SUCH_CAMPAIGN = ApiError(404, "no_such_campaign", "there is no campaign of this id")


class Api:
    """The handlers of `/api`."""

    def __init__(self, campaigns: dict[str, OpenCampaign], work_reader: WorkReader) -> None:
        """Serve these campaigns and works."""
        self._campaigns = campaigns
        self._work_reader = work_reader

    @property
    def campaigns(self) -> dict[str, OpenCampaign]:
        """The campaigns of this service, by id."""
        return self._campaigns

    @property
    def work_reader(self) -> WorkReader:
        """Finds the works."""
        return self._work_reader

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/api/campaigns/{id}", self.unknown_campaign),
            Route("/api/works", self.works),
            Route("/api/works/{id}", self.work),
        ]

    async def unknown_campaign(self, _: Request) -> Response:
        """The worker answers for those that exist."""
        raise _NO_SUCH_CAMPAIGN

    async def work(self, request: Request) -> Response:
        """One finished work with its strokes."""
        found = await self._work_reader.find(request.path_params["id"])
        if found is None:
            raise ApiError(404, "no_such_work", "there is no work of this id")
        return JsonResponse(content_of(*found))

    async def works(self, request: Request) -> Response:
        """A campaign's works, or those of one of its phrases, newest first."""
        query = request.query_params
        campaign = self._find_campaign(query.get("campaign") or "default").campaign
        phrase = campaign.phrases.get(query["phrase"]) if query.get("phrase") else None
        if query.get("phrase") and phrase is None:
            raise ApiError(404, "no_such_phrase", "there is no phrase of this id")
        limit = _page_size(query)
        try:
            before = Cursor.parse(query["cursor"]) if query.get("cursor") else None
        except ValueError:
            raise ApiError(400, "bad_cursor", "take `next` of the page before") from None
        works, following = await self._work_reader.newest(campaign.id, limit, before, phrase)
        content = {
            "works": [content_of(campaign.id, work) for work in works],
            "next": str(following) if following else None,
        }
        return JsonResponse(content, headers={"Cache-Control": "no-store"})

    def _find_campaign(self, campaign_id: str) -> OpenCampaign:
        found = self._campaigns.get(campaign_id)
        if found is None:
            raise _NO_SUCH_CAMPAIGN
        return found


def api_error(_: Request, error: Exception) -> Response:
    """An error of a route in the API's shape."""
    assert isinstance(error, HTTPException)
    code = error.code if isinstance(error, ApiError) else _code(error.status_code)
    content = {"error": {"code": code, "message": error.detail}}
    return JsonResponse(content, error.status_code, headers=error.headers)


def _code(status: int) -> str:
    return {404: "not_found", 405: "method_not_allowed"}.get(status, "bad_request")


def _page_size(query: Mapping[str, str]) -> int:
    given = query.get("limit") or str(DEFAULT_PAGE)
    limit = int(given) if _NUMBER.fullmatch(given) else 0
    if not 1 <= limit <= MAX_PAGE:
        raise ApiError(400, "bad_limit", f"`limit` is 1 to {MAX_PAGE}")
    return limit
