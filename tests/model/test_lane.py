"""The rules as they run in Redis and as the model has them are the same rules."""

from __future__ import annotations

import random
from collections import Counter

import msgspec
import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from server.relay.lane_clock import SLEW
from server.relay.lane_state import MAX_UNACKNOWLEDGED
from server.relay.matching import Ticket
from server.relay.participant import ParticipantRecord
from tests.model.differential import DifferentialLane
from tests.model.lua_lane import LuaLane
from tests.model.machine import Machine
from tests.model.machine_base import LANGUAGES, PHRASES
from tests.model.promise_checker import PromiseChecker

NOW = 1_700_000_000_000

HOUR_MS, DAY_MS = 3_600_000, 86_400_000

OUTCOMES = {
    *("join waiting", "join matched", "join seated", "join elsewhere", "join no_such_room"),
    *("commit committed", "commit completed", "commit repeated"),
    *("commit not_your_turn", "commit no_such_room", "commit elsewhere"),
    *("leave left", "leave no_such_room", "leave elsewhere"),
    *("disconnect away", "disconnect no_such_room", "disconnect elsewhere"),
    *("resume back", "resume moved", "resume seated", "resume elsewhere"),
    *("invite", "invite refused"),
    *("read_room seated", "read_room repeated", "read_room no_such_room"),
    *("reap away", "join fenced", "commit fenced", "leave fenced", "disconnect fenced"),
    *("expire left", "expire idle", "came back within the grace", "a join before the return"),
    *("reconciled", "reconciled after a loss", "retired", "clock set back"),
    *("join with a repeated ticket", "join with several rooms waiting", "join with a kept room"),
    *("matched by language", "two wait in two languages"),
    "waits beside a kept room of another language",
    "join apart with others waiting",
}


@pytest.mark.timeout(0)
def test_the_model_and_the_library_answer_alike_and_keep_the_promises(
    lua: LuaLane, profile: settings
) -> None:
    Machine.coverage.clear()
    run_state_machine_as_test(lambda: Machine(lua), settings=profile)
    never = {outcome for outcome in OUTCOMES if not Machine.coverage[outcome]}
    assert not never, f"the machine has not been there: {Machine.coverage}"
    assert Machine.coverage["steps"] > 10_000


def test_what_happens_seldom_is_answered_alike(lua: LuaLane) -> None:
    """What the machine meets only by chance."""
    coverage: Counter[str] = Counter()
    lanes = DifferentialLane(lua, coverage)
    people = ["ann", "bob", "cid"]

    def join(name: str, room: str, now: int = NOW) -> None:
        lanes.join(now, 1, [Ticket(name, f"w/{name}", room, PHRASES[2], 2)])

    join("ann", "r1")
    assert lanes.invite("ann", "w/ann", "r1", "code") == "code"
    assert lanes.invite("ann", "w/ann", "r1", "other") == "code"
    lanes.commit(NOW, "ann", "w/ann", "r1", 0, b"\x90")
    lanes.leave(NOW, "ann", "w/ann", "r1", keep=True, report=False)
    assert "r1" in lanes.model.kept
    lanes.expire(NOW + DAY_MS, 200)
    assert "r1" not in lanes.model.rooms, "a kept room is forgotten after a day"

    join("ann", "r2")
    lanes.commit(NOW, "ann", "w/ann", "r2", 0, b"\x90")
    lanes.leave(NOW, "ann", "w/ann", "r2", keep=True, report=False)
    join("bob", "r3")
    assert lanes.model.rooms["r2"].seats[1].participant == "bob", "seated in a kept room"
    lanes.commit(NOW, "bob", "w/bob", "r2", 1, b"\x91\x90")
    assert lanes.commit(NOW, "bob", "w/bob", "r2", 1, b"\x90").transitions[0].kind == "repeated"
    unacknowledged = lanes.resume(NOW, "ann", "w/again", NOW).unacknowledged
    assert [entry.work for entry in unacknowledged] == ["r2"]
    lanes.acknowledge("ann", ["r2"])
    assert lanes.resume(NOW, "ann", "w/again", NOW).unacknowledged == []

    lanes.join(NOW, 1, [Ticket("ann", "w/again", "r4", PHRASES[2], 2)])
    join("bob", "r5")
    assert lanes.model.rooms["r4"].seats[1].participant == "bob", (
        "last partners, for want of others"
    )
    lanes.compare_state(people)


