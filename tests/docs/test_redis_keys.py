"""What docs/operate/redis.md says is in Redis: every key, with its time to live or its bound."""

from __future__ import annotations

import re

import redis

from scripts.docs.stage import DOCS
from tests.integration.protocol_client import open_session
from tests.integration.relays import invite, meet, write
from tests.service import Service

PAGE = (DOCS / "operate" / "redis.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| (`.*) \| .* \| (.*) \|$", PAGE.partition("## What is in it")[2], re.MULTILINE
)

BOUNDED = {
    *("pool", "kept", "invited", "apart", "apart_kept", "deadlines", "works", "pledged"),
    *("counters", "funnel", "pledges", "lanes", "serials", "clock", "generation", "fence"),
    *("workers", "last_heartbeat", "samples", "drains", "jl:secret", "jl:campaigns"),
}
"""Those that live on; the page says what bounds them."""


def family(key: str) -> str:
    """What kind of key it is: the word after the lane, or after the guard's or console's name."""
    return key.partition("}:")[2].partition(":")[0] or key


async def test_every_key_is_named_and_ends_or_is_bounded(shared: Service) -> None:
    seats = await open_session(shared), await open_session(shared)
    await meet(seats)
    for c in range(2):
        await write(seats, c)
    host = await open_session(shared)
    await invite(host)
    for peer in (*seats, host):
        peer.socket.transport.abort()
    named = " ".join(keys for keys, _ in ROWS)
    with redis.Redis(unix_socket_path=str(shared.data / "valkey.sock")) as client:
        found = {key.decode(): client.pttl(key) for key in client.scan_iter("*", count=1_000)}
    assert all(key.startswith("jl:") for key in found)
    forever = {family(key) for key, left in found.items() if left == -1}
    assert forever <= BOUNDED
    assert {"room", "participant", "invite"} <= set(map(family, found))
    of_lanes = {family(key) for key in found if not key.startswith(("jl:{guard}", "jl:{console}"))}
    assert {it for it in of_lanes if f":{it}" not in named and it not in named} == set()
