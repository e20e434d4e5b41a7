"""What a worker and its web process both know before the first request comes.

It is read before they part, so they share its memory, and a change to a file shows in neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from server import catalogue
from server.catalogue import Aliases
from server.prepared.response import PreparedResponse
from server.settings import Settings
from server.web import (
    api,
    campaign_api,
    donation_api,
    giving,
    oembed,
    openapi,
    operations,
    own_data,
    pledge_api,
)
from server.web.assets import page_files, prepared_responses
from server.web.locations import STATIC
from server.web.pages import Pages
from server.web.strokes import Strokes


class Content(NamedTuple):
    """The content of one service."""

    aliases: dict[str, Aliases]
    pages: Pages
    strokes: Strokes
    responses: Mapping[str, PreparedResponse]
    """By path: what the worker answers itself."""

    openapi: PreparedResponse
    """Where operators are answered, by the worker, too."""


def read_content(settings: Settings) -> Content:
    """Read everything.

    Raises:
        CatalogueError: a file of the service is wrong.
    """
    library = catalogue.load_library()
    files = page_files(settings.base_path, settings.assets_url, bundled=settings.bundled)
    strokes = Strokes(STATIC / "strokes")
    has_worker = settings.service_worker and settings.bundled
    pages = Pages(
        settings.base_path,
        files,
        strokes.folder,
        service_worker=has_worker,
        hsts_seconds=settings.hsts_seconds,
        public_url=settings.public_url,
    )
    paths = (
        campaign_api.OPERATIONS
        | api.OPERATIONS
        | pledge_api.OPERATIONS
        | donation_api.OPERATIONS
        | own_data.OPERATIONS
        | giving.OPERATIONS
        | oembed.OPERATIONS
        | operations.OPERATIONS
    )
    described = openapi.response(settings.base_path, paths, pages.security)
    responses = prepared_responses(pages, strokes, library.phrases.values())
    return Content(catalogue.load_aliases(), pages, strokes, responses, described)
