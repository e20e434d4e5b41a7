"""The strokes of the characters of each phrase, as one file a phrase."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.prepared.response import PreparedResponse, prepare
from server.relay.phrase import Phrase, language_of
from server.web.answer import answer
from server.web.api import ApiError
from server.web.bundle import ASSET_HEADERS, FOREVER

_NAME = re.compile(r"[0-9a-f]{2,6}(-[0-9a-f]{2,6}){0,31}")
"""The code points of a phrase's text, as names of files have them."""


class Strokes:
    """What `static/strokes` holds.

    Attributes:
        folder: the name of the folder of the phrases' files. A hash of all strokes is in it, so
            that its files never change.
    """

    def __init__(self, source: Path) -> None:
        """Read all strokes: some hundred small files."""
        files = sorted(source.glob("[0-9a-f]*.json"))
        self._strokes = {chr(int(file.stem, 16)): file.read_text().strip() for file in files}
        version = sha256("\n".join(self._strokes.values()).encode()).hexdigest()[:10]
        self.folder = f"strokes-{version}"

    def responses(self, phrases: Iterable[Phrase]) -> list[PreparedResponse]:
        """One for each Chinese text; those of other languages have another stroke order."""
        texts = {phrase.text for phrase in phrases if language_of(phrase.locale) == "zh"}
        return [self.response(text) for text in sorted(texts)]

    def response(self, text: str) -> PreparedResponse:
        """The strokes of one text; of none but the characters that are known."""
        known = [char for char in dict.fromkeys(text) if char in self._strokes]
        body = ",".join(f'"{char}":{self._strokes[char]}' for char in known)
        name = "-".join(format(ord(char), "x") for char in text)
        path = f"/assets/{self.folder}/{name}.json"
        return prepare(path, f"{{{body}}}".encode(), "application/json", FOREVER, ASSET_HEADERS)

    def route(self) -> Route:
        """The files of phrases that came after the start."""
        return Route(f"/assets/{self.folder}/{{name}}.json", self._respond)

    async def _respond(self, request: Request) -> Response:
        name = request.path_params["name"]
        points = [int(point, 16) for point in name.split("-")] if _NAME.fullmatch(name) else []
        text = "".join(chr(point) for point in points if point <= sys.maxunicode)
        if not any(char in self._strokes for char in text):
            raise ApiError(404, "not_found", "there are no strokes for this text")
        return answer(self.response(text), request)
