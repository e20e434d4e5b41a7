"""What a form has posted: fields and files, within bounds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from server.web.bodies import read_body

MOST_BYTES = 64 * 1024
"""The most bytes of a form without files; a route may allow more."""

MOST_FIELDS = 2_000

_ENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class Posted(NamedTuple):
    """A form.

    Attributes:
        pairs: names and values in their order; a name may come more than once.
        files: the content of the files that were chosen, by name of the field.
    """

    pairs: list[tuple[str, str]]
    files: Mapping[str, bytes]

    @property
    def fields(self) -> dict[str, str]:
        """By name, the last value."""
        return dict(self.pairs)

    def all(self, name: str) -> list[str]:
        """Every value of a name."""
        return [value for key, value in self.pairs if key == name]


async def read_posted(request: Request, most: int) -> Posted:
    """Read a form of at most so many bytes.

    Raises:
        HTTPException: it is too large (413), comes too slowly (408), or is no form (400).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (_ENCODED, _MULTIPART):
        raise HTTPException(400, "the body is no form")
    body = await read_body(request, most)
    if kind == _MULTIPART:
        return await _multipart(request, body, most)
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise HTTPException(400, "the form cannot be read") from error
    return Posted(pairs, {})


async def _multipart(request: Request, body: bytes, most: int) -> Posted:
    async def stream() -> AsyncIterator[bytes]:
        yield body
        yield b""

    parser = MultiPartParser(
        request.headers,
        stream(),  # type: ignore[arg-type]
        max_fields=MOST_FIELDS,
        max_part_size=most,
    )
    try:
        found = await parser.parse()
    except (MultiPartException, ValueError) as error:
        raise HTTPException(400, "the form cannot be read") from error
    pairs, files = [], {}
    for name, value in found.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = await value.read()
        else:
            pairs.append((name, value))
    await found.close()
    return Posted(pairs, files)
