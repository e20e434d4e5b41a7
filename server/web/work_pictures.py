"""A finished work as a picture and as an animation that writes itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.archive.picture_requests import AnimationFormat, Width
from server.archive.pictures import DrawnPictures, PictureError, Pictures
from server.archive.reader import is_work_id
from server.archive.review_state import ReviewState
from server.archive.wanted_pictures import (
    Wanted,
    animation_of_work,
    name_of_animation,
    name_of_picture,
    picture_of_work,
)
from server.prepared.negotiation import names_any
from server.store.works import FinishedWork
from server.web.access import PRIVATE, Access, NotPublicError
from server.web.api import ApiError
from server.web.pages import SHORTLY

RETRY_SECONDS = 5
WIDTHS: tuple[Width, ...] = get_args(Width)
"""Of pictures, in pixels, from the smallest one."""

FOR_ALL_SITES = {"Cross-Origin-Resource-Policy": "cross-origin"}
"""Other sites may show it."""


class _Kind(NamedTuple):
    """A picture of a work: the name of its file, what draws it, and what is to be drawn."""

    name: str
    content_type: str
    pictures: Pictures
    wanted: Callable[[FinishedWork], Wanted]


class WorkPictures:
    """`/w/{id}/picture.png`, `/w/{id}/animation.webp` and `/w/{id}/animation.gif`."""

    def __init__(self, access: Access, pictures: DrawnPictures) -> None:
        """Show the works of `access`."""
        self._access = access
        self._pictures = pictures

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/w/{id}/picture.png", self.picture, name="work-picture"),
            Route("/w/{id}/animation.webp", self.webp, name="work-animation"),
            Route("/w/{id}/animation.gif", self.gif),
        ]

    async def picture(self, request: Request) -> Response:
        """Answer with the picture, 1200 pixels wide or as wide as `width` says."""
        asked = request.query_params.get("width") or "1200"
        width = next((it for it in WIDTHS if str(it) == asked), None)
        if width is None:
            known = ", ".join(map(str, WIDTHS))
            raise ApiError(400, "bad_width", f"`width` is one of {known}")
        kind = _Kind(
            name_of_picture(request.path_params["id"], width),
            "image/png",
            self._pictures.still,
            lambda work: picture_of_work(work, self._pictures.still.seal, width),
        )
        return await self._answer(request, kind)

    async def webp(self, request: Request) -> Response:
        """Answer with the animation as WebP."""
        return await self._animation(request, "webp")

    async def gif(self, request: Request) -> Response:
        """Answer with the animation as GIF, for what shows no WebP."""
        return await self._animation(request, "gif")

    async def _animation(self, request: Request, found: AnimationFormat) -> Response:
        kind = _Kind(
            name_of_animation(request.path_params["id"], found),
            f"image/{found}",
            self._pictures.moving,
            lambda work: animation_of_work(work, self._pictures.moving.seal, found),
        )
        return await self._answer(request, kind)

    async def _answer(self, request: Request, kind: _Kind) -> Response:
        """Answer for everybody if the work is public, else for those who wrote it."""
        work_id = request.path_params["id"]
        headers = {"Cache-Control": SHORTLY, "ETag": f'"{kind.name}"', **FOR_ALL_SITES}
        is_known = names_any(request.headers.get("if-none-match", ""), [headers["ETag"]])
        states = await self._access.work_reader.states([work_id])
        drawn = None
        if states.get(work_id) is ReviewState.PUBLIC:
            drawn = b"" if is_known else await kind.pictures.drawn(kind.name)
        if drawn is None:
            try:
                found = await self._access.public(work_id)
            except NotPublicError as error:
                own = await self._access.own(request)
                if own is None:
                    if is_work_id(work_id):
                        await self._pictures.forget(work_id)
                    raise ApiError(404, "no_such_work", "there is no work of this id") from error
                found = own
                headers |= PRIVATE
            drawn = b"" if is_known else await _draw(kind, found.work)
        if is_known:
            return Response(status_code=304, headers=headers)
        return Response(drawn, media_type=kind.content_type, headers=headers)


async def _draw(kind: _Kind, work: FinishedWork) -> bytes:
    try:
        return await kind.pictures.of(kind.wanted(work))
    except PictureError as error:
        raise ApiError(503, "busy", str(error), retry_seconds=RETRY_SECONDS) from error
