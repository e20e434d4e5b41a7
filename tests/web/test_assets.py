"""The answers that are known when the service starts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest

from server.prepared.response import PreparedResponse
from server.relay.phrase import make_phrase
from server.web.assets import page_files, prepared_responses
from server.web.locations import STATIC
from server.web.pages import Pages
from server.web.strokes import Strokes

ADDRESS = re.compile(r' (?:href|src)="([^"#][^"]*)"')
CDN = "https://cdn.example.org/files"
STROKES = Strokes(STATIC / "strokes")
PHRASES = (
    make_phrase("jiayou", "加油", "zh-Hans"),
    make_phrase("mixed", "油A", "zh-Hant"),
    make_phrase("ja", "日本", "ja"),
)
WAYS = pytest.mark.parametrize(
    ("base_path", "assets_url"), [("", ""), ("/jielong", ""), ("/jielong", CDN)]
)


def prepare(
    base_path: str = "",
    assets_url: str = "",
    *,
    bundled: bool = True,
    service_worker: bool = True,
) -> Mapping[str, PreparedResponse]:
    files = page_files(base_path, assets_url, bundled=bundled)
    pages = Pages(base_path, files, STROKES.folder, service_worker=service_worker)
    return prepared_responses(pages, STROKES, PHRASES)


def text_of(response: PreparedResponse) -> str:
    return response.bodies["identity"].decode()


@WAYS
def test_every_address_in_a_document_is_one_of_the_answers(base_path: str, assets_url: str) -> None:
    prepared = prepare(base_path, assets_url)
    assets = f"{assets_url or base_path}/assets/"
    for path in ("/gallery", "/wall", "/offline"):
        addresses = ADDRESS.findall(text_of(prepared[path]))
        assert len(addresses) >= 5
        for address in addresses:
            if address.startswith(assets):
                assert f"/assets/{address.removeprefix(assets)}" in prepared
            else:
                assert address.removeprefix(base_path) in (*prepared, "/")
        assert sum(address.endswith(".js") for address in addresses) == 1
        assert sum(address.endswith(".css") for address in addresses) == 1


def test_an_asset_is_the_same_whatever_the_base_path() -> None:
    one, other = prepare(), prepare("/jielong", CDN)
    assets = {path for path in one if path.startswith("/assets/")}
    assert assets == {path for path in other if path.startswith("/assets/")}
    for path in assets:
        assert one[path].bodies == other[path].bodies


def test_only_the_named_host_may_send_scripts() -> None:
    for assets_url, host in (("", ""), (CDN, " https://cdn.example.org")):
        policy = dict(prepare("", assets_url)["/gallery"].headers)["content-security-policy"]
        assert f"default-src 'self'{host};" in policy
        assert f"script-src 'self'{host} 'sha256-" in policy
        assert "unsafe" not in policy


def test_a_document_is_for_everybody_and_stays_in_proxies_for_seconds() -> None:
    for path in ("/gallery", "/wall"):
        response = prepare()[path]
        assert response.cache_control == "public, max-age=0, s-maxage=5"
        assert not {"set-cookie", "vary"} & dict(response.headers).keys()


def test_the_strokes_of_a_chinese_phrase_are_one_file() -> None:
    prepared = prepare()
    strokes = {path for path in prepared if path.startswith(f"/assets/{STROKES.folder}/")}
    assert {path.rpartition("/")[2] for path in strokes} == {"52a0-6cb9.json", "6cb9-41.json"}
    known = json.loads(text_of(prepared[f"/assets/{STROKES.folder}/52a0-6cb9.json"]))
    assert list(known) == ["加", "油"]
    assert len(known["加"]["strokes"]) == len(known["加"]["medians"]) == 5
    assert list(json.loads(text_of(prepared[f"/assets/{STROKES.folder}/6cb9-41.json"]))) == ["油"]


@WAYS
def test_the_service_worker_keeps_files_that_are_there(base_path: str, assets_url: str) -> None:
    prepared = prepare(base_path, assets_url)
    configuration = json.loads(
        text_of(prepared["/sw.js"]).partition("\n")[0].removeprefix("self.CONFIG = ")[:-1]
    )
    assert configuration["assets"] == f"{assets_url or base_path}/assets/"
    assert len(configuration["files"]) > 15
    for name in configuration["files"]:
        assert f"/assets/{name}" in prepared
    on_demand = [path for path in prepared if path.startswith("/assets/film-encoder-")]
    assert on_demand
    assert not {path.removeprefix("/assets/") for path in on_demand} & set(configuration["files"])
    rest = json.loads(text_of(prepared[f"/assets/{configuration['rest']}"]))
    assert len(set(configuration["files"]) - rest.keys()) <= 4
    for name, content in rest.items():
        assert content == text_of(prepared[f"/assets/{name}"])
    for address in (*configuration["documents"], configuration["offline"]):
        assert address.removeprefix(base_path) in (*prepared, "/")
    assert configuration["campaigns"] == f"{base_path}/c/"


def test_without_a_service_worker_there_is_one_that_goes() -> None:
    prepared = prepare(service_worker=False)
    assert "unregister" in text_of(prepared["/sw.js"])
    assert "data-worker" not in text_of(prepared["/gallery"])


def test_the_sources_are_no_prepared_answers() -> None:
    prepared = prepare(bundled=False, service_worker=False)
    assert "/gallery" not in prepared
    assert {"/sw.js", "/manifest.webmanifest", "/favicon.ico"} <= prepared.keys()
