"""Who may see a work: everybody a public one, those who wrote it any."""

from __future__ import annotations

from starlette.requests import Request

from server.archive.reader import WorkReader
from server.archive.review_state import ReviewState
from server.archive.works import ArchivedWork
from server.web.bearer import bearer_of
from server.web.shared_identity import SharedIdentity

PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
"""Headers of an answer that is not for everybody."""


class NotPublicError(Exception):
    """There is no such work, or not everybody may see it."""


class Access:
    """Finds the works that a request may see.

    Attributes:
        work_reader: finds all works.
    """

    def __init__(self, work_reader: WorkReader, identity: SharedIdentity) -> None:
        """`identity` checks keys and tokens."""
        self.work_reader = work_reader
        self._identity = identity

    async def public(self, work_id: str) -> ArchivedWork:
        """A work that everybody may see.

        Raises:
            NotPublicError: there is none of this id.
            ArchiveAwayError: SQL cannot be read now.
        """
        found = await self.work_reader.find(work_id)
        if found is None or found.review is not ReviewState.PUBLIC:
            raise NotPublicError
        return found

    async def by_key(self, work_id: str, key: str) -> ArchivedWork | None:
        """The work whose key this is, whatever its review; None for a wrong key.

        Raises:
            ArchiveAwayError: SQL cannot be read now, or Redis is asked in vain for the secret.
        """
        identity = await self._identity.get()
        found = await self.work_reader.find(work_id) if identity.is_work_key(key, work_id) else None
        return None if found is None or found.review is ReviewState.REMOVED else found

    async def own(self, request: Request) -> ArchivedWork | None:
        """The work whose `id` is in the path, whatever its review, for those who wrote it.

        Raises:
            ArchiveAwayError: SQL cannot be read now, or Redis is asked in vain for the secret.
        """
        found = await self.work_reader.find(request.path_params["id"])
        if found is None or found.review is ReviewState.REMOVED:
            return None
        return found if await self._wrote(request, found) else None

    async def _wrote(self, request: Request, found: ArchivedWork) -> bool:
        """Whether the request has the work's key, or the token of one who wrote it."""
        key = request.query_params.get("key", "")
        token = bearer_of(request)
        if not key and not token:
            return False
        identity = await self._identity.get()
        if identity.is_work_key(key, found.work.id):
            return True
        if not identity.is_ours(token):
            return False
        participant = identity.participant(token, found.campaign)
        return any(hand.participant == participant for hand in found.work.hands)
