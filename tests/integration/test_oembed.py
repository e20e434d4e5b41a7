"""`/oembed` as another site asks it, for campaigns, works and certificates."""

from __future__ import annotations

import asyncio
import struct
from typing import Any
from urllib.parse import urlencode

import pytest
from jielong import Participant

from tests.finish_work import finish, finish_work
from tests.integration.http import Head, ask, error_of, get_json
from tests.service import Service

PUBLIC = "https://relay.example.org"
CAMPAIGNS = """
[[campaign]]
id = "default"
title = "Open <hands>"
relays = ["write", "pledge"]
organiser = { name = "Green Hills", link = "https://hills.example.org" }
embed = ["https://paper.example.org"]
pledge = [{ id = "tea", text = { zh-Hans = "喝茶", en = "Drink tea" } }]
[[campaign]]
id = "alone"
title = "Alone"
moderation = "before"
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A campaign that others may embed, and one that nobody may."""
    file = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    file.write_text(CAMPAIGNS)
    return {"campaigns": file, "public_url": PUBLIC}


@pytest.fixture(scope="module")
def work(shared: Service) -> str:
    """The id of a public work."""
    return asyncio.run(finish_work(shared))


@pytest.fixture(scope="module")
def certificate(shared: Service) -> str:
    """The id of a certificate."""

    async def pledge() -> str:
        async with await Participant.connect(shared.ws_url) as participant:
            return (await participant.pledge("tea")).certificate

    return asyncio.run(pledge())


def asked(url: str, **more: object) -> str:
    return f"/oembed?{urlencode({'url': url, **more})}"


async def of(service: Service, path: str, **more: object) -> dict[str, Any]:
    """What is answered for a page of the service; what every answer has to have is checked."""
    found: dict[str, Any] = await get_json(service, asked(f"{PUBLIC}{path}", **more))
    assert found["version"] == "1.0"
    assert found["provider_url"] == f"{PUBLIC}/"
    if found["type"] in {"photo", "rich"}:
        assert 0 < found["width"] <= int(str(more.get("maxwidth", found["width"])))
        assert 0 < found["height"] <= int(str(more.get("maxheight", found["height"])))
    thumbnail = {name for name in found if name.startswith("thumbnail")}
    assert thumbnail in (set(), {"thumbnail_url", "thumbnail_width", "thumbnail_height"})
    return found


@pytest.mark.parametrize(
    ("room", "width"),
    [({}, 1200), ({"maxwidth": 1000}, 800), ({"maxheight": 210}, 400), ({"maxwidth": 200}, 200)],
)
async def test_a_work_is_a_photo_that_fits(
    shared: Service, work: str, room: dict[str, object], width: int
) -> None:
    found = await of(shared, f"/w/{work}", **room)
    assert (found["type"], found["width"], found["height"]) == ("photo", width, width * 21 // 40)
    picture = await ask(shared, found["url"].removeprefix(PUBLIC))
    assert struct.unpack(">II", picture.body[16:24]) == (found["width"], found["height"])
    assert picture.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_a_certificate_is_a_photo_of_its_card(shared: Service, certificate: str) -> None:
    found = await of(shared, f"/p/{certificate}")
    assert (found["type"], found["title"]) == ("photo", "喝茶 · 1")
    picture = await ask(shared, found["url"].removeprefix(PUBLIC))
    assert struct.unpack(">II", picture.body[16:24]) == (1200, 630)
    english = await ask(shared, f"/p/{certificate}/picture.png?locale=en")
    assert english.body != picture.body
    again = await ask(
        shared, f"/p/{certificate}/picture.png", If_None_Match=picture.headers["etag"]
    )
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["/c/default", "/", "/?campaign=default", "/embed/default"])
async def test_a_campaign_that_others_may_embed_is_a_frame(shared: Service, path: str) -> None:
    found = await of(shared, path, maxwidth=400, maxheight=5_000)
    assert found["type"] == "rich"
    assert f'src="{PUBLIC}/embed/default"' in found["html"]
    assert f'width="{found["width"]}" height="{found["height"]}"' in found["html"]
    assert 'title="Open &lt;hands&gt;"' in found["html"]
    assert (found["author_name"], found["author_url"]) == (
        "Green Hills",
        "https://hills.example.org",
    )


