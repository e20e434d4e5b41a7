"""The bundle in the repository: made from the sources beside it, and packed without a loss."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import brotli
import playwright
import pytest
import zstandard

from server.web.bundle import FOREVER, BundledFiles
from server.web.locations import BUNDLE
from tests.service import ROOT

NODE = Path(playwright.__file__).parent / "driver" / "node"
"""Playwright brings its own."""

CHECK = (NODE, ROOT / "scripts" / "bundle" / "bundle.mjs", "--check")
HASHED = re.compile(r"/assets/[\w-]+-[0-9A-Za-z]{8,10}\.[0-9a-z]+")
UNPACK = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstandard.ZstdDecompressor().decompress,
}


@pytest.fixture(scope="module")
def files() -> BundledFiles:
    return BundledFiles(BUNDLE, "/assets")


def test_the_bundle_is_as_new_as_its_sources() -> None:
    done = subprocess.run(CHECK, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_asset_has_a_hash_in_its_name_and_may_be_kept_for_ever(files: BundledFiles) -> None:
    responses = files.responses()
    assert len(responses) > 30
    for response in responses:
        assert HASHED.fullmatch(response.path), response.path
        assert response.cache_control == FOREVER
        assert dict(response.headers)["access-control-allow-origin"] == "*"


def test_every_script_and_style_is_packed_in_all_ways_and_unpacks_alike(
    files: BundledFiles,
) -> None:
    for response in files.responses():
        whole = response.bodies["identity"]
        if response.content_type.startswith("text/") and len(whole) > 200:
            assert set(response.bodies) == set(UNPACK), response.path
        for coding, body in response.bodies.items():
            assert UNPACK[coding](body) == whole


def test_a_page_names_only_assets_that_are_there(files: BundledFiles) -> None:
    there = {response.path for response in files.responses()}
    for page in ("home", "gallery", "wall", "work", "offline"):
        assert {*files.styles(page), *files.scripts(page)} <= there
    assert {f"/assets/{name}" for name in files.later} <= there
    assert files.asset("icons/seal.svg") in there
