"""A finished work's address as other sites see it: the page's head, the picture, and the lists."""

from __future__ import annotations

import asyncio
import random
import struct
import urllib.error
import urllib.request
from html.parser import HTMLParser
from typing import NamedTuple

import pytest
from jielong import Participant, Pen

from tests.finished import finish_work
from tests.integration.http import error_of, get, get_json
from tests.patience import eventually
from tests.service import Service

HOST = "relay.example.org"
TITLE = """"加油" & <接龙>"""
CAMPAIGN = f"""
[[campaign]]
id = "default"
title = '''{TITLE}'''
open = true
locale = "zh-Hans"

[[phrase]]
id = "shalom"
text = "שלום"
locale = "he"
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A campaign whose title a careless page would take for markup."""
    campaigns = tmp_path_factory.mktemp("settings") / "campaigns.toml"
    campaigns.write_text(CAMPAIGN)
    return {"campaigns": campaigns}


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


def _ask(url: str, headers: dict[str, str]) -> Answer:
    try:
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found = {key.lower(): value for key, value in answer.headers.items()}
            return Answer(answer.status, found, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            found = {key.lower(): value for key, value in error.headers.items()}
            return Answer(error.code, found, error.read())


async def ask(service: Service, path: str, **headers: str) -> Answer:
    """Ask for a path; keywords are headers, `_` for `-`."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return await asyncio.to_thread(_ask, service.url + path, named)


class Head(HTMLParser):
    """A page's title and meta tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.title = ""
        self.meta: dict[str, str] = {}
        self._in_title = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._in_title = tag == "title"
        if name := values.get("property") or values.get("name"):
            self.meta[name] = values.get("content") or ""

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
            self._in_title = False


async def test_the_head_tells_other_sites_what_the_work_is(shared: Service) -> None:
    work = await finish_work(shared)
    serials = [h["serial"] for h in (await get_json(shared, f"/api/works/{work}"))["hands"]]
    page = await ask(shared, f"/w/{work}", Host=HOST)
    head = Head(page.body.decode())
    assert page.status == 200
    assert head.title == head.meta["og:title"] == head.meta["twitter:title"] == "加油 · 接龙"
    assert head.meta["og:url"] == f"http://{HOST}/w/{work}"
    assert head.meta["og:image"] == f"http://{HOST}/w/{work}/picture.png"
    assert head.meta["twitter:image"] == head.meta["og:image"]
    assert head.meta["twitter:card"] == "summary_large_image"
    assert f"第 {serials[0]} 位与第 {serials[1]} 位" in head.meta["og:description"]
    assert head.meta["description"] == head.meta["og:description"]


async def test_a_title_with_markup_stays_words(shared: Service) -> None:
    page = await ask(shared, f"/w/{await finish_work(shared)}")
    assert Head(page.body.decode()).meta["og:site_name"] == TITLE
    assert TITLE.encode() not in page.body


async def test_the_page_has_the_direction_of_the_phrase(shared: Service) -> None:
    for phrase, direction in (("shalom", "rtl"), ("jiayou", "ltr")):
        page = (await ask(shared, f"/w/{await finish_work(shared, phrase)}")).body.decode()
        for name in ("work-title", "work"):
            (tag,) = [part for part in page.split("<") if f'data-testid="{name}"' in part]
            assert f'dir="{direction}"' in tag


async def test_a_forged_host_stays_words(shared: Service) -> None:
    work = await finish_work(shared)
    page = await ask(shared, f"/w/{work}", Host='x"><script>alert(1)</script>')
    assert b"<script>alert" not in page.body


async def test_the_picture_is_a_png_of_the_size_that_previews_want(shared: Service) -> None:
    work = await finish_work(shared, "tiantian-xiangshang")
    picture = await ask(shared, f"/w/{work}/picture.png")
    assert (picture.status, picture.headers["content-type"]) == (200, "image/png")
    assert picture.body.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture.body[16:24]) == (1200, 630)
    again = await ask(shared, f"/w/{work}/picture.png", If_None_Match=picture.headers["etag"])
    assert (again.status, again.body) == (304, b"")


async def test_many_who_ask_for_a_picture_at_once_get_the_same_one(shared: Service) -> None:
    path = f"/w/{await finish_work(shared)}/picture.png"
    pictures = await asyncio.gather(*(ask(shared, path) for _ in range(12)))
    assert {picture.status for picture in pictures} == {200}
    assert len({picture.body for picture in pictures}) == 1


async def test_different_works_have_different_pictures(shared: Service) -> None:
    one, two = await finish_work(shared, seed=1), await finish_work(shared, seed=5)
    first, second = [await ask(shared, f"/w/{work}/picture.png") for work in (one, two)]
    assert first.body != second.body


async def test_an_unknown_work_has_a_page_that_says_so_and_no_picture(shared: Service) -> None:
    page = await ask(shared, "/w/no-such-work")
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有找到这幅作品。" in page.body.decode()
    assert "og:title" not in Head(page.body.decode()).meta
    assert Head(page.body.decode()).meta["robots"] == "noindex"
    assert (await ask(shared, "/w/no-such-work/picture.png")).status == 404


async def test_a_work_held_back_is_not_shown(shared: Service) -> None:
    async with (
        await Participant.connect(shared.ws_url) as one,
        await Participant.connect(shared.ws_url) as two,
    ):
        await one.join(phrase="jiayou")
        await two.join()
        done, _ = await asyncio.gather(
            one.write_relay(Pen(random.Random(1)), timeout=60),
            two.write_relay(Pen(random.Random(2)), timeout=60),
        )
        assert (await ask(shared, f"/w/{done.work}/picture.png")).status == 200
        await two.report("obscene")
        await two.ping()

    async def is_gone() -> bool:
        return (await ask(shared, f"/w/{done.work}")).status == 404

    await eventually(is_gone)
    assert (await ask(shared, f"/w/{done.work}/picture.png")).status == 404
    listed = await get_json(shared, "/api/works?phrase=jiayou&limit=100")
    assert done.work not in [work["id"] for work in listed["works"]]


async def test_works_can_be_listed_by_phrase_a_page_at_a_time(shared: Service) -> None:
    made = []
    for phrase in ("en-thanks", "jiayou", "en-thanks", "en-thanks", "jiayou"):
        work = await finish_work(shared, phrase)
        if phrase == "en-thanks":
            made.append(work)
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await get_json(shared, f"/api/works?phrase=en-thanks&limit=2&cursor={cursor}")
        assert {work["phrase"]["id"] for work in page["works"]} <= {"en-thanks"}
        found += [work["id"] for work in page["works"]]
        cursor = page["next"]
    assert found == made[::-1]


async def test_a_list_by_a_phrase_nobody_knows_is_refused(shared: Service) -> None:
    assert await error_of(shared, "/api/works?phrase=nothing", 404) == "no_such_phrase"


async def test_pages_are_found_at_their_own_addresses_only(shared: Service) -> None:
    for path in ("/", "/gallery", "/wall"):
        assert (await ask(shared, path)).status == 200
    for name in ("index", "work", "gallery", "wall"):
        assert (await get(shared, f"/static/{name}.html"))[0] == 404
