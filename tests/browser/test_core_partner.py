"""client/js/state: the partner who comes, goes, and shows ink, and one who is alone."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import Core
from tests.browser.core_state import (
    INK,
    OTHER,
    RUN,
    committed,
    drawn,
    matched,
    messages,
    offline,
    online,
    partner,
    turn,
    turn_to,
    waiting,
    welcome,
)


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


async def test_a_partner_away_for_nobody_knows_how_long_has_no_time_left(core: Core) -> None:
    ran = await core(RUN, [online(), welcome(matched(0)), partner("away")])
    assert ran["state"]["room"]["partner"]["state"] == "away"
    assert ran["state"]["room"]["partner"]["until"] == 0


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