def test_who_is_kept_apart_meets_only_others_who_are(lua: LuaLane) -> None:
    lanes = DifferentialLane(lua, Counter())

    def join(name: str, *, apart: bool, invite: str = "") -> str:
        """The room in which one sits then."""
        ticket = Ticket(name, f"w/{name}", f"r-{name}", PHRASES[2], 2, invite=invite)
        (told,) = lanes.join(NOW, 1, [ticket], apart=apart).transitions
        return str(told.view.room)

    assert [join(name, apart=apart) for name, apart in (("ann", False), ("eve", True))] == [
        "r-ann",
        "r-eve",
    ]
    assert join("bob", apart=False) == "r-ann"
    assert join("mel", apart=True) == "r-eve"

    lanes.commit(NOW, "eve", "w/eve", "r-eve", 0, b"\x90")
    for name in ("eve", "mel"):
        lanes.leave(NOW, name, f"w/{name}", "r-eve", keep=True, report=False)
    assert join("cid", apart=False) == "r-cid", "what they left behind waits for others like them"
    assert join("kim", apart=True) == "r-eve"

    lanes.invite("cid", "w/cid", "r-cid", "code")
    assert join("mel", apart=True, invite="code") == "r-cid", "a friend may ask anybody"
    lanes.leave(NOW, "mel", "w/mel", "r-cid", keep=True, report=False)
    assert join("dan", apart=False) == "r-dan", "but no stranger comes there any more"
    lanes.compare_state(["ann", "bob", "cid", "dan", "eve", "mel", "kim"])


def test_a_clock_that_is_set_back_is_noticed_by_any_call_and_nothing_lasts_longer(
    lua: LuaLane,
) -> None:
    """Also when some time has passed since the last heartbeat: up to a second, otherwise."""
    lanes = DifferentialLane(lua, Counter())
    for name, room in (("ann", "r1"), ("bob", "r2")):
        lanes.join(NOW, 1, [Ticket(name, f"w/{name}", room, PHRASES[2], 2)])
    lanes.keep_time(NOW)
    room = next(iter(lanes.model.rooms.values()))
    first = room.seats[0].participant
    back = NOW + 700 - HOUR_MS
    (seen,) = lanes.read_room(back, first, room.id).transitions
    assert seen.view.turn_ms == lua.rules.turn_ms
    lanes.keep_time(back)
    (away,) = lanes.disconnect(back + 5_000, first, f"w/{first}", room.id).transitions
    assert away.view.turn_ms == lua.rules.turn_ms - 4_750 + lua.rules.grace_ms
    lanes.keep_time(back + 5_000)
    again = back - HOUR_MS
    assert lanes.expire(again, 200).transitions == []
    slower = SLEW / (SLEW - 1)
    assert lanes.expire(again + round(lua.rules.grace_ms * slower) - 5, 200).transitions == []
    (left,) = lanes.expire(again + round(lua.rules.grace_ms * slower) + 5, 200).transitions
    assert left.kind == "left"
    lanes.compare_state(["ann", "bob"])


def test_whoever_says_hello_after_the_clock_was_set_back_takes_over(lua: LuaLane) -> None:
    lanes = DifferentialLane(lua, Counter())
    lanes.join(NOW, 1, [Ticket("ann", "w/1", "r1", PHRASES[2], 2, hello=NOW)])
    lanes.keep_time(NOW + 1_000)
    hello = lanes.model.clock.read(NOW + 2_000 - HOUR_MS)
    (moved,) = lanes.resume(NOW + 2_000 - HOUR_MS, "ann", "w/2", hello).transitions
    assert moved.kind == "moved"


ANY = [("zh-Hans", "")]
MANY = [*ANY, ("en", ""), ("en", "en"), ("zh-Hant", "zh-Hans zh-Hant"), ("zh-Hans", "zh-Hans")]


