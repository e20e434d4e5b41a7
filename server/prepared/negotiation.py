"""Which bytes of a prepared answer a request gets: the coding, 304, or a range. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import NamedTuple

from server.prepared.response import Encoding, PreparedResponse

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_ZERO = re.compile(r"q=0(?:\.0{0,3})?")


class Negotiated(NamedTuple):
    """What a request gets."""

    status: HTTPStatus
    headers: list[tuple[str, str]]
    """All but `content-length` and `date`."""

    body: bytes


class Conditions(NamedTuple):
    """The headers of a request that decide whether it gets the whole; "" for what it lacks."""

    if_none_match: str = ""
    range: str = ""
    if_range: str = ""

    def without_range(self) -> Conditions:
        """Those of a HEAD request: only GET has ranges (RFC 9110, 14.2)."""
        return Conditions(self.if_none_match)


def negotiate(response: PreparedResponse, encoding: Encoding, conditions: Conditions) -> Negotiated:
    """The whole in this coding (200), nothing because the client has it (304), or a range of it
    without a coding (206; 416 if the range is empty).
    """
    if conditions.if_none_match and is_unchanged(conditions.if_none_match, response):
        headers = response.headers_of(encoding)
        kept = [header for header in headers if header[0] != "content-type"]
        return Negotiated(HTTPStatus.NOT_MODIFIED, kept, b"")
    part = byte_range(conditions.range, conditions.if_range, response)
    if part is not None:
        return _partial(response, part)
    return Negotiated(HTTPStatus.OK, response.headers_of(encoding), response.bodies[encoding])


def _partial(response: PreparedResponse, part: range) -> Negotiated:
    whole = response.bodies["identity"]
    headers = response.headers_of("identity")
    if not part:
        headers.append(("content-range", f"bytes */{len(whole)}"))
        return Negotiated(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers, b"")
    headers.append(("content-range", f"bytes {part.start}-{part.stop - 1}/{len(whole)}"))
    return Negotiated(HTTPStatus.PARTIAL_CONTENT, headers, whole[part.start : part.stop])


def choose_encoding(accept_encoding: str, response: PreparedResponse) -> Encoding:
    """The coding of the smallest body that the client can read.

    Args:
        accept_encoding: the header's value; empty when there is none.
        response: the answer.
    """
    accepted = set()
    for item in accept_encoding.lower().split(","):
        coding, _, weight = item.partition(";")
        if not _ZERO.fullmatch(weight.replace(" ", "")):
            accepted.add(coding.strip())
    bodies = response.bodies
    usable = [coding for coding in bodies if coding in accepted]
    return min((*usable, "identity"), key=lambda coding: len(bodies[coding]))


def is_unchanged(if_none_match: str, response: PreparedResponse) -> bool:
    """Whether the client has the content already, in whichever coding: the answer is then 304.

    Args:
        if_none_match: the header's value; empty when there is none.
        response: the answer.
    """
    return names_any(if_none_match, map(response.etag_of, response.bodies))


def names_any(if_none_match: str, etags: Iterable[str]) -> bool:
    """Whether the header names one of these ETags, as RFC 9110, 13.1.2, compares them."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or not tags.isdisjoint(etags)


def byte_range(range_: str, if_range: str, response: PreparedResponse) -> range | None:
    """The bytes of `identity` that are asked for: the answer is 206, or 416 if it is empty.

    Args:
        range_: the header `Range`; empty when there is none.
        if_range: the header `If-Range`, likewise.
        response: the answer.

    Returns:
        None: the whole is to be sent, because there is no range, several, or an older one.
    """
    found = _RANGE.fullmatch(range_.replace(" ", ""))
    if found is None or found.groups() == ("", "") or (if_range and if_range != response.etag):
        return None
    first, last = found.groups()
    size = len(response.bodies["identity"])
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1) if last else size)
