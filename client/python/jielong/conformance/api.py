"""The HTTP API beside the socket: campaigns, works, donations, and one's own data."""

from __future__ import annotations

from ..http import Answer
from .check import Family
from .exceptions import require
from .server import Server

FAMILY = Family("api")

_CAMPAIGN = {"id", "title", "open", "counters", "phrases", "relays", "pledges", "funds"}
_COUNTERS = {"relays", "participants", "online", "writing"}
_WORK = {"id", "campaign", "phrase", "chars", "hands", "completed_at", "review"}
_PAGES = 3


@FAMILY.check("A campaign tells its title, whether it is open, its counters and what it offers.")
async def campaign(server: Server) -> None:
    welcome = (await server.guest()).welcome
    answer = await server.http.get(f"/api/campaigns/{welcome['campaign']['id']}")
    require(answer.status == 200, f"it is answered {answer.status}")
    require(set(answer.body) >= _CAMPAIGN, f"it has only {sorted(answer.body)}")
    require(set(answer.body["counters"]) >= _COUNTERS, f"it counts {answer.body['counters']}")
    require(answer.body["phrases"] == welcome["phrases"], "`welcome` has other phrases")
    require(answer.body["open"] == welcome["campaign"]["open"], "`welcome` tells `open` otherwise")


@FAMILY.check("Public works are listed in pages of `limit`, each work once.")
async def works(server: Server) -> None:
    name = (await server.guest()).welcome["campaign"]["id"]
    listed: list[str] = []
    following = ""
    for _ in range(_PAGES):
        page = await server.http.get(f"/api/works?campaign={name}&limit=2&cursor={following}")
        require(page.status == 200, f"the list is answered {page.status}")
        require(len(page.body["works"]) <= 2, f"{len(page.body['works'])} works are on a page of 2")
        for work in page.body["works"]:
            require(set(work) >= _WORK, f"a work has only {sorted(work)}")
            require(work["review"] == "public", f"a listed work is {work['review']}")
        listed += [work["id"] for work in page.body["works"]]
        following = page.body["next"] or ""
        if not following:
            break
    require(len(set(listed)) == len(listed), "a work is listed twice")


@FAMILY.check("A page has 1 to 100 works; another `limit` is answered 400.")
async def works_limit(server: Server) -> None:
    for limit, status in ((1, 200), (100, 200), (0, 400), (101, 400), ("many", 400)):
        answer = await server.http.get(f"/api/works?limit={limit}")
        require(answer.status == status, f"limit={limit} is answered {answer.status}")
        if status == 400:
            _is_error(answer)


@FAMILY.check("What is not there is answered 404, with a code and a message.")
async def not_found(server: Server) -> None:
    for path, code in (
        ("/api/campaigns/no-such-campaign", "no_such_campaign"),
        ("/api/works?campaign=no-such-campaign", "no_such_campaign"),
        ("/api/works/no-such-work", ""),
        ("/api/pledges/no-such-certificate", "no_such_pledge"),
        ("/go/no-such-campaign/fund", "no_such_campaign"),
    ):
        answer = await server.http.get(path)
        require(answer.status == 404, f"{path} is answered {answer.status}")
        _is_error(answer, code)


@FAMILY.check("A participant without a socket is of a campaign that is there.")
async def participants(server: Server) -> None:
    answer = await server.http.post("/api/participants", {"campaign": "no-such-campaign"})
    require(answer.status == 404, f"another campaign is answered {answer.status}")
    _is_error(answer, "no_such_campaign")


@FAMILY.check("A report of a donation that nobody has signed is refused with `bad_signature`.")
async def unsigned_donation(server: Server) -> None:
    name = (await server.guest()).welcome["campaign"]["id"]
    data = {"id": "conformance", "fund": "any", "amount": 1, "currency": "CNY"}
    report: dict[str, object] = {"type": "donation.succeeded", "data": data}
    answer = await server.http.post(f"/api/donations/{name}", report)
    require(answer.status == 401, f"it is answered {answer.status}")
    _is_error(answer, "bad_signature")


@FAMILY.check("Who deletes what is theirs is answered 204, each time, and is let go with `bye`.")
async def own_data(server: Server) -> None:
    for token in (None, "nobody's"):
        answer = await server.http.delete("/api/me", token)
        require(answer.status == 401, f"with the token {token}: {answer.status}")
        _is_error(answer)
    peer, _ = await server.invitation()
    for _ in range(2):
        answer = await server.http.delete("/api/me", peer.welcome["token"])
        require(answer.status == 204, f"it is answered {answer.status}")
    bye = await peer.expect("bye", why="over")
    require(bye["retry_ms"] >= 0, "`bye` has no `retry_ms`")


def _is_error(answer: Answer, code: str = "") -> None:
    error = answer.body.get("error", {})
    require({"code", "message"} <= set(error), f"the error has another shape: {answer.body}")
    require(code in {"", error["code"]}, f"the code is {error['code']}, not {code}")
