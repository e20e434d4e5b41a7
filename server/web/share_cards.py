"""The picture of a share card, as a campaign's and a certificate's page answer it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from server.archive.card import Card
from server.archive.pictures import PictureError, Pictures
from server.archive.wanted_pictures import card_of
from server.prepared.negotiation import names_any
from server.web.api import ApiError
from server.web.work_pictures import FOR_ALL_SITES, RETRY_SECONDS

_KEPT = "public, max-age=60, s-maxage=60"
"""The organiser may correct a text on it."""


async def answer_card(request: Request, pictures: Pictures, name: str, card: Card) -> Response:
    """Answer with the card of this name; 304 if the reader has it.

    Raises:
        ApiError: it cannot be drawn now.
    """
    wanted = card_of(name, card)
    headers = {"Cache-Control": _KEPT, "ETag": f'"{wanted.name}"', **FOR_ALL_SITES}
    if names_any(request.headers.get("if-none-match", ""), [headers["ETag"]]):
        return Response(status_code=304, headers=headers)
    try:
        drawn = await pictures.of(wanted)
    except PictureError as error:
        raise ApiError(503, "busy", str(error), retry_seconds=RETRY_SECONDS) from error
    return Response(drawn, media_type="image/png", headers=headers)
