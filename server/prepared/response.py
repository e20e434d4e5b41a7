"""An answer whose bytes are known before the request comes: a document or an asset."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

Encoding = Literal["identity", "gzip", "br", "zstd"]
"""A content coding, as `Accept-Encoding` names it."""

COMPRESS_BYTES = 600
"""Smaller bodies fit one packet as they are."""

_COMPRESSIBLE = ("text/", "image/svg+xml", "application/json", "application/manifest+json")


@dataclass(frozen=True, slots=True)
class PreparedResponse:
    """The answer to GET and HEAD of one path, with status 200.

    Attributes:
        path: begins with a slash; the base path is not in it.
        content_type: with the charset, if it has one.
        etag: a strong one, with its quotes, of the body without a content coding.
        cache_control: the header's value.
        bodies: the same content by coding; `identity` is always there.
        headers: all others that the answer has, whichever body it carries; names are in lower
            case. Not among them are `content-length`, `date` and those that `headers_of` adds.
    """

    path: str
    content_type: str
    etag: str
    cache_control: str
    bodies: Mapping[Encoding, bytes]
    headers: tuple[tuple[str, str], ...] = ()

    def etag_of(self, encoding: Encoding) -> str:
        """The ETag of one of the bodies: each body has its own, because their bytes differ."""
        if encoding == "identity":
            return self.etag
        return f'{self.etag[:-1]}-{encoding}"'

    def headers_of(self, encoding: Encoding) -> list[tuple[str, str]]:
        """Every header of the answer with this body but `content-length` and `date`.

        An answer 304 carries them, too.
        """
        headers = [
            ("content-type", self.content_type),
            ("cache-control", self.cache_control),
            ("etag", self.etag_of(encoding)),
            ("accept-ranges", "bytes"),
            *self.headers,
        ]
        if len(self.bodies) > 1:
            headers.append(("vary", "Accept-Encoding"))
        if encoding != "identity":
            headers.append(("content-encoding", encoding))
        return headers


def prepare(
    path: str,
    body: bytes,
    content_type: str,
    cache_control: str,
    headers: tuple[tuple[str, str], ...] = (),
    *,
    compressed: Mapping[Encoding, bytes] | None = None,
) -> PreparedResponse:
    """Make the answer of one path.

    Args:
        path: see `PreparedResponse`, as for the other arguments.
        body: without a content coding.
        content_type: decides whether compression is worth while.
        cache_control: the header's value.
        headers: further ones.
        compressed: `body` in other codings, made ahead. None: gzip is made here.
    """
    if compressed is None:
        worth_it = len(body) >= COMPRESS_BYTES and content_type.startswith(_COMPRESSIBLE)
        compressed = {"gzip": gzip.compress(body, 6, mtime=0)} if worth_it else {}
    etag = f'"{sha256(body).hexdigest()[:20]}"'
    bodies: dict[Encoding, bytes] = {"identity": body, **compressed}
    return PreparedResponse(path, content_type, etag, cache_control, bodies, headers)