async def test_what_does_not_fit_or_may_not_be_embedded_is_a_link(
    shared: Service, work: str, certificate: str
) -> None:
    assert (await of(shared, "/c/alone"))["type"] == "link"
    assert (await of(shared, "/c/default", maxwidth=319))["type"] == "link"
    assert (await of(shared, f"/w/{work}", maxwidth=199))["type"] == "link"
    assert (await of(shared, f"/p/{certificate}", maxheight=629))["type"] == "link"


async def test_the_pages_lead_to_it_and_have_cards(
    shared: Service, work: str, certificate: str
) -> None:
    for path, kind in ((f"/w/{work}", "photo"), (f"/p/{certificate}", "photo")):
        head = Head((await ask(shared, path)).body.decode())
        link = head.alternates["application/json+oembed"]
        assert (await get_json(shared, link.removeprefix(PUBLIC)))["type"] == kind
        assert head.meta["twitter:card"] == "summary_large_image"
        picture = await ask(shared, head.meta["og:image"].removeprefix(PUBLIC))
        assert picture.headers["content-type"] == "image/png"


@pytest.mark.parametrize(("path", "address"), [("/", "/"), ("/c/alone", "/c/alone")])
async def test_the_page_of_a_campaign_has_a_card_and_leads_to_it(
    shared: Service, path: str, address: str
) -> None:
    head = Head((await ask(shared, path)).body.decode())
    name = "default" if address == "/" else "alone"
    told = {"url": f"{PUBLIC}{address}", "format": "json"}
    assert head.alternates["application/json+oembed"] == f"{PUBLIC}/oembed?{urlencode(told)}"
    assert head.meta["og:url"] == f"{PUBLIC}{address}"
    assert head.meta["og:image"] == f"{PUBLIC}/c/{name}/picture.png"
    picture = await ask(shared, f"/c/{name}/picture.png")
    assert struct.unpack(">II", picture.body[16:24]) == (1200, 630)
    assert await error_of(shared, "/c/nothing/picture.png", 404) == "no_such_campaign"


async def test_another_format_is_not_implemented(shared: Service, work: str) -> None:
    path = asked(f"{PUBLIC}/w/{work}", format="xml")
    assert await error_of(shared, path, 501) == "not_implemented"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("{here}/w/nothing", 404),
        ("{here}/p/nothing", 404),
        ("{here}/c/nothing", 404),
        ("{here}/gallery", 404),
        ("https://elsewhere.example.org/c/default", 404),
        ("ftp://elsewhere.example.org/", 404),
        ("http://[", 404),
        ("", 400),
    ],
)
async def test_an_unknown_page_is_said_to_be_one(shared: Service, url: str, status: int) -> None:
    found = await ask(shared, asked(url.format(here=PUBLIC)))
    assert (found.status, found.headers["content-type"]) == (status, "application/json")


@pytest.mark.parametrize("room", [{"maxwidth": "wide"}, {"maxheight": 0}, {"maxwidth": -1}])
async def test_a_room_that_is_no_number_is_refused(
    shared: Service, room: dict[str, object]
) -> None:
    assert (await ask(shared, asked(f"{PUBLIC}/", **room))).status == 400


async def test_a_work_that_is_not_public_is_shown_to_those_who_wrote_it_only(
    shared: Service,
) -> None:
    done = await finish(shared, campaign="alone")
    url = f"{PUBLIC}/w/{done.work}"
    key = done.url.partition("?")[2]
    assert await error_of(shared, asked(url), 404) == "no_such_work"
    assert await error_of(shared, asked(f"{url}?key=wrong"), 404) == "no_such_work"
    assert await error_of(shared, asked(f"{url}?{key}"), 401) == "private"
    for picture in ("picture.png", "animation.webp", "animation.gif"):
        assert (await ask(shared, f"/w/{done.work}/{picture}")).status == 404
        found = await ask(shared, f"/w/{done.work}/{picture}?{key}")
        assert (found.status, found.headers["cache-control"]) == (200, "private, no-store")
        # Now it is drawn; nobody else gets it for that.
        assert (await ask(shared, f"/w/{done.work}/{picture}")).status == 404


async def test_a_host_that_somebody_made_up_is_in_no_address(
    shared: Service, work: str, certificate: str
) -> None:
    """A cache may keep these answers for others."""
    for path in (f"/w/{work}", f"/p/{certificate}", "/sitemap.xml", asked(f"{PUBLIC}/w/{work}")):
        found = await ask(shared, path, Host="evil.example", X_Forwarded_Host="evil.example")
        assert found.status == 200
        assert b"evil.example" not in found.body
        assert PUBLIC.encode() in found.body
