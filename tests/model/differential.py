"""Differential test of the model and the Lua library: both get every call and answer alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from server.relay.lane import Lane
from server.relay.matching import SLACK, Ticket
from server.relay.room import Room
from server.relay.transition import Hand, Transition
from server.store.answers import Answer, Deleted, Resumed, UnacknowledgedWork
from server.store.lanes import ALONE_MS
from server.store.room_record import read_room
from tests.model.lua_lane import Indexes, LuaLane

_ROOM_FIELDS = (
    *("chars", "turn", "version", "grace0", "grace1", "deadline", "expiry", "keep", "held"),
    *("invite", "people", "writers", "locale", "apart"),
)


class DifferentialLane:
    """One method for each call; it compares both answers and returns the one of Lua.

    Attributes:
        model: the model.
        coverage: how often each outcome came, e.g. "commit elsewhere" or "resume back".
    """

    def __init__(self, lua: LuaLane, coverage: Counter[str]) -> None:
        """Two empty lanes; the one of Lua is emptied."""
        self.model = Lane(lua.rules)
        self.coverage = coverage
        self._lua = lua
        lua.client.flushall()
        self.reconcile(0, 0, 0, 0)
        self._last_work = "-"
        self._works = 0

    def join(
        self,
        now: int,
        seed: int,
        tickets: list[Ticket],
        worker: str = "w",
        *,
        apart: bool = False,
    ) -> Answer:
        told = self.model.join(now, seed, worker, list(tickets), apart=apart)
        expected = Answer(*told)  # type: ignore[arg-type]
        answer = self._lua.join(now, seed, worker, tickets, apart=apart)
        return self._same("join", expected, answer)

    def commit(
        self, now: int, participant: str, address: str, room: str, c: int, ink: bytes
    ) -> Answer:
        arguments = (now, participant, address, room, c, ink)
        outcome = self.model.commit(*arguments)
        return self._same("commit", _answer(outcome), self._lua.commit(*arguments))

    def leave(
        self, now: int, participant: str, address: str, room: str, *, keep: bool, report: bool
    ) -> Answer:
        arguments = (now, participant, address, room)
        outcome = self.model.leave(*arguments, keep=keep, report=report)
        answer = self._lua.leave(*arguments, keep=keep, report=report)
        return self._same("leave", _answer(outcome), answer)

    def disconnect(self, now: int, participant: str, address: str, room: str) -> Answer:
        outcome = self.model.disconnect(now, participant, address, room)
        answer = self._lua.disconnect(now, participant, address, room)
        return self._same("disconnect", _answer(outcome), answer)

    def read_room(self, now: int, participant: str, room: str) -> Answer:
        outcome = self.model.read_room(now, participant, room)
        answer = self._lua.read_room(now, participant, room)
        return self._same("read_room", _answer(outcome), answer)

    def expire(self, now: int, limit: int) -> Answer:
        transitions = self.model.expire(now, limit)
        locale_of = {room.id: room.locale for room in self.model.rooms.values()}
        locales = sorted({*locale_of.values(), "none"})
        expired = self._lua.expire(now, limit, locales)
        since, time = self.model.waiting_since, self.model.clock.read(now)
        assert expired.alone_ms == (-1 if since is None else max(time - since, 0))
        alone = {locale_of[room] for room, at in self.model.pool.items() if at <= time - ALONE_MS}
        assert expired.alone == sorted(alone)
        assert expired.kept == sorted({locale_of[room] for room in self.model.kept})
        return self._same("expire", Answer([], transitions), Answer([], expired.transitions))

    def reap(self, now: int, worker: str, rooms: list[str]) -> Answer:
        expected = Answer([], self.model.reap(now, worker, rooms))
        return self._same("reap", expected, self._lua.reap(now, worker, rooms))

    def delete_participant(self, now: int, participant: str, others: dict[str, str]) -> Deleted:
        """The participant is deleted from the last room and from `others`."""
        expected = Deleted(*self.model.delete_participant(now, participant, "unknown", others))
        answer = self._lua.delete_participant(now, participant, "unknown", others)
        assert _plain(answer) == _plain(expected)
        self._count("delete", [], answer.transitions)
        return answer

    def keep_time(self, now: int) -> None:
        """A heartbeat stores the time."""
        self.model.clock.keep(now)
        self._lua.keep_time(now)

    def fence(self, worker: str) -> None:
        """The worker's lease is over."""
        self.model.fenced.add(worker)
        self._lua.fence(worker)

    def reconcile(self, relays: int, participants: int, serial: int, skipped: int) -> None:
        """The lane is compared with an archive that has so much of it."""
        lost = self.model.reconcile(relays, participants, serial, skipped)
        assert self._lua.reconcile(relays, participants, serial, skipped) == lost
        self.coverage["reconciled after a loss" if lost else "reconciled"] += 1

    def retire(self, finished: dict[str, list[Hand]]) -> None:
        """The archive has these rooms as works."""
        rooms = self.model.rooms
        there = [room for room in finished if room in rooms and not rooms[room].completed]
        self.model.retire(finished)
        assert self._lua.retire(finished) == len(there)
        self.coverage["retired"] += bool(there)

    def resume(self, now: int, participant: str, address: str, hello: int) -> Resumed:
        outcome = self.model.resume(now, participant, address, hello)
        unacknowledged = [UnacknowledgedWork(*entry) for entry in outcome.unacknowledged]
        expected = Resumed(
            outcome.previous,
            outcome.transitions,
            unacknowledged,
            outcome.refusal,  # type: ignore[arg-type]
            outcome.recent,
            outcome.seated_at,
        )
        answer = self._lua.resume(now, participant, address, hello)
        assert _plain(answer) == _plain(expected)
        self._count("resume", [answer.refusal] if answer.refusal else [], answer.transitions)
        self.coverage["resume with works unacknowledged"] += bool(unacknowledged)
        return answer

    def invite(self, participant: str, address: str, room: str, code: str) -> str:
        expected = self.model.invite(participant, address, room, code)
        answer = self._lua.invite(participant, address, room, code)
        assert answer == expected
        self.coverage["invite refused" if not answer else "invite"] += 1
        self.coverage["invite repeated"] += bool(answer) and answer != code
        return answer

    def acknowledge(self, participant: str, works: list[str]) -> None:
        entries = [e for e in self.model.unacknowledged.get(participant, []) if e[0] in works]
        self.model.acknowledge(participant, works)
        assert self._lua.acknowledge(participant, [*entries, ("never", 1)]) == len(entries)
        self.coverage["acknowledged"] += bool(entries)

    def compare_state(self, participants: list[str]) -> None:
        """Check that both sides store the same and nothing else."""
        model = self.model
        stored = self._lua.indexes(participants)
        assert stored.pool == model.pool
        assert stored.kept == model.kept
        assert stored.apart == model.apart
        assert stored.apart_kept == model.apart_kept
        for name, by_locale in stored.by_locale.items():
            self._check_languages(by_locale, getattr(model, name))
        assert stored.counters == (model.relays, model.participants)
        assert stored.rooms.keys() == model.rooms.keys()
        assert stored.works == len(model.works)
        assert stored.unacknowledged == {p: model.unacknowledged.get(p, []) for p in participants}
        deadlines = {room.id: room.next_deadline for room in model.rooms.values()}
        deadlines = {room: time for room, time in deadlines.items() if time}
        assert stored.deadlines.keys() == deadlines.keys()
        assert all(time <= deadlines[room] for room, time in stored.deadlines.items())
        self._check_that_live_rooms_are_found(stored)
        for name, packed in stored.rooms.items():
            found = read_room(packed)
            assert {each: getattr(found, each) for each in _ROOM_FIELDS} == _fields(
                model.rooms[name]
            )
        self._compare_new_works()

    def _check_languages(self, by_locale: dict[str, set[str]], index: dict[str, float]) -> None:
        """Whoever looks behind the oldest rooms finds all others by their language."""
        locale_of = {room: self.model.rooms[room].locale for room in index}
        behind = sorted(index, key=lambda room: (index[room], room))[SLACK:]
        assert all(room in by_locale[locale_of[room]] for room in behind)
        for locale, rooms in by_locale.items():
            assert all(locale_of[room] == locale for room in rooms)

    def _check_that_live_rooms_are_found(self, stored: Indexes) -> None:
        """Check that the search for seats of a dead worker finds every room with a participant."""
        sitting = {room.id for room in self.model.rooms.values() if not room.completed}
        sitting = {name for name in sitting if self.model.rooms[name].taken}
        assert sitting <= {*stored.pool, *stored.apart, *stored.invited, *stored.deadlines}
        assert stored.invited == {name for name in sitting if self.model.rooms[name].invite}

    def _compare_new_works(self) -> None:
        if self._works == len(self.model.works):
            return
        entries = self._lua.works(self._last_work)
        new = self.model.works[self._works :]
        for (name, stored), work in zip(entries, new, strict=True):
            room = self.model.rooms[work.id]
            assert stored.id == work.id
            assert bytes(stored.phrase) == room.phrase
            assert stored.hands == work.hands
            assert [stored.hands[hand].participant for hand in stored.hand_of_char] == list(
                room.writers
            )
            assert tuple(bytes(strokes) for strokes in stored.ink) == work.ink
            assert stored.completed_at == work.completed_at
            assert bool(stored.held) == work.held
            self._last_work = name
            self.coverage["work held back"] += work.held
            self.coverage["work by more than two hands"] += len(work.hands) > 2
        self._works = len(self.model.works)

    def _same(self, name: str, expected: Answer, answer: Answer) -> Answer:
        assert _plain(answer) == _plain(expected)
        self._count(name, answer.refusals, answer.transitions)
        return answer

    def _count(self, name: str, refusals: Sequence[str], transitions: list[Transition]) -> None:
        self.coverage.update(f"{name} {refusal}" for refusal in refusals if refusal)
        self.coverage.update(f"{name} {transition.kind}" for transition in transitions)


def _plain(answer: Answer | Deleted | Resumed) -> object:
    """Everything in an answer, down to the packed phrase and ink."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(answer))


def _answer(outcome: str | Transition) -> Answer:
    return Answer([outcome], []) if isinstance(outcome, str) else Answer([], [outcome])


def _fields(room: Room) -> dict[str, int | str]:
    numbers = {
        "chars": room.chars,
        "turn": room.turn,
        "version": room.version,
        "grace0": room.graces[0],
        "grace1": room.graces[1],
        "deadline": room.deadline,
        "expiry": room.expiry,
        "keep": int(room.keep),
        "held": int(room.held),
        "apart": int(room.apart),
    }
    words = {
        "invite": room.invite,
        "people": " ".join(room.people),
        "writers": " ".join(room.writers),
        "locale": room.locale,
    }
    return {**numbers, **words}
