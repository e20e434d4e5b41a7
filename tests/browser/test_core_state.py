"""client/js/state: the reducer and its commands, message by message."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Core

PHRASE = {"id": "p", "text": "天天向上", "chars": ["天", "天", "向", "上"], "locale": "zh-Hans"}
COUNTERS = {"relays": 3, "participants": 6, "online": 2, "writing": 2}
INK = [[10, 20, 0, 90, 5, 5, 16, 0]]
OTHER = [[30, 40, 0, 80, 1, 1, 16, 0]]

RUN = """async (events) => {
  const { reduce } = await import("/client/js/state/reduce.js");
  const { commandsFor } = await import("/client/js/state/commands.js");
  const { canWrite, screenOf } = await import("/client/js/state/selectors.js");
  const { initialState } = await import("/client/js/state/state.js");
  let state = initialState();
  const sent = [];
  const screens = [];
  for (const event of events) {
    const before = state;
    state = reduce(before, event, 1000);
    sent.push(commandsFor(before, state, event));
    screens.push(screenOf(state));
  }
  // As JSON, for what is undefined is not on the wire either.
  return JSON.parse(JSON.stringify({ state, sent, screens, canWrite: canWrite(state) }));
}"""


def online() -> dict[str, Any]:
    return {"t": "connection", "connection": {"status": "online", "reason": "", "retryMs": 0}}


def offline(why: str = "lost") -> dict[str, Any]:
    return {"t": "connection", "connection": {"status": "offline", "reason": why, "retryMs": 100}}


def elsewhere() -> dict[str, Any]:
    return {"t": "connection", "connection": {"status": "elsewhere", "reason": "", "retryMs": 0}}


def welcome(resume: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    campaign = {"id": "default", "title": "接龙", "open": True}
    base = {"t": "welcome", "token": "k", "participant": "me", "campaign": campaign}
    rest = {"phrases": [PHRASE], "counters": COUNTERS, "limits": {}, "finished": []}
    return {**base, **rest, "resume": resume, **more}


def turn(c: int, seat: int, ms: int = 60_000) -> dict[str, Any]:
    return {"c": c, "char": PHRASE["chars"][c], "seat": seat, "ms": ms}


def waiting(c: int = 0, committed: list[Any] | None = None) -> dict[str, Any]:
    return {"t": "waiting", "room": "r", "phrase": PHRASE, "seat": 0,
            "committed": committed or [], "turn": turn(c, c % 2)}  # fmt: skip


def matched(seat: int, c: int = 0, committed: list[Any] | None = None) -> dict[str, Any]:
    return {"t": "matched", "room": "r", "phrase": PHRASE, "seat": seat,
            "partner": {"alias": "晨光", "here": True}, "committed": committed or [],
            "turn": turn(c, c % 2)}  # fmt: skip


def drawn(stroke: list[int] = INK[0]) -> dict[str, Any]:
    return {"t": "user:ink", "p": stroke, "end": True}


def committed(c: int, strokes: list[Any]) -> dict[str, Any]:
    return {"t": "committed", "room": "r", "c": c, "seat": c % 2, "strokes": strokes}


def partner(state: str, **more: Any) -> dict[str, Any]:
    return {"t": "partner", "room": "r", "state": state, **more}


def messages(commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [command["send"] for command in commands if "send" in command]


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


async def test_unfinished_ink_is_sent_again_from_the_start_to_a_newcomer(core: Core) -> None:
    part = {"t": "user:ink", "p": OTHER[0], "end": False}
    ran = await core(RUN, [online(), welcome(), waiting(), drawn(), part, matched(0)])
    assert messages(ran["sent"][-1]) == [
        {"t": "undo", "room": "r", "c": 0, "s": 0},
        {"t": "ink", "room": "r", "c": 0, "s": 0, "p": INK[0], "end": True},
        {"t": "ink", "room": "r", "c": 0, "s": 1, "p": OTHER[0]},
    ]


async def test_ink_survives_a_lost_line_and_can_go_on_without_one(core: Core) -> None:
    ran = await core(
        RUN,
        [online(), welcome(), matched(0), drawn(), offline(), drawn(OTHER[0]), online(),
         welcome(matched(0))],
    )  # fmt: skip
    assert ran["state"]["draft"]["strokes"] == [INK[0], OTHER[0]]
    assert [message["t"] for message in messages(ran["sent"][-1])] == ["undo", "ink", "ink"]
    assert ran["screens"][4:6] == ["offline", "offline"]


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


async def test_a_challenge_is_solved_and_the_join_sent_again_with_the_proof(core: Core) -> None:
    altcha = {"parameters": {"cost": 1}}
    join = {"t": "user:join", "phrase": "p"}
    challenge = {"t": "challenge", "altcha": altcha}
    solved = {"t": "solved", "proof": "abc"}
    ran = await core(RUN, [online(), welcome(), join, challenge, solved, matched(0), solved])
    assert ran["sent"][3] == [{"solve": altcha}]
    assert messages(ran["sent"][4]) == [{"t": "join", "phrase": "p", "proof": "abc"}]
    assert messages(ran["sent"][6]) == []


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


async def test_live_ink_grows_by_parts_and_is_taken_back(core: Core) -> None:
    def ink(s: int, p: list[int], **more: Any) -> dict[str, Any]:
        return {"t": "ink", "room": "r", "c": 0, "s": s, "p": p, **more}

    events = [online(), welcome(), matched(1), ink(0, [5, 5, 0, 9]), ink(0, [1, 1, 9, 0], end=True)]
    ran = await core(RUN, [*events, ink(1, [7, 7, 0, 9])])
    assert ran["state"]["room"]["live"]["strokes"] == [[5, 5, 0, 9, 1, 1, 9, 0], [7, 7, 0, 9]]
    ran = await core(RUN, [*events, {"t": "undo", "room": "r", "c": 0, "s": 0}])
    assert ran["state"]["room"]["live"]["strokes"] == []
    ran = await core(RUN, [*events, committed(0, INK)])
    assert ran["state"]["room"]["live"] is None
    assert ran["state"]["room"]["committed"][0] == INK


async def test_ink_resent_by_a_partner_who_was_away_replaces_what_was_seen(core: Core) -> None:
    def ink(p: list[int]) -> dict[str, Any]:
        return {"t": "ink", "room": "r", "c": 0, "s": 0, "p": p}

    ran = await core(
        RUN,
        [online(), welcome(), matched(1), ink([5, 5, 0, 9]), partner("away", ms=15_000),
         partner("back"), ink([6, 6, 0, 9, 1, 1, 8, 0])],
    )  # fmt: skip
    assert ran["state"]["room"]["live"]["strokes"] == [[6, 6, 0, 9, 1, 1, 8, 0]]


async def test_a_part_whose_beginning_was_lost_is_not_drawn(core: Core) -> None:
    ink = {"t": "ink", "room": "r", "c": 0, "s": 0, "p": [-4, 3, 16, 0]}
    ran = await core(RUN, [online(), welcome(), matched(1), ink])
    assert ran["state"]["room"]["live"] is None


async def test_a_partner_goes_away_comes_back_and_leaves(core: Core) -> None:
    events = [online(), welcome(), matched(0), drawn(), partner("away", ms=15_000)]
    away = (await core(RUN, events))["state"]["room"]["partner"]
    assert (away["state"], away["until"]) == ("away", 16_000)
    back = await core(RUN, [*events, partner("back")])
    assert back["state"]["room"]["partner"]["state"] == "here"
    assert messages(back["sent"][-1])[0] == {"t": "undo", "room": "r", "c": 0, "s": 0}
    left = await core(RUN, [*events, partner("left"), {"t": "turn", "room": "r", **turn(0, 0)}])
    assert left["state"]["room"]["partner"]["state"] == "left"
    assert left["state"]["draft"]["strokes"] == INK


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


async def test_a_work_told_twice_is_kept_once_and_is_no_news_the_second_time(core: Core) -> None:
    finished = [{"work": "w", "url": "/w/w", "serial": 9}]
    told = [online(), welcome(finished=finished), offline(), online(), welcome(finished=finished)]
    ran = await core(RUN, told)
    assert ran["state"]["finished"] == finished
    ran = await core(RUN, [*told, matched(0), offline(), online(), welcome(finished=finished)])
    assert (ran["screens"][-1], ran["state"]["notice"]["code"]) == ("idle", "room_lost")
    assert ran["state"]["finished"] == finished


async def test_a_room_that_was_over_ends_with_its_work_or_is_lost(core: Core) -> None:
    bye = {"t": "bye", "why": "over", "retry_ms": 9}
    gone = [online(), welcome(), matched(1), bye, offline("over"), online()]
    ran = await core(RUN, [*gone, welcome(finished=[{"work": "w", "url": "/w/w", "serial": 9}])])
    assert ran["screens"][-1] == "done"
    assert ran["state"]["done"]["phrase"] == PHRASE
    ran = await core(RUN, [*gone, welcome()])
    assert (ran["screens"][-1], ran["state"]["notice"]["code"]) == ("idle", "room_lost")


async def test_a_partner_away_for_nobody_knows_how_long_has_no_time_left(core: Core) -> None:
    ran = await core(RUN, [online(), welcome(matched(0)), partner("away")])
    assert ran["state"]["room"]["partner"]["state"] == "away"
    assert ran["state"]["room"]["partner"]["until"] == 0


async def test_a_work_finished_in_ones_absence_is_shown(core: Core) -> None:
    finished = [{"work": "w", "url": "/w/w", "serial": 9}]
    ran = await core(
        RUN, [online(), welcome(), matched(0), offline(), online(), welcome(finished=finished)]
    )
    assert ran["screens"][-1] == "done"
    assert ran["state"]["done"]["serial"] == 9
    ran = await core(RUN, [online(), welcome(finished=finished)])
    assert (ran["screens"][-1], ran["state"]["finished"]) == ("idle", finished)


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


async def test_an_invite_is_asked_for_only_while_nobody_is_there(core: Core) -> None:
    invited = {"t": "invited", "room": "r", "code": "c0de", "url": "/?invite=c0de"}
    ask = {"t": "user:invite"}
    ran = await core(RUN, [online(), welcome(), waiting(), ask, invited])
    assert messages(ran["sent"][3]) == [{"t": "invite", "room": "r"}]
    assert ran["state"]["room"]["invite"] == {"code": "c0de", "url": "/?invite=c0de"}
    ran = await core(RUN, [online(), welcome(), waiting(), ask, invited, matched(0), ask])
    assert ran["state"]["room"]["invite"] is None
    assert ran["sent"][-1] == []


async def test_an_invite_that_leads_nowhere_is_told(core: Core) -> None:
    join = {"t": "user:join", "invite": "c0de"}
    gone = {"t": "error", "code": "no_such_room", "message": "", "re": "join"}
    ran = await core(RUN, [join, online(), welcome(), gone])
    assert messages(ran["sent"][2]) == [{"t": "join", "invite": "c0de"}]
    assert (ran["screens"][-1], ran["state"]["notice"]["code"]) == ("idle", "invite_gone")


async def test_an_unfinished_round_comes_before_an_invite(core: Core) -> None:
    ran = await core(RUN, [{"t": "user:join", "invite": "c"}, online(), welcome(waiting())])
    assert (ran["screens"][-1], ran["state"]["notice"]["code"]) == ("waiting", "invite_later")
    assert ran["state"]["joining"] is None


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


ALONE = """async (events) => {
  const { reduce } = await import("/client/js/state/reduce.js");
  const { KEEP_OFFER_MS, shouldOfferToKeep } =
    await import("/client/js/state/keep-offer.js");
  const { initialState } = await import("/client/js/state/state.js");
  const state = events.reduce((state, [event, at]) => reduce(state, event, at), initialState());
  const ends = Math.max(...events.map(([, at]) => at));
  let now = ends;
  while (!shouldOfferToKeep(state, now) && now < ends + 2 * KEEP_OFFER_MS) now += 1000;
  return now;
}"""
"""When, in milliseconds, the offer to leave the character comes."""


async def test_the_offer_to_leave_a_character_comes_20_s_after_one_is_alone(core: Core) -> None:
    start = [[online(), 0], [welcome(), 0], [waiting(), 0]]
    assert await core(ALONE, [*start, [committed(0, INK), 6000], [turn_to(1), 6000]]) == 20_000
    assert await core(ALONE, [*start, [committed(0, INK), 25_000], [turn_to(1), 25_000]]) == 25_000
    left = [[committed(0, INK), 9000], [turn_to(1), 9000], [partner("left"), 50_000]]
    assert await core(ALONE, [*start, [matched(0), 5000], *left]) == 70_000
    never = [*start, [matched(0), 5000], [committed(0, INK), 9000], [turn_to(1), 9000]]
    assert await core(ALONE, never) == 49_000


def turn_to(c: int) -> dict[str, Any]:
    return {"t": "turn", "room": "r", **turn(c, c % 2)}


async def test_works_are_remembered_newest_first_and_once(core: Core) -> None:
    works, read = await core(
        """async () => {
          const { addWorks, parseWorks } = await import("/client/js/saved-works.js");
          const work = (id, text, at) => ({ work: id, url: `/w/${id}`, serial: 1, text, at });
          let works = addWorks([], [work("a", "", 1), work("b", "加油", 2)]);
          works = addWorks(works, [work("b", "", 9), work("a", "天天", 9)]);
          return [works.map(({ work, text, at }) => [work, text, at]), parseWorks("no json")];
        }"""
    )
    assert works == [["a", "天天", 1], ["b", "加油", 2]]
    assert read == []


async def test_works_are_remembered_by_a_page_whose_storage_loses_them(core: Core) -> None:
    works = await core(
        """async () => {
          const { SavedWorks } = await import("/client/js/saved-works.js");
          const saved = new SavedWorks({ get: () => null, set: () => {} });
          const work = (id, text) => ({ work: id, url: `/w/${id}`, serial: 1, text, at: 1 });
          saved.add([work("a", "")]);
          saved.add([work("b", "加油")]);
          saved.add([work("a", "天天")]);
          return saved.all.map(({ work, text }) => [work, text]);
        }"""
    )
    assert works == [["a", "天天"], ["b", "加油"]]


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


@pytest.mark.parametrize(
    ("text", "direction"),
    [("加油", "ltr"), ("hope", "ltr"), ("שלום", "rtl"), ("سلام", "rtl"), ("𞤢𞤣", "rtl")],
)
async def test_the_direction_comes_from_the_phrase(core: Core, text: str, direction: str) -> None:
    told = await core(
        """async (text) => {
          const { directionOf } = await import("/client/js/direction.js");
          return directionOf({ text });
        }""",
        text,
    )
    assert told == direction
