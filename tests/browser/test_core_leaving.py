"""client/js/state: how one gives up a room, loses it, and hears of it afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Core
from tests.browser.core_state import (
    INK,
    PHRASE,
    RUN,
    committed,
    drawn,
    matched,
    messages,
    offline,
    online,
    waiting,
    welcome,
)


async def test_leaving_keeps_the_room_when_a_character_waits_for_a_stranger(core: Core) -> None:
    lonely = [online(), welcome(), waiting(), committed(0, INK), {"t": "user:leave"}]
    ran = await core(RUN, lonely)
    assert messages(ran["sent"][-1]) == [{"t": "leave", "room": "r", "keep": True}]
    assert ran["screens"][-1] == "idle"
    ran = await core(RUN, [online(), welcome(), matched(0), {"t": "user:leave"}])
    assert messages(ran["sent"][-1]) == [{"t": "leave", "room": "r", "keep": False}]


async def test_a_leave_that_was_not_heard_is_said_again(core: Core) -> None:
    ran = await core(
        RUN,
        [online(), welcome(), matched(0), offline(), {"t": "user:leave"}, online(),
         welcome(matched(0))],
    )  # fmt: skip
    assert messages(ran["sent"][-1]) == [{"t": "leave", "room": "r", "keep": False}]
    assert ran["screens"][-1] == "idle"


@pytest.mark.parametrize("t", ["leave", "report"])
async def test_a_leave_refused_for_the_moment_is_said_again(core: Core, t: str) -> None:
    event = {"t": "user:leave"} if t == "leave" else {"t": "user:report", "why": "idle"}
    busy = {"t": "error", "code": "busy", "message": "", "re": t, "retry_ms": 700}
    retry = {"t": "timer:retry", "re": t}
    left = [online(), welcome(), matched(0), event]
    ran = await core(RUN, [*left, busy, retry])
    assert ran["sent"][4] == [{"after": 700, "event": retry}]
    said = messages(ran["sent"][5])
    assert said == messages(ran["sent"][3])
    assert said[0]["t"] == t
    assert (ran["state"]["notice"] or {}).get("code") != "busy"
    ran = await core(RUN, [*left, busy, {"t": "user:join"}, retry])
    assert messages(ran["sent"][6]) == [*said, {"t": "join"}]


async def test_who_is_led_back_into_the_room_given_up_leaves_it_and_joins_again(
    core: Core,
) -> None:
    other = {**matched(1), "room": "other"}
    ran = await core(
        RUN,
        [online(), welcome(), matched(0), {"t": "user:leave"}, {"t": "user:join"}, matched(0),
         other],
    )  # fmt: skip
    assert messages(ran["sent"][5]) == [
        {"t": "leave", "room": "r", "keep": False},
        {"t": "join"},
    ]
    assert ran["screens"][5:] == ["joining", "their-turn"]


async def test_a_report_ends_the_room_and_is_repeated_when_it_was_not_heard(core: Core) -> None:
    report = {"t": "user:report", "why": "obscene"}
    said = {"t": "report", "room": "r", "why": "obscene"}
    ran = await core(RUN, [online(), welcome(), matched(0), drawn(), report])
    assert messages(ran["sent"][-1]) == [said]
    assert (ran["screens"][-1], ran["state"]["notice"]["code"]) == ("idle", "reported")
    ran = await core(
        RUN, [online(), welcome(), matched(0), offline(), report, online(), welcome(matched(0))]
    )
    assert messages(ran["sent"][-1]) == [said]


@pytest.mark.parametrize(
    ("room", "notice"),
    [([waiting()], "idle"), ([waiting(), committed(0, INK)], "idle_kept"), ([matched(1)], "idle")],
)
async def test_a_seat_lost_by_waiting_is_told_and_kept_ink_too(
    core: Core, room: list[dict[str, Any]], notice: str
) -> None:
    bye = {"t": "bye", "why": "idle", "retry_ms": 9}
    ran = await core(RUN, [online(), welcome(), *room, bye, offline("idle"), online(), welcome()])
    assert ran["state"]["notice"]["code"] == notice
    assert ran["screens"][-1] == "idle"


async def test_a_room_that_was_over_ends_with_its_work_or_is_lost(core: Core) -> None:
    bye = {"t": "bye", "why": "over", "retry_ms": 9}
    gone = [online(), welcome(), matched(1), bye, offline("over"), online()]
    ran = await core(RUN, [*gone, welcome(finished=[{"work": "w", "url": "/w/w", "serial": 9}])])
    assert ran["screens"][-1] == "done"
    assert ran["state"]["done"]["phrase"] == PHRASE
    ran = await core(RUN, [*gone, welcome()])
    assert (ran["screens"][-1], ran["state"]["notice"]["code"]) == ("idle", "room_lost")
    closed = {"id": "default", "title": "Spring", "open": False}
    ran = await core(RUN, [*gone, welcome(campaign=closed)])
    assert (ran["screens"][-1], ran["state"]["notice"]["code"]) == ("closed", "closed")


async def test_a_work_finished_in_ones_absence_is_shown(core: Core) -> None:
    finished = [{"work": "w", "url": "/w/w", "serial": 9}]
    ran = await core(
        RUN, [online(), welcome(), matched(0), offline(), online(), welcome(finished=finished)]
    )
    assert ran["screens"][-1] == "done"
    assert ran["state"]["done"]["serial"] == 9
    ran = await core(RUN, [online(), welcome(finished=finished)])
    assert (ran["screens"][-1], ran["state"]["finished"]) == ("idle", finished)


async def test_a_work_told_twice_is_kept_once_and_is_no_news_the_second_time(core: Core) -> None:
    finished = [{"work": "w", "url": "/w/w", "serial": 9}]
    told = [online(), welcome(finished=finished), offline(), online(), welcome(finished=finished)]
    ran = await core(RUN, told)
    assert ran["state"]["finished"] == finished
    ran = await core(RUN, [*told, matched(0), offline(), online(), welcome(finished=finished)])
    assert (ran["screens"][-1], ran["state"]["notice"]["code"]) == ("idle", "room_lost")
    assert ran["state"]["finished"] == finished
