"""The JSON API of finished works. Shapes are protocol.md's."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.archive.publishing import PublicWork, content_of
from server.archive.reader import WorkReader
from server.archive.review_state import ReviewState
from server.archive.works import Cursor
from server.prepared.response import PreparedResponse, prepare
from server.session.campaigns import OpenCampaign
from server.web.access import PRIVATE, Access, NotPublicError
from server.web.answer import answer
from server.web.api_types import (
    NO_SUCH_CAMPAIGN,
    ErrorAnswer,
    ErrorContent,
    WorksAnswer,
    WorksQuery,
)
from server.web.operation import Operation
from server.web.pages import SHORTLY
from server.web.recent_answers import AboutWorks, RecentAnswers

LIST_SECONDS = 1.0
"""How long a list of works may be used again: new works are not in it."""

MAX_LOCALE = 35

_PARAMETER = re.compile(r"\$\.(\w+)")
"""Where msgspec's errors name the parameter."""

_HINTS = {"cursor": "take `next` of the page before"}

_WORKS = Operation(
    "works",
    "A campaign's works, or those of one of its phrases, newest first.",
    WorksAnswer,
    query=WorksQuery,
    errors=(400, 404, 503),
)
_WORK = Operation("work", "One finished work with its strokes.", PublicWork, errors=(404, 503))

OPERATIONS = {
    "/api/works": _WORKS,
    "/api/works/{id}": _WORK,
}
"""By path."""


class JsonResponse(Response):
    """A JSON answer."""

    media_type = "application/json"

    def render(self, content: msgspec.Struct) -> bytes:
        """Write it with msgspec."""
        return msgspec.json.encode(content)


class ApiError(HTTPException):
    """An error in the API's shape: a status, a code for programs and a message for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        retry_seconds: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer `status`; with `retry_seconds`, say when to try again."""
        retry = {} if retry_seconds is None else {"Retry-After": str(retry_seconds)}
        super().__init__(status, message, {**(headers or {}), **retry})
        self.code = code


def no_such_campaign() -> ApiError:
    """The error for an unknown campaign.

    A new one each time: an exception that is raised twice keeps the frames of both times.
    """
    return ApiError(404, NO_SUCH_CAMPAIGN.code, NO_SUCH_CAMPAIGN.message)


def find_campaign(campaigns: Mapping[str, OpenCampaign], campaign_id: str) -> OpenCampaign:
    """One of these campaigns.

    Raises:
        ApiError: 404, there is none of this id.
    """
    found = campaigns.get(campaign_id)
    if found is None:
        raise no_such_campaign()
    return found


class Api:
    """The handlers of `/api`.

    Attributes:
        access: finds the works that a request may see.
    """

    def __init__(
        self, campaigns: Mapping[str, OpenCampaign], work_reader: WorkReader, access: Access
    ) -> None:
        """Serve these campaigns and works."""
        self._campaigns = campaigns
        self._work_reader = work_reader
        self._recent = RecentAnswers(work_reader)
        self.access = access

    @property
    def campaigns(self) -> Mapping[str, OpenCampaign]:
        """The campaigns of this service, by id."""
        return self._campaigns

    def routes(self) -> list[Route]:
        """The routes."""
        endpoints = self.works, self.work
        return [Route(path, each) for path, each in zip(OPERATIONS, endpoints, strict=True)]

    async def work(self, request: Request) -> Response:
        """One finished work with its strokes."""
        work_id = request.path_params["id"]

        async def make() -> AboutWorks:
            found = await self.access.public(work_id)
            return AboutWorks(_prepared(content_of(*found)), frozenset([work_id]))

        try:
            return answer(await self._recent.get(("work", work_id), make), request)
        except NotPublicError:
            own = await self.access.own(request)
        if own is None:
            raise ApiError(404, "no_such_work", "there is no work of this id")
        return JsonResponse(content_of(*own), headers=PRIVATE)

    async def works(self, request: Request) -> Response:
        """A campaign's works, or those of one of its phrases, newest first."""
        query = _query(request)
        campaign = find_campaign(self._campaigns, query.campaign).campaign
        phrase = campaign.phrases.get(query.phrase) if query.phrase else None
        if query.phrase and phrase is None:
            raise ApiError(404, "no_such_phrase", "there is no phrase of this id")
        try:
            before = Cursor.parse(query.cursor) if query.cursor else None
        except ValueError:  # it ends in a newline, which the pattern of its type lets pass
            raise ApiError(400, "bad_cursor", _HINTS["cursor"]) from None

        async def make() -> AboutWorks:
            works, following = await self._work_reader.newest(
                campaign.id, query.limit, before, phrase
            )
            content = WorksAnswer(
                [content_of(campaign.id, work, ReviewState.PUBLIC) for work in works],
                str(following) if following else None,
            )
            return AboutWorks(_prepared(content), frozenset(work.id for work in works))

        key = "works", campaign.id, phrase and phrase.id, query.limit, before
        return answer(await self._recent.get(key, make, LIST_SECONDS), request)


def reader_locale(request: Request) -> str:
    """The language of texts for whoever asks: `locale` of the query, or what a browser prefers."""
    preferred = request.headers.get("accept-language", "").split(",", 1)[0].split(";", 1)[0]
    return (request.query_params.get("locale") or preferred.strip())[:MAX_LOCALE]


def api_error(_: Request, error: Exception) -> Response:
    """An error of a route in the API's shape; nobody keeps it, since it may be over soon."""
    assert isinstance(error, HTTPException)
    code = error.code if isinstance(error, ApiError) else _code(error.status_code)
    content = ErrorAnswer(ErrorContent(code, error.detail))
    headers = {**(error.headers or {}), "Cache-Control": "no-store"}
    return JsonResponse(content, error.status_code, headers=headers)


def _prepared(content: msgspec.Struct) -> PreparedResponse:
    return prepare("", msgspec.json.encode(content), JsonResponse.media_type, SHORTLY)


def _code(status: int) -> str:
    return {404: "not_found", 405: "method_not_allowed"}.get(status, "bad_request")


def _query(request: Request) -> WorksQuery:
    """The parameters; an empty one is as good as none.

    Raises:
        ApiError: one is not as its type says.
    """
    given = {name: value for name, value in request.query_params.items() if value}
    try:
        return msgspec.convert(given, WorksQuery, strict=False)
    except msgspec.ValidationError as error:
        found = _PARAMETER.search(str(error))
        name = found[1] if found else "query"
        message = _HINTS.get(name) or f"`{name}`: {error}"
        raise ApiError(400, f"bad_{name}", message) from error
