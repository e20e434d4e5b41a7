"""Which body of a prepared answer a request gets."""

from __future__ import annotations

import pytest

from server.prepared.negotiation import (
    Conditions,
    byte_range,
    choose_encoding,
    is_unchanged,
    negotiate,
)
from server.prepared.response import Encoding, prepare

TEXT = b"0123456789"
ASSET = prepare(
    "/assets/a.js",
    TEXT,
    "text/javascript",
    "no-cache",
    compressed={"gzip": b"12345", "br": b"123", "zstd": b"1234"},
)
PLAIN = prepare("/assets/a.png", TEXT, "image/png", "no-cache")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP, zstd", "zstd"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; q=0.000", "identity"),
        ("identity;q=1, sdch", "identity"),
    ],
)
def test_a_client_gets_the_smallest_body_that_it_can_read(accepted: str, coding: Encoding) -> None:
    assert choose_encoding(accepted, ASSET) == coding
    assert choose_encoding(accepted, PLAIN) == "identity"


def test_every_body_has_an_etag_of_its_own() -> None:
    tags = [ASSET.etag_of(coding) for coding in ASSET.bodies]
    assert len(set(tags)) == len(tags) == 4
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)


@pytest.mark.parametrize(
    ("given", "unchanged"),
    [
        ("", False),
        ("*", True),
        (ASSET.etag, True),
        (f'"other", W/{ASSET.etag}', True),
        (ASSET.etag_of("br"), True),
        ('"other"', False),
        (ASSET.etag[1:-1], False),
    ],
)
def test_a_client_that_has_any_of_the_bodies_has_the_content(given: str, unchanged: bool) -> None:
    assert is_unchanged(given, ASSET) is unchanged


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("", None),
        ("bytes=2-4", b"234"),
        ("bytes=7-", b"789"),
        ("bytes=-3", b"789"),
        ("bytes=-30", TEXT),
        ("bytes=8-99", b"89"),
        ("bytes=10-", b""),
        ("bytes=-0", b""),
        ("bytes=4-2", None),
        ("bytes=-", None),
        ("bytes=0-1,4-5", None),
        ("lines=0-1", None),
        (f"bytes={'9' * 30}-", None),
    ],
)
def test_a_single_range_of_bytes_is_understood(asked: str, given: bytes | None) -> None:
    found = byte_range(asked, "", ASSET)
    assert (None if found is None else TEXT[found.start : found.stop]) == given


def test_a_range_of_another_version_is_not_given() -> None:
    assert byte_range("bytes=0-1", ASSET.etag, ASSET) == range(2)
    assert byte_range("bytes=0-1", '"other"', ASSET) is None
    assert byte_range("bytes=0-1", ASSET.etag_of("br"), ASSET) is None


def test_the_headers_say_what_the_body_is() -> None:
    packed, plain = dict(ASSET.headers_of("br")), dict(PLAIN.headers_of("identity"))
    assert packed["content-encoding"] == "br"
    assert packed["vary"] == "Accept-Encoding"
    assert packed["etag"] == ASSET.etag_of("br")
    assert "content-encoding" not in plain
    assert "vary" not in plain


def test_small_and_packed_bodies_are_not_compressed() -> None:
    for body, kind in ((b"a{}", "text/css"), (bytes(9_000), "image/png")):
        assert set(prepare("/", body, kind, "no-cache").bodies) == {"identity"}
    assert set(prepare("/", bytes(9_000), "text/css", "no-cache").bodies) == {"identity", "gzip"}


@pytest.mark.parametrize(
    ("conditions", "status", "body"),
    [
        (Conditions(), 200, b"123"),
        (Conditions(if_none_match=ASSET.etag), 304, b""),
        (Conditions(if_none_match='"other"', range="bytes=2-4"), 206, b"234"),
        (Conditions(range="bytes=10-"), 416, b""),
        (Conditions(range="bytes=0-1", if_range='"other"'), 200, b"123"),
        (Conditions(ASSET.etag, "bytes=2-4", ASSET.etag), 304, b""),
    ],
)
def test_a_request_gets_the_whole_nothing_or_a_range(
    conditions: Conditions, status: int, body: bytes
) -> None:
    found = negotiate(ASSET, "br", conditions)
    assert (found.status, found.body) == (status, body)
    headers = dict(found.headers)
    assert ("content-range" in headers) == (status in {206, 416})
    assert ("content-encoding" in headers) == (status in {200, 304})
    assert ("content-type" in headers) == (status != 304)
