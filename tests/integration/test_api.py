"""What the service tells over HTTP: its health, campaigns, works, and errors."""

from __future__ import annotations

import asyncio
import re
import urllib.error
import urllib.request
from datetime import datetime, timedelta

import pytest

from tests.integration.conftest import Connect
from tests.integration.http import error_of, get, get_json
from tests.integration.metrics import metrics
from tests.integration.protocol_client import MSGPACK, frame, open_raw, pack
from tests.integration.relays import finish, sit_down
from tests.integration.rooms.assertions import come_back
from tests.polling import eventually
from tests.service import Service


async def test_it_lives_and_is_ready(shared: Service) -> None:
    assert (await get(shared, "/healthz"))[0] == 200
    assert await get_json(shared, "/readyz") == {"ready": True}


async def test_metrics_are_prometheus_text(shared: Service, connect: Connect) -> None:
    seats = await sit_down(connect)
    status, kind, body = await get(shared, "/metrics")
    assert status == 200
    assert kind.startswith("text/plain")
    sample = re.compile(r"[a-zA-Z_:][\w:]*(\{.*\})? [-+0-9.einfaNI]+")
    for line in body.splitlines():
        assert line.startswith("# ") or sample.fullmatch(line), line
    figures = await metrics(shared)
    assert figures["jielong_connections"] == 2
    assert figures["jielong_seated"] == 2
    assert figures["jielong_not_durable"] == 0
    assert figures['jielong_works_waiting{campaign="default"}'] == 0
    await finish(seats, 0, 2)


async def test_nobody_stays_in_the_gauges_however_they_go(
    shared: Service, connect: Connect
) -> None:
    replaced, leaver = await sit_down(connect)
    moved = await come_back(connect, replaced)
    cut, partner = await sit_down(connect)
    done = await sit_down(connect)
    await finish(done, 0, 2)
    await leaver.send("leave", room=leaver.room)

    async def are(*values: float) -> bool:
        return tuple((await gauges(shared)).values()) == values

    await eventually(lambda: are(6, 3, 6, 3))
    cut.socket.transport.abort()
    for peer in (moved, leaver, partner, *done):
        await peer.close()
    await eventually(lambda: are(0, 0, 0, 0))


async def gauges(service: Service) -> dict[str, float]:
    """How many are said to be there, and to hold a seat: here, and in the campaign."""
    wanted = ["jielong_connections", "jielong_seated"]
    wanted += [f'jielong_{name}{{campaign="default"}}' for name in ("online", "writing")]
    figures = await metrics(service)
    return {name: figures[name] for name in wanted}


async def test_a_campaign_is_told_with_its_phrases(shared: Service, connect: Connect) -> None:
    peer = await connect()
    campaign = await get_json(shared, "/api/campaigns/default")
    assert set(campaign) == {
        *("id", "title", "open", "counters", "phrases", "relays", "pledges", "funds"),
        *("about", "theme", "goals", "milestones"),
    }
    assert (campaign["id"], campaign["open"]) == ("default", True)
    assert campaign["title"] == peer.welcome["campaign"]["title"]
    assert campaign["phrases"] == peer.welcome["phrases"]
    assert set(campaign["counters"]) == {"relays", "participants", "online", "writing"}


async def test_works_are_listed_newest_first_in_pages(shared: Service, connect: Connect) -> None:
    count = 7
    done = [(await finish(await sit_down(connect), 0, 2))[0]["work"] for _ in range(count)]
    whole = await get_json(shared, "/api/works?campaign=default&limit=100")
    expected = [work["id"] for work in whole["works"]]
    assert expected[:count] == done[::-1]
    assert whole["next"] is None
    assert (await get_json(shared, f"/api/works?limit={len(expected)}"))["next"] is None
    assert await get_json(shared, "/api/works?campaign=&cursor=&limit=") == await get_json(
        shared, "/api/works"
    )
    seen, cursor = [], ""
    while cursor is not None:
        page = await get_json(shared, f"/api/works?limit=3&cursor={cursor}")
        assert set(page) == {"works", "next"}
        assert 1 <= len(page["works"]) <= 3
        seen += [work["id"] for work in page["works"]]
        cursor = page["next"]
    assert seen == expected


async def test_a_work_is_told_with_its_strokes(shared: Service, connect: Connect) -> None:
    done = (await finish(await sit_down(connect, "ni-zui-bang"), 0, 3))[0]
    work = await get_json(shared, f"/api/works/{done['work']}")
    keys = {"id", "campaign", "phrase", "chars", "hands", "completed_at", "review"}
    assert set(work) == keys
    assert (work["id"], work["campaign"]) == (done["work"], "default")
    assert [set(char) for char in work["chars"]] == [{"char", "seat", "hand", "strokes"}] * 3
    assert [set(hand) for hand in work["hands"]] == [{"serial"}] * 2
    assert work["phrase"]["chars"] == [char["char"] for char in work["chars"]]
    completed_at = datetime.fromisoformat(work["completed_at"])
    assert abs(datetime.now(completed_at.tzinfo) - completed_at) < timedelta(minutes=1)

    async def is_listed() -> bool:
        return work in (await get_json(shared, "/api/works"))["works"]

    await eventually(is_listed)  # a list may be a second old
    status, kind, _ = await get(shared, done["url"])
    assert (status, kind.split(";")[0]) == (200, "text/html")


HUGE = "9" * 30
ERRORS = [
    ("/api/campaigns/nonsense", 404),
    ("/api/works/nonsense", 404),
    ("/api/works/%00", 404),
    ("/api/works/%F0%9F%98%80", 404),
    (f"/api/works/{'x' * 4_000}", 404),
    ("/api/works?campaign=nonsense", 404),
    ("/api/nonsense", 404),
    ("/nonsense", 404),
    ("/static/%00", 404),
    (f"/static/{'x' * 300}", 404),
    ("/w/%00/picture.png", 404),
    ("/static/../server/settings.py", 404),
    ("/static/%2e%2e/server/settings.py", 404),
    ("/api/works?limit=0", 400),
    ("/api/works?limit=101", 400),
    ("/api/works?limit=-1", 400),
    ("/api/works?limit=many", 400),
    ("/api/works?limit=1_0", 400),
    ("/api/works?limit=%2B5", 400),
    (f"/api/works?limit={HUGE}", 400),
    ("/api/works?cursor=nonsense", 400),
    ("/api/works?cursor=-", 400),
    ("/api/works?cursor=1-%00", 400),
    (f"/api/works?cursor={HUGE}-x", 400),
    (f"/api/works?cursor=-{HUGE}-x", 400),
]


@pytest.mark.parametrize(("path", "status"), ERRORS, ids=[path[:40] for path, _ in ERRORS])
async def test_an_error_has_its_status_and_one_shape(
    shared: Service, path: str, status: int
) -> None:
    assert await error_of(shared, path, status)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_only_reading_is_allowed(shared: Service, method: str) -> None:
    request = urllib.request.Request(f"{shared.url}/api/works", b"{}", method=method)
    with pytest.raises(urllib.error.HTTPError) as refused:
        await asyncio.to_thread(urllib.request.urlopen, request, timeout=10)
    with refused.value as answer:
        assert answer.code == 405
        assert b'"error"' in answer.read()


async def test_requests_and_sockets_share_the_port(shared: Service, connect: Connect) -> None:
    peer = await connect()
    raw = await open_raw(shared, MSGPACK)
    await raw.send(frame(pack({"t": "hello"})))
    assert (await raw.next_message())["t"] == "welcome"
    assert (await get(shared, "/"))[0] == 200
    await peer.expect_silence()
    await raw.close()
