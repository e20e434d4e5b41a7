"""client/js/state: a pledge is sent until it is answered."""

from __future__ import annotations

from tests.browser.conftest import Core
from tests.browser.core_state import RUN, offline, welcome


async def test_a_pledge_is_sent_again_until_it_is_answered(core: Core) -> None:
    wanted = {"t": "user:pledge", "pledge": "tea"}
    busy = {"t": "error", "code": "busy", "message": "", "re": "pledge", "retry_ms": 500}
    again = {"t": "timer:retry", "re": "pledge"}
    made = {"pledge": "tea", "number": 7, "certificate": "c", "url": "/p/c"}
    events = [welcome(), wanted, wanted, busy, again, offline(), welcome(), {"t": "pledged"} | made]
    found = await core(RUN, events)
    sent = [[it["send"] for it in commands if "send" in it] for commands in found["sent"]]
    pledge = [{"t": "pledge", "pledge": "tea"}]
    assert sent == [[], pledge, [], [], pledge, [], pledge, []]
    assert (found["state"]["pledging"], found["state"]["pledged"]) == ([], [made])


async def test_a_pledge_that_is_refused_is_not_sent_again(core: Core) -> None:
    refused = {"t": "error", "code": "closed", "message": "", "re": "pledge"}
    events = [welcome(), {"t": "user:pledge", "pledge": "tea"}, refused, offline(), welcome()]
    found = await core(RUN, events)
    assert [command for command in found["sent"][-1] if "send" in command] == []
    assert found["state"]["notice"]["code"] == "closed"
    assert found["state"]["campaign"]["open"]
