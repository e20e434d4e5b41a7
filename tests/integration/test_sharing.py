"""A finished work's address as other sites see it: the page's head, the picture, and the lists."""

from __future__ import annotations

import asyncio
import io
import random
import struct
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from jielong import Participant, Pen
from PIL import Image

from server.archive.database import Database
from server.archive.works import Works
from tests.finish_work import finish_work
from tests.integration.http import Head, ask, error_of, get, get_json
from tests.polling import eventually
from tests.service import Service

SECONDS = 10.0
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


@pytest.fixture(scope="module")
def work(shared: Service) -> str:
    """The id of a finished work."""
    return asyncio.run(finish_work(shared))


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


@pytest.mark.parametrize(
    "schemes",
    ["https", "HTTPS", " https ", "https, http", "https,http,http", "Https , HTTP", ", https"],
)
async def test_the_scheme_is_that_of_the_proxy_that_clients_speak_to(
    shared: Service, work: str, schemes: str
) -> None:
    page = await ask(shared, f"/w/{work}", Host=HOST, X_Forwarded_Proto=schemes)
    head = Head(page.body.decode())
    assert head.meta["og:url"] == f"https://{HOST}/w/{work}"
    assert head.meta["og:image"] == f"https://{HOST}/w/{work}/picture.png"


@pytest.mark.parametrize("schemes", ["http, https", "ftp, https", "", ",", "javascript"])
async def test_without_a_secure_scheme_the_addresses_are_plain(
    shared: Service, work: str, schemes: str
) -> None:
    page = await ask(shared, f"/w/{work}", Host=HOST, X_Forwarded_Proto=schemes)
    assert Head(page.body.decode()).meta["og:url"] == f"http://{HOST}/w/{work}"


async def test_the_sitemap_leads_to_public_works(shared: Service, work: str) -> None:
    async def locations(path: str) -> list[str]:
        answer = await ask(shared, path, Host=HOST)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        assert answer.headers["cache-control"] == "public, max-age=3600"
        tree = ElementTree.fromstring(answer.body)
        return [
            it.text or "" for it in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
        ]

    page = f"http://{HOST}/sitemap/default/1.xml"
    await eventually(lambda: is_archived(shared, work))
    assert await locations("/sitemap.xml") == [page]
    assert f"http://{HOST}/w/{work}" in await locations("/sitemap/default/1.xml")
    for missing in ("default/2", "default/0", "unknown/1"):
        assert await error_of(shared, f"/sitemap/{missing}.xml", 404) == "not_found"


async def is_archived(service: Service, work: str) -> bool:
    """Whether SQL has the work."""
    database = Database(f"sqlite+aiosqlite:///{service.data / 'works.sqlite'}")
    try:
        return await Works(database).find(work) is not None
    finally:
        await database.close()


async def test_the_first_of_several_header_lines_counts(shared: Service, work: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", shared.port)
    writer.write(
        f"GET /w/{work} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
        "X-Forwarded-Proto: https\r\nx-forwarded-proto: http\r\n\r\n".encode()
    )
    async with asyncio.timeout(SECONDS):
        page = (await reader.read()).decode()
    writer.close()
    assert Head(page).meta["og:url"] == f"https://{HOST}/w/{work}"


@pytest.mark.parametrize(
    ("trusted", "scheme"),
    [("192.0.2.1, 2001:DB8::/32", "http"), ("192.0.2.1 , 127.0.0.0/8", "https"), ("*", "https")],
)
async def test_only_a_trusted_proxy_is_believed(
    serve: Callable[..., Service], monkeypatch: pytest.MonkeyPatch, trusted: str, scheme: str
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    service = serve()
    work = await finish_work(service)
    page = await ask(service, f"/w/{work}", Host=HOST, X_Forwarded_Proto="HTTPS, http")
    assert Head(page.body.decode()).meta["og:url"] == f"{scheme}://{HOST}/w/{work}"


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


async def test_a_smaller_picture_is_drawn_where_one_is_asked_for(
    shared: Service, work: str
) -> None:
    picture = await ask(shared, f"/w/{work}/picture.png?width=400")
    assert struct.unpack(">II", picture.body[16:24]) == (400, 210)
    assert await error_of(shared, f"/w/{work}/picture.png?width=401", 400) == "bad_width"


@pytest.mark.parametrize("kind", ["webp", "gif"])
async def test_the_animation_begins_empty_and_ends_with_the_whole_work(
    shared: Service, work: str, kind: str
) -> None:
    found = await ask(shared, f"/w/{work}/animation.{kind}")
    assert (found.status, found.headers["content-type"]) == (200, f"image/{kind}")
    again = await ask(shared, f"/w/{work}/animation.{kind}", If_None_Match=found.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    with Image.open(io.BytesIO(found.body)) as animation:
        assert animation.size == (600, 315)
        assert animation.info["loop"] == 0
        ink = []
        for frame in (0, animation.n_frames // 2, animation.n_frames - 1):
            animation.seek(frame)
            ink.append(sum(animation.convert("L").histogram()[:60]))
    assert ink[0] < ink[1] < ink[2]


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
        below = "", "/picture.png", "/animation.webp"
        shown = *(f"/w/{done.work}{it}" for it in below), f"/api/works/{done.work}"
        listed = "/api/works?phrase=jiayou&limit=100"
        for path in (*shown, *shown):  # what was asked for before is kept
            assert (await ask(shared, path)).status == 200
        assert done.work in (await ask(shared, listed)).body.decode()
        await two.report("obscene")
        await two.ping()

    async def is_gone() -> bool:
        return (await ask(shared, f"/w/{done.work}")).status == 404

    await eventually(is_gone)
    for path in shown:
        assert (await ask(shared, path)).status == 404
    assert done.work not in (await ask(shared, listed)).body.decode()


async def test_a_proxy_may_keep_works_for_seconds_and_a_browser_asks_again(
    shared: Service, work: str
) -> None:
    for path in (f"/w/{work}", f"/w/{work}/animation.webp", f"/api/works/{work}", "/api/works"):
        found = await ask(shared, path)
        assert found.headers["cache-control"] == "public, max-age=0, s-maxage=5"
        again = await ask(shared, path, If_None_Match=found.headers["etag"])
        assert (again.status, again.body) == (304, b"")
    for path in ("/w/no-such-work", "/api/works/no-such-work"):
        assert (await ask(shared, path)).headers["cache-control"] == "no-store"


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


async def test_a_slash_at_the_end_of_an_address_leads_to_the_page(shared: Service) -> None:
    for path in ("/gallery/?phrase=jiayou", "/wall/"):
        assert (await ask(shared, path)).status == 200
    assert (await ask(shared, "/c/nothing")).status == 404
