"""`DELETE /api/me`: whoever has a token deletes what the service keeps of its participant."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.archive.deletion import Deletion
from server.archive.pictures import DrawnPictures
from server.guard.requests import RequestGuard
from server.session.campaigns import OpenCampaign
from server.session.deletion_notice import Send, announce_deletion
from server.store.deletion import ParticipantDeletion
from server.store.entry_stream import EntryStream
from server.store.errors import StoreError
from server.web.api import ApiError
from server.web.operation import Operation
from server.web.pledge_api import NO_STORE, participant_token
from server.web.request_limit import too_many
from server.web.shared_identity import SharedIdentity

log = structlog.get_logger()

SECONDS = 20.0
"""The longest that one deletion may take, the wait for those before it included."""

MOST_WAITING = 20
"""The most requests that wait; further ones are refused at once. One is done at a time."""

RETRY_SECONDS = 5

OPERATIONS = {
    "/api/me": Operation(
        "delete_me",
        "Delete what the service keeps of the participant whose token is sent.",
        None,
        errors=(401, 429, 503),
        method="delete",
        done=(204,),
        key="bearer",
    )
}


class OwnData:
    """Deletes a participant from the lanes and the archive of every campaign."""

    def __init__(
        self,
        campaigns: Mapping[str, OpenCampaign],
        lanes: ParticipantDeletion,
        archive: Deletion,
        streams: Callable[[str], Iterable[EntryStream[Any]]],
        workers: Send,
    ) -> None:
        """`streams` of a campaign lead to `archive`; `workers` are told what became of rooms."""
        self._campaigns = campaigns
        self._lanes = lanes
        self._archive = archive
        self._streams = streams
        self._workers = workers

    async def campaigns(self) -> list[str]:
        """Every campaign in which somebody may have taken part."""
        return sorted({*self._campaigns, *await self._archive.campaigns()})

    async def delete(self, campaign: str, participant: str) -> list[str]:
        """Delete a participant of this campaign; the ids of the works that were removed.

        Rooms come first. Then it waits for what is on its way to SQL: nothing follows later.

        Raises:
            ArchiveAwayError, StoreError, RedisError, OSError: not everything is done; a repeat goes
                on.
        """
        live = self._campaigns.get(campaign)
        if live:
            await self._leave(live, participant)
        for stream in self._streams(campaign):
            await stream.stored()
        keep = live is None or live.campaign.deletion == "keep"
        deleted = await self._archive.delete(campaign, participant, keep_works=keep)
        if live:
            await self._lanes.forget_pledges(live.lanes.first, participant, deleted.pledges)
        return deleted.works

    async def _leave(self, campaign: OpenCampaign, participant: str) -> None:
        """Give up what the participant has in the lanes, and tell those concerned."""
        for base in campaign.lanes.bases:
            found = await self._lanes.from_lane(base, campaign.rules, participant)
            announce_deletion(self._workers, base, participant, found.address, found.transitions)


class OwnDataApi:
    """The handler."""

    def __init__(
        self,
        own_data: OwnData,
        identity: SharedIdentity,
        pictures: DrawnPictures,
        guard: RequestGuard,
    ) -> None:
        """`identity` knows its tokens; `pictures` of removed works are forgotten."""
        self._own_data = own_data
        self._identity = identity
        self._pictures = pictures
        self._guard = guard
        self._turn = asyncio.Lock()
        self._waiting = 0

    def routes(self) -> list[Route]:
        """The route."""
        return [Route("/api/me", self.delete, methods=["DELETE"])]

    async def delete(self, request: Request) -> Response:
        """Delete everything of the token's holder; 204, also when nothing is left."""
        identity = await self._identity.get()
        token = participant_token(request, identity)
        if wait := self._guard.deletions.take(self._guard.participant(token)):
            raise too_many("you delete too often", wait)
        if self._waiting >= MOST_WAITING:
            raise _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(SECONDS), self._turn:
                for campaign in await self._own_data.campaigns():
                    participant = identity.participant(token, campaign)
                    for work in await self._own_data.delete(campaign, participant):
                        await self._pictures.forget(work)
        except (StoreError, RedisError, OSError) as error:
            log.warning("a deletion is not complete", error=str(error) or type(error).__name__)
            raise _busy() from error
        finally:
            self._waiting -= 1
        return Response(status_code=204, headers=NO_STORE)


def _busy() -> ApiError:
    return ApiError(
        503, "busy", "not everything is deleted yet; send it again", retry_seconds=RETRY_SECONDS
    )
