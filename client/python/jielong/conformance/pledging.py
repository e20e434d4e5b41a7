"""Pledges: made once by each participant, over a socket or without one."""

from __future__ import annotations

from .check import Family
from .exceptions import NotTestableError, require
from .peer import Message
from .server import Server

FAMILY = Family("pledging")

_KEYS = ("pledge", "number", "certificate", "url")


@FAMILY.check("`pledge` is answered with a number and a certificate; once made, always the same.")
async def pledge(server: Server) -> None:
    name, _ = await _offered(server)
    peer = await server.guest()
    first = _kept(await peer.ask("pledge", "pledged", pledge=name))
    require(first["pledge"] == name, f"another pledge was made: {first['pledge']}")
    require(first["number"] >= 1, f"the number is {first['number']}")
    again = _kept(await peer.ask("pledge", "pledged", pledge=name))
    require(again == first, f"the repeat is {again}, not {first}")
    await peer.close()
    back = await server.guest("json", token=peer.welcome["token"])
    later = _kept(await back.ask("pledge", "pledged", pledge=name))
    require(later == first, f"after a return it is {later}, not {first}")


@FAMILY.check("Numbers of a pledge ascend, and its count follows them.")
async def pledge_numbers(server: Server) -> None:
    name, campaign = await _offered(server)
    numbers: list[int] = []
    for _ in range(2):
        peer = await server.guest()
        numbers.append((await peer.ask("pledge", "pledged", pledge=name))["number"])
    require(numbers[1] > numbers[0], f"{numbers[1]} came after {numbers[0]}")
    answer = await server.http.get(f"/api/campaigns/{campaign}")
    [count] = [it["count"] for it in answer.body["pledges"] if it["id"] == name]
    require(count >= 2, f"two were made, {count} are counted")


@FAMILY.check("A participant without a socket pledges over HTTP: 201, then 200 with the same.")
async def pledge_over_http(server: Server) -> None:
    name, campaign = await _offered(server)
    path = f"/api/campaigns/{campaign}/pledges/{name}"
    token = await _participant(server, campaign)
    made = await server.http.post(path, token=token)
    require(made.status == 201, f"the first time is answered {made.status}")
    require(set(_KEYS) <= set(made.body), f"the answer has {sorted(made.body)}")
    again = await server.http.post(path, token=token)
    require((again.status, again.body) == (200, made.body), f"the repeat is answered {again}")
    certificate = await server.http.get(f"/api/pledges/{made.body['certificate']}")
    found = (certificate.status, certificate.body.get("number"), certificate.body.get("pledge"))
    require(found == (200, made.body["number"], name), f"the certificate is {certificate}")


@FAMILY.check("A participant without a socket is the same one with the token on a socket.")
async def one_participant(server: Server) -> None:
    name, campaign = await _offered(server)
    token = await _participant(server, campaign)
    made = await server.http.post(f"/api/campaigns/{campaign}/pledges/{name}", token=token)
    peer = await server.guest(token=token)
    told = _kept(await peer.ask("pledge", "pledged", pledge=name))
    require(told == {key: made.body.get(key) for key in _KEYS}, f"{told} and {made.body}")


@FAMILY.check("Without a valid token, and for what is not offered, no pledge is made.")
async def pledge_refused(server: Server) -> None:
    name, campaign = await _offered(server)
    path = f"/api/campaigns/{campaign}/pledges"
    for token in (None, "nobody's"):
        answer = await server.http.post(f"{path}/{name}", token=token)
        require(answer.status == 401, f"with the token {token}: {answer.status}")
        require("code" in answer.body.get("error", {}), f"no error in {answer.body}")
    peer = await server.guest()
    await peer.send("pledge", pledge="no-pledge-has-this-name")
    await peer.expect_error("no_such_pledge", "pledge")
    missing = await server.http.post(f"{path}/no-pledge-has-this-name", token=peer.welcome["token"])
    require(missing.status == 404, f"over HTTP: {missing.status}")


async def _offered(server: Server) -> tuple[str, str]:
    """A pledge that the campaign offers, and the campaign.

    Raises:
        NotTestableError: there is none.
    """
    guest = await server.guest()
    campaign = guest.welcome["campaign"]
    if not campaign["open"]:
        raise NotTestableError("the campaign is closed")
    answer = await server.http.get(f"/api/campaigns/{campaign['id']}")
    offered = answer.body.get("pledges") or []
    if not offered:
        raise NotTestableError("the campaign has no pledges")
    return offered[0]["id"], campaign["id"]


async def _participant(server: Server, campaign: str) -> str:
    answer = await server.http.post("/api/participants", {"campaign": campaign})
    require(answer.status == 201, f"`POST /api/participants` is answered {answer.status}")
    require(bool(answer.body.get("token")), "there is no token")
    return str(answer.body["token"])


def _kept(told: Message) -> Message:
    """What has to stay the same."""
    return {key: told.get(key) for key in _KEYS}