@pytest.mark.parametrize(
    ("seed", "speak"), [(0, ANY), (2, ANY), (3, ANY), (2, MANY), (3, MANY), (4, MANY), (7, MANY)]
)
def test_a_crowd_is_seated_alike(lua: LuaLane, seed: int, speak: list[tuple[str, str]]) -> None:
    """More rooms wait and are kept than one call looks at, and most have met before."""
    dice = random.Random(seed)
    coverage: Counter[str] = Counter()
    lanes, checker = DifferentialLane(lua, coverage), PromiseChecker(lua.rules, coverage)
    names = [f"n{number}" for number in range(12 if seed % 2 else 120)]
    opened = 0
    for now in range(NOW, NOW + 60_000, 1_000):
        tickets = []
        for name in dice.sample(names, dice.choice([1, 1, 2, 3, 10, len(names)])):
            opened += 1
            chars = dice.choice([2, 3])
            chosen = dice.random() < 0.3
            locale, locales = dice.choice(speak)
            phrase, room = LANGUAGES[locale, chars], f"r{opened}"
            ticket = Ticket(name, f"w/{name}", room, phrase, chars, chosen)
            tickets.append(msgspec.structs.replace(ticket, locale=locale, locales=locales))
        pool, kept = set(lanes.model.pool), set(lanes.model.kept)
        answer = lanes.join(now, dice.randint(1, 2**31 - 2), tickets)
        checker.check_join(now, tickets, answer, pool, kept)
        coverage["kept"] = max(coverage["kept"], len(lanes.model.kept))
        coverage["pool"] = max(coverage["pool"], len(pool))
        for room, known in sorted(checker.live().items()):
            writer = known.view.seats[known.view.turn % 2].participant
            if writer and dice.random() < 0.5:
                c = known.view.turn
                done = lanes.commit(now, writer, f"w/{writer}", room, c, b"\x90")
                checker.check_commit(now, writer, room, c, b"\x90", done)
            for holder in known.holders if dice.random() < 0.4 else ():
                if dice.random() < 0.7:
                    left = lanes.leave(now, holder, f"w/{holder}", room, keep=True, report=False)
                    checker.check_others(now, left)
        lanes.compare_state(names)
    assert coverage["kept"] > 8
    assert coverage["last partners met again"] if seed % 2 else coverage["pool"] > 9


def test_a_batch_in_which_all_have_met_a_few_is_paired_alike(lua: LuaLane) -> None:
    """The few can hardly be placed, so many exchanges are tried, up to their limit and beyond."""
    dice = random.Random(7)
    names = [f"n{number}" for number in range(60)]
    met_again = 0
    for round_number in range(40):
        coverage: Counter[str] = Counter()
        lanes = DifferentialLane(lua, coverage)
        few = names[:3] if round_number % 2 else names[:4]
        recent = {
            name: dice.sample([n for n in few if n != name], 3 - (name in few)) for name in names
        }
        for name, others in recent.items():
            lanes.model.people[name] = ParticipantRecord("", recent=list(others))
            packed = b"".join(map(msgspec.msgpack.encode, ("", "", " ".join(others), 0, 0, "")))
            lua.client.set(f"{lua.base}:participant:{name}", packed)
        size = dice.randint(30, 60)
        tickets = [Ticket(name, f"w/{name}", f"r{name}", PHRASES[2], 2) for name in names[:size]]
        answer = lanes.join(NOW, round_number + 1, tickets)
        for transition in answer.transitions:
            one, other = (seat.participant for seat in transition.view.seats)
            met_again += other in recent[one]
        lanes.compare_state(names)
    assert met_again


def test_the_last_twenty_finished_works_are_told_on_return(lua: LuaLane) -> None:
    lanes = DifferentialLane(lua, Counter())
    for number in range(MAX_UNACKNOWLEDGED + 5):
        room, partner = f"r{number}", f"partner{number}"
        for name in ("loyal", partner):
            ticket = Ticket(name, f"w/{name}", room, PHRASES[2], 2)
            lanes.join(NOW, number + 1, [ticket])
        for c, name in enumerate(("loyal", partner)):
            lanes.commit(NOW, name, f"w/{name}", room, c, b"\x90")
    resumed = lanes.resume(NOW, "loyal", "w/loyal", NOW)
    assert [unacknowledged.work for unacknowledged in resumed.unacknowledged] == [
        f"r{n}" for n in range(5, MAX_UNACKNOWLEDGED + 5)
    ]
    lanes.acknowledge("loyal", [f"r{number}" for number in range(5, MAX_UNACKNOWLEDGED + 4)])
    again = lanes.resume(NOW, "loyal", "w/loyal", NOW)
    assert [work.work for work in again.unacknowledged] == ["r24"]
