"""The strokes of the characters of each phrase, as one file a phrase."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from server.prepared.response import PreparedResponse, prepare
from server.relay.phrase import Phrase, language_of
from server.web.bundle import ASSET_HEADERS, FOREVER


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
        return [self._response(text) for text in sorted(texts)]

    def _response(self, text: str) -> PreparedResponse:
        known = [char for char in dict.fromkeys(text) if char in self._strokes]
        body = ",".join(f'"{char}":{self._strokes[char]}' for char in known)
        name = "-".join(format(ord(char), "x") for char in text)
        path = f"/assets/{self.folder}/{name}.json"
        return prepare(path, f"{{{body}}}".encode(), "application/json", FOREVER, ASSET_HEADERS)
