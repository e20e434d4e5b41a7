"""client/js/state: from the first connection to the finished work, message by message."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Core
from tests.browser.core_state import (
    COUNTERS,
    INK,
    OTHER,
    RUN,
    committed,
    drawn,
    elsewhere,
    matched,
    messages,
    offline,
    online,
    turn,
    waiting,
    welcome,
)


async def test_the_way_from_the_door_to_the_finished_work(core: Core) -> None:
    done = {"t": "completed", "room": "r", "work": "w", "url": "/w/w", "serial": 8,
            "counters": {**COUNTERS, "relays": 4}}  # fmt: skip
    ran = await core(
        RUN,
        [
            online(), welcome(), {"t": "user:join", "phrase": "p"}, waiting(), matched(0),
            committed(0, INK), {"t": "turn", "room": "r", **turn(1, 1)},
            committed(1, OTHER), {"t": "turn", "room": "r", **turn(2, 0)},
            committed(2, INK), {"t": "turn", "room": "r", **turn(3, 1)},
            committed(3, OTHER), done,
        ],
    )  # fmt: skip
    assert ran["screens"] == [
        "idle", "idle", "joining", "waiting", "my-turn", "my-turn", "their-turn", "their-turn",
        "my-turn", "my-turn", "their-turn", "their-turn", "done",
    ]  # fmt: skip
    assert messages(ran["sent"][2]) == [{"t": "join", "phrase": "p"}]
    assert ran["state"]["done"]["chars"] == [INK, OTHER, INK, OTHER]
    assert ran["state"]["counters"]["relays"] == 4
    assert ran["state"]["done"]["serial"] == 8


async def test_the_pace_of_live_ink_is_the_last_that_the_server_asked_for(core: Core) -> None:
    greeted = [online(), welcome(limits={"ink_ms": 17})]
    assert (await core(RUN, greeted))["state"]["inkMs"] == 17
    assert (await core(RUN, [*greeted, {"t": "pace", "ink_ms": 100}]))["state"]["inkMs"] == 100


async def test_a_join_pressed_without_a_line_is_sent_when_there_is_one(core: Core) -> None:
    ran = await core(RUN, [{"t": "user:join"}, online(), welcome()])
    assert messages(ran["sent"][2]) == [{"t": "join"}]


async def test_a_challenge_is_solved_and_the_join_sent_again_with_the_proof(core: Core) -> None:
    altcha = {"parameters": {"cost": 1}}
    join = {"t": "user:join", "phrase": "p"}
    challenge = {"t": "challenge", "altcha": altcha}
    solved = {"t": "solved", "proof": "abc"}
    ran = await core(RUN, [online(), welcome(), join, challenge, solved, matched(0), solved])
    assert ran["sent"][3] == [{"solve": altcha}]
    assert messages(ran["sent"][4]) == [{"t": "join", "phrase": "p", "proof": "abc"}]
    assert messages(ran["sent"][6]) == []


async def test_a_commit_is_sent_until_it_is_answered(core: Core) -> None:
    timer = {"t": "timer:commit", "room": "r", "c": 0}
    ran = await core(
        RUN,
        [online(), welcome(), matched(0), drawn(), {"t": "user:commit"}, timer, offline(),
         online(), welcome(matched(0)), committed(0, INK), timer],
    )  # fmt: skip
    commit = {"t": "commit", "room": "r", "c": 0, "strokes": INK}
    assert [messages(ran["sent"][i]) for i in (4, 5, 8, 10)] == [[commit], [commit], [commit], []]
    assert ran["state"]["draft"] is None


async def test_a_commit_probes_the_connection(core: Core) -> None:
    ran = await core(RUN, [online(), welcome(), matched(0), drawn(), {"t": "user:commit"}])
    assert {"probe": True} in ran["sent"][-1]


@pytest.mark.parametrize("code", ["busy", "too_fast"])
async def test_a_refused_commit_is_sent_after_the_time_asked_for(core: Core, code: str) -> None:
    refused = {"t": "error", "code": code, "message": "", "re": "commit", "retry_ms": 700}
    retry = {"t": "timer:retry", "re": "commit"}
    ran = await core(
        RUN, [online(), welcome(), matched(0), drawn(), {"t": "user:commit"}, refused, retry]
    )
    assert ran["sent"][5] == [{"after": 700, "event": retry}]
    assert messages(ran["sent"][6])[0]["t"] == "commit"


async def test_a_hand_that_was_fast_is_not_told_so(core: Core) -> None:
    refused = {"t": "error", "code": "too_fast", "message": "", "re": "commit", "retry_ms": 700}
    ran = await core(RUN, [online(), welcome(), matched(0), drawn(), {"t": "user:commit"}, refused])
    assert ran["state"]["notice"] is None
    assert ran["state"]["draft"]["committing"]


async def test_nothing_can_be_drawn_out_of_turn_or_after_the_commit(core: Core) -> None:
    theirs = await core(RUN, [online(), welcome(), matched(1), drawn()])
    assert theirs["canWrite"] is False
    assert theirs["sent"][-1] == []
    done = await core(
        RUN, [online(), welcome(), matched(0), drawn(), {"t": "user:commit"}, drawn()]
    )
    assert done["sent"][-1] == []
    assert done["state"]["draft"]["strokes"] == INK


@pytest.mark.parametrize(
    ("last", "screen"),
    [
        (offline("restart"), "offline"),
        (elsewhere(), "elsewhere"),
        ({"t": "bye", "why": "idle", "retry_ms": 9}, "idle"),
        ({"t": "error", "code": "closed", "message": "", "re": "join"}, "closed"),
        ({"t": "error", "code": "no_such_phrase", "message": "", "re": "join"}, "idle"),
    ],
)
async def test_troubles_have_their_screens(core: Core, last: dict[str, Any], screen: str) -> None:
    room = [matched(0)] if last["t"] != "error" else [{"t": "user:join"}]
    ran = await core(RUN, [online(), welcome(), *room, last])
    assert ran["screens"][-1] == screen


async def test_a_message_of_another_room_changes_nothing(core: Core) -> None:
    same = await core(
        """async ([events, message]) => {
          const { reduce } = await import("/client/js/state/reduce.js");
          const { initialState } = await import("/client/js/state/state.js");
          const state = events.reduce((state, event) => reduce(state, event, 0), initialState());
          return reduce(state, { ...message, room: "other" }, 0) === state;
        }""",
        [[online(), welcome(), matched(0)], committed(0, OTHER)],
    )
    assert same
