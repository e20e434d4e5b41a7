"""What is public: works that show what was asked, and those that a person released."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jielong import Participant

from tests.browser.handwriting import Handwriting
from tests.finish_work import Scribbler, finish
from tests.integration.command import jielong
from tests.integration.http import ask, error_of, get_json
from tests.polling import eventually
from tests.service import Service

CHECKED_SECONDS = 30.0
"""The check starts with the service, and is not quick to start on a busy machine."""

BEFORE = """
[[campaign]]
id = "default"
moderation = "before"
"""


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"check": "on"}


async def listed(service: Service) -> list[str]:
    """The works that everybody may see."""
    return [work["id"] for work in (await get_json(service, "/api/works?limit=100"))["works"]]


async def is_listed(service: Service, work: str) -> bool:
    """A list is kept for a moment: what is new may come a little later."""
    return work in await listed(service)


async def review_of(service: Service, path: str) -> str:
    answer: dict[str, Any] = await get_json(service, path)
    return str(answer["review"])


def api_path(url: str) -> str:
    """The API's address of the work with the page `url`, with its key."""
    return f"/api/works/{urlsplit(url).path.split('/')[-1]}?{urlsplit(url).query}"


async def test_a_work_that_shows_what_was_asked_becomes_public(shared: Service) -> None:
    done = await finish(shared, hand=Handwriting)

    async def is_public() -> bool:
        return done.work in await listed(shared)

    await eventually(is_public, CHECKED_SECONDS)
    assert await review_of(shared, f"/api/works/{done.work}") == "public"
    page = await ask(shared, f"/w/{done.work}")
    assert b'property="og:image"' in page.body
    assert "no-store" not in page.headers["cache-control"]


async def test_a_scribble_stays_with_those_who_wrote_it(shared: Service) -> None:
    done = await finish(shared, hand=Scribbler)
    path = api_path(done.url)

    async def is_judged() -> bool:
        return await review_of(shared, path) == "private"

    await eventually(is_judged, CHECKED_SECONDS)
    assert done.work not in await listed(shared)
    for hidden in (f"/api/works/{done.work}", f"/w/{done.work}/picture.png"):
        assert await error_of(shared, hidden, 404) == "no_such_work"
    assert (await ask(shared, f"/w/{done.work}")).status == 404
    page = await ask(shared, done.url)
    assert (page.status, page.headers["cache-control"]) == (200, "private, no-store")
    assert b'property="og:' not in page.body
    assert b'content="noindex"' in page.body


async def test_a_work_is_not_public_before_it_is_judged(shared: Service) -> None:
    done = await finish(shared, hand=Handwriting)
    assert await review_of(shared, api_path(done.url)) in {"waiting", "public"}


async def test_the_key_of_one_work_opens_no_other(shared: Service) -> None:
    one, other = await finish(shared, hand=Scribbler), await finish(shared, hand=Scribbler)
    (key,) = parse_qs(urlsplit(other.url).query)["key"]
    for wrong in (key, "", "x", "%E6%8E%A5"):
        assert await error_of(shared, f"/api/works/{one.work}?key={wrong}", 404) == "no_such_work"


async def test_those_who_wrote_a_work_see_it_by_their_token(shared: Service) -> None:
    done = await finish(shared, hand=Scribbler)
    async with await Participant.connect(shared.ws_url) as stranger:
        tokens = {"writer": done.token, "stranger": stranger.token, "forged": f"{done.token}x"}
    answers = {
        who: (await ask(shared, f"/api/works/{done.work}", Authorization=f"Bearer {token}")).status
        for who, token in tokens.items()
    }
    assert answers == {"writer": 200, "stranger": 404, "forged": 404}


async def test_a_person_decides_over_the_check(shared: Service) -> None:
    done = await finish(shared, hand=Scribbler)
    path = api_path(done.url)

    async def is_judged() -> bool:
        return await review_of(shared, path) == "private"

    await eventually(is_judged, CHECKED_SECONDS)
    for verb, review in (("release", "public"), ("hold", "waiting"), ("refuse", "private")):
        said = jielong("works", verb, done.work, "--data", shared.data)
        assert said.returncode == 0, said.stderr
        assert await review_of(shared, path) == review
        if review == "public":
            await eventually(lambda: is_listed(shared, done.work))
        else:
            assert done.work not in await listed(shared)
        held = jielong("works", "held", "--data", shared.data).stdout
        assert (done.work in held) == (review == "waiting")


async def test_a_campaign_may_have_a_person_look_first(
    serve: Callable[..., Service], tmp_path: Path
) -> None:
    campaigns = tmp_path / "campaigns.toml"
    campaigns.write_text(BEFORE)
    service = serve(check="on", campaigns=campaigns)
    done = await finish(service, hand=Handwriting)

    async def waits() -> bool:
        held = jielong("works", "held", "--data", service.data).stdout
        return f"{done.work} " in held and "not released yet" in held

    await eventually(waits, CHECKED_SECONDS)
    assert await listed(service) == []
    jielong("works", "release", done.work, "--data", service.data)
    await eventually(lambda: is_listed(service, done.work))
