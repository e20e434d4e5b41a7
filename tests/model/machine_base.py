"""The state of the state machine: ten participants, two lanes, and the calls to them."""

from __future__ import annotations

from collections import Counter
from copy import copy
from typing import ClassVar

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from server.relay.matching import Ticket
from server.relay.phrase import make_phrase
from tests.model.differential import DifferentialLane
from tests.model.lua_lane import LuaLane
from tests.model.promise_checker import PromiseChecker

PARTICIPANTS = [f"p{number}" for number in range(10)]
NOWHERE = "w9/0"
"""An address that no session ever had."""

_pack = msgspec.msgpack.Encoder().encode
LOCALES = ("zh-Hans", "zh-Hant", "en")
LANGUAGES = {
    (locale, chars): _pack(make_phrase(f"phrase{chars}", "接龙写字真好玩吗"[:chars], locale))
    for locale in LOCALES
    for chars in range(2, 9)
}
PHRASES = {chars: LANGUAGES["zh-Hans", chars] for chars in range(2, 9)}

languages = st.sampled_from(
    [
        *(("zh-Hans", ""), ("zh-Hans", ""), ("zh-Hans", ""), ("en", ""), ("zh-Hant", "")),
        *(("zh-Hans", "zh-Hans"), ("zh-Hans", "zh-Hans"), ("en", "en"), ("en", "en")),
        *(("zh-Hant", "zh-Hans zh-Hant"), ("zh-Hans", "zh-Hans zh-Hant"), ("en", "zh-Hans en")),
    ]
)
"""The locale of a phrase with those that its chooser is willing to write; "" for any."""

lengths = st.sampled_from([2, 2, 2, 3, 3, 4, 5, 6, 7, 8])


class MachineBase(RuleBasedStateMachine):
    """Makes the same calls to the model and the Lua library; a checker checks the promises."""

    coverage: ClassVar[Counter[str]] = Counter()
    """How often the runs met each situation."""

    def __init__(self, lua: LuaLane) -> None:
        super().__init__()
        self.lanes = DifferentialLane(lua, self.coverage)
        self.checker = PromiseChecker(lua.rules, self.coverage)
        self.now = 1_700_000_000_000
        self.lanes.keep_time(self.now)
        self.only_archived = 0
        self.count = 0
        self.at: dict[str, str] = {}
        self.was_at: dict[str, str] = {}
        self.said_hello: dict[str, int] = {}
        self.workers = ["wa", "wb", "wc"]
        self.fenced: list[str] = []
        self.codes: list[str] = []
        self.commits: list[tuple[str, str, int]] = []
        self.leaves: list[tuple[str, str]] = []

    @property
    def time(self) -> int:
        """The lane's time; `now` is the wall clock, which may be set back."""
        return copy(self.lanes.model.clock).read(self.now)

    def join(self, seed: int, tickets: list[Ticket], *, apart: bool = False) -> None:
        model = self.lanes.model
        pool, kept = set(model.pool), set(model.kept)
        if apart:
            pool, kept = set(model.apart), set(model.apart_kept)
            self.coverage["join apart with others waiting"] += bool(model.pool)
        answer = self.lanes.join(self.now, seed, tickets, apart=apart)
        self.checker.check_join(self.time, tickets, answer, pool, kept)
        self.coverage["join with a repeated ticket"] += len({t.participant for t in tickets}) < len(
            answer.refusals
        )
        self.coverage["join with several rooms waiting"] += len(pool) > 1
        self.coverage["join with a kept room"] += bool(kept)

    def ticket(
        self, name: str, data: st.DataObject, *, invite: str = "", address: str = "now"
    ) -> Ticket:
        chars = data.draw(lengths)
        chosen = data.draw(st.booleans())
        where = self.address(name, address)
        room, hello = f"r{self.next()}", self.said_hello.get(where, 0)
        locale, locales = data.draw(languages)
        return Ticket(
            participant=name,
            address=where,
            room=room,
            phrase=LANGUAGES[locale, chars],
            chars=chars,
            chosen=chosen,
            invite=invite,
            hello=hello,
            locale=locale,
            locales=locales,
        )

    def commit(self, name: str, address: str, room: str, c: int) -> None:
        ink = _pack([[self.next() % 4096, 7, 0, 90, 1, -1, 16, 2]])
        answer = self.lanes.commit(self.now, name, address, room, c, ink)
        self.checker.check_commit(self.time, name, room, c, ink, answer)
        if answer.transitions:
            self.commits.append((name, room, c))
            kind, view = answer.transitions[0].kind, answer.transitions[0].view
            self.coverage["commit repeated after the end"] += (
                kind == "repeated" and view.turn == view.chars
            )

    def leave(self, name: str, address: str, room: str, keep: bool, report: bool) -> None:
        answer = self.lanes.leave(self.now, name, address, room, keep=keep, report=report)
        self.checker.check_others(self.time, answer)
        if answer.transitions:
            self.leaves.append((name, room))

    def disconnect(self, name: str, address: str, room: str) -> None:
        answer = self.lanes.disconnect(self.now, name, self.address(name, address), room)
        self.checker.check_disconnect(self.time, answer)

    def resume(self, name: str, fresh: bool) -> None:
        if fresh:
            self.connect_anew(name)
        address = self.address(name)
        hello = self.said_hello.setdefault(address, self.time)
        answer = self.lanes.resume(self.now, name, address, hello)
        if answer.refusal:
            return
        self.checker.check_resume(self.time, name, answer)

    def connect_anew(self, name: str) -> None:
        """A participant sends `hello` on another connection; the lane does not know of it yet."""
        self.was_at[name] = self.address(name)
        self.at[name] = f"{self.workers[self.count % 3]}/{self.next()}"
        self.said_hello[self.at[name]] = self.time

    def invite(self, name: str, address: str, room: str) -> None:
        code = self.lanes.invite(name, address, room, f"i{self.next()}")
        if code and code not in self.codes:
            self.codes.append(code)

    @invariant()
    def both_lanes_agree(self) -> None:
        self.lanes.compare_state(PARTICIPANTS)
        counted = len(self.lanes.model.works) + self.only_archived
        assert self.lanes.model.relays == self.checker.relays == counted
        assert self.lanes.model.participants == self.checker.hands
        self.coverage["steps"] += 1
        self.coverage["most live rooms"] = max(
            self.coverage["most live rooms"], len(self.checker.live())
        )

    def next(self) -> int:
        self.count += 1
        return self.count

    def address(self, name: str, which: str = "now") -> str:
        if name not in self.at:
            self.at[name] = f"{self.workers[self.count % 3]}/{self.next()}"
        if which == "nowhere":
            return NOWHERE
        return self.at[name] if which == "now" else self.was_at.get(name, NOWHERE)

    def some_room(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.checker.live())))

    def away(self) -> list[str]:
        """Participants whose connection is lost and whose seat is held."""
        return [
            seat.participant
            for room in self.checker.live().values()
            for seat in room.view.seats
            if seat.participant and not seat.address
        ]

    def on_fenced_workers(self) -> list[tuple[str, str]]:
        """Rooms and their holders whose last session was on a worker that was given up."""
        return [
            (room, holder)
            for room, known in sorted(self.checker.live().items())
            for holder in known.holders
            if self.address(holder).partition("/")[0] in self.fenced
        ]

    def limited(self) -> list[str]:
        """Live rooms in which a turn runs."""
        return sorted(name for name in self.checker.live() if self.lanes.model.rooms[name].deadline)

    def written(self) -> list[str]:
        """Live rooms with a committed character."""
        return sorted(name for name, room in self.checker.live().items() if room.writers)
