"""Ten participants who do everything that the rules know, in any order, right and wrong."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from server.relay.participant import CLOCK_TOLERANCE_MS
from server.relay.transition import Hand
from tests.model.machine_base import PARTICIPANTS, MachineBase

SKIPPED = 10

people = st.sampled_from(PARTICIPANTS)
seeds = st.integers(1, 2**31 - 2)
short_waits = st.sampled_from([0, 1, 500, 7_000])
long_waits = st.sampled_from([14_999, 15_000, 20_000, 60_000, 61_000, 120_000])
whole_days = st.sampled_from([86_399_999, 86_400_000, 90_000_000])


class Machine(MachineBase):
    """What can happen.

    Attributes:
        keeps_apart: whether some are kept apart, which the first release does not know.
    """

    keeps_apart = True

    # Joining

    @rule(data=st.data(), seed=seeds)
    def some_who_are_free_join(self, data: st.DataObject, seed: int) -> None:
        free = [name for name in PARTICIPANTS if not self.checker.room_of(name)]
        if free:
            names = data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=8, unique=True))
            self.join(seed, [self.ticket(name, data) for name in names])

    @rule(data=st.data(), seed=seeds)
    def all_who_are_free_join(self, data: st.DataObject, seed: int) -> None:
        free = [name for name in PARTICIPANTS if not self.checker.room_of(name)]
        if free:
            self.join(seed, [self.ticket(name, data) for name in free[:8]])

    @rule(data=st.data(), seed=seeds, names=st.lists(people, min_size=1, max_size=8))
    def anybody_joins_anyhow(self, data: st.DataObject, seed: int, names: list[str]) -> None:
        tickets = []
        for name in names:
            invite = data.draw(st.sampled_from(["", "", "nowhere", *self.codes[-3:]]))
            address = data.draw(st.sampled_from(["now", "now", "now", "before", "nowhere"]))
            tickets.append(self.ticket(name, data, invite=invite, address=address))
        self.join(seed, tickets)

    @precondition(lambda self: self.keeps_apart)
    @rule(data=st.data(), seed=seeds)
    def some_who_are_kept_apart_join(self, data: st.DataObject, seed: int) -> None:
        free = [name for name in PARTICIPANTS if not self.checker.room_of(name)]
        if free:
            names = data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=3, unique=True))
            self.join(seed, [self.ticket(name, data) for name in names], apart=True)

    @precondition(lambda self: self.codes)
    @rule(data=st.data(), seed=seeds, name=people, apart=st.sampled_from([False, False, True]))
    def a_friend_joins(self, data: st.DataObject, seed: int, name: str, apart: bool) -> None:
        code = data.draw(st.sampled_from(self.codes[-3:]))
        apart = apart and self.keeps_apart
        self.join(seed, [self.ticket(name, data, invite=code)], apart=apart)

    @rule(data=st.data(), seed=seeds, name=people, later=st.sampled_from([0, 100, 101, 3_000]))
    def a_join_is_done_before_the_return(
        self, data: st.DataObject, seed: int, name: str, later: int
    ) -> None:
        self.now += later
        self.connect_anew(name)
        self.join(seed, [self.ticket(name, data)])

    @precondition(lambda self: self.fenced)
    @rule(data=st.data(), seed=seeds, name=people)
    def a_given_up_worker_has_a_ticket(self, data: st.DataObject, seed: int, name: str) -> None:
        worker = data.draw(st.sampled_from(self.fenced))
        answer = self.lanes.join(self.now, seed, [self.ticket(name, data)] * 2, worker)
        assert answer.refusals == ["fenced", "fenced"]

    # Writing

    @precondition(lambda self: self.checker.live())
    @rule(data=st.data(), times=st.integers(1, 3))
    def the_turns_holders_write(self, data: st.DataObject, times: int) -> None:
        self.the_turns_holders_write_in(self.some_room(data), times)

    def the_turns_holders_write_in(self, room: str, times: int) -> None:
        for _ in range(times):
            view = self.checker.rooms[room].view
            writer = view.seats[view.turn % 2].participant if view.turn < view.chars else ""
            if writer:
                self.commit(writer, self.address(writer), room, view.turn)

    @precondition(lambda self: self.checker.live())
    @rule(data=st.data())
    def a_room_is_written_to_its_end(self, data: st.DataObject) -> None:
        room = self.some_room(data)
        self.all_who_are_away_resume(room)
        self.the_turns_holders_write_in(room, 8)

    def all_who_are_away_resume(self, room: str) -> None:
        for seat in self.checker.rooms[room].view.seats:
            if seat.participant and seat.address != self.address(seat.participant):
                self.resume(seat.participant, True)

    @precondition(lambda self: self.checker.rooms)
    @rule(data=st.data(), c=st.integers(-1, 8), address=st.sampled_from(["now", "before"]))
    def anybody_commits_anything(self, data: st.DataObject, c: int, address: str) -> None:
        room = data.draw(st.sampled_from([*self.checker.rooms, "unknown"]))
        known = self.checker.rooms.get(room)
        names = sorted(known.people) if known and data.draw(st.booleans()) else PARTICIPANTS
        name = data.draw(st.sampled_from(names))
        self.commit(name, self.address(name, address), room, c)

    @precondition(lambda self: self.checker.live())
    @rule(data=st.data(), address=st.sampled_from(["now", "before", "nowhere"]), seat=st.booleans())
    def somebody_seated_commits(self, data: st.DataObject, address: str, seat: bool) -> None:
        room = self.some_room(data)
        view = self.checker.rooms[room].view
        name = view.seats[seat].participant
        if name:
            self.commit(name, self.address(name, address), room, view.turn)

    @precondition(lambda self: self.commits)
    @rule(data=st.data(), address=st.sampled_from(["now", "before"]))
    def a_commit_is_repeated(self, data: st.DataObject, address: str) -> None:
        name, room, c = data.draw(st.sampled_from(self.commits[-12:]))
        self.commit(name, self.address(name, address), room, c)

    # Leaving and coming back

    @precondition(lambda self: self.written())
    @rule(data=st.data(), seed=seeds, report=st.booleans())
    def a_seat_changes_hands(self, data: st.DataObject, seed: int, report: bool) -> None:
        full = [name for name in self.written() if len(self.checker.rooms[name].holders) == 2]
        room = data.draw(st.sampled_from(full or self.written()))
        self.all_who_are_away_resume(room)
        name = data.draw(st.sampled_from(self.checker.rooms[room].holders))
        self.leave(name, self.address(name), room, True, report)
        for _ in range(4):
            known = self.lanes.model.rooms.get(room)
            if known and known.open_seat is not None:
                self.somebody_free_joins_alone(data, seed)
        if self.checker.rooms[room].live:
            self.all_who_are_away_resume(room)
            self.the_turns_holders_write_in(room, 8)

    @precondition(lambda self: self.checker.live())
    @rule(data=st.data(), keep=st.booleans(), report=st.sampled_from([False, False, True]))
    def somebody_leaves(self, data: st.DataObject, keep: bool, report: bool) -> None:
        room = self.some_room(data)
        name = data.draw(st.sampled_from(self.checker.rooms[room].holders))
        self.leave(name, self.address(name), room, keep, report)

    @precondition(lambda self: self.leaves)
    @rule(data=st.data(), keep=st.booleans())
    def somebody_leaves_again(self, data: st.DataObject, keep: bool) -> None:
        name, room = data.draw(st.sampled_from(self.leaves[-6:]))
        self.leave(name, self.address(name), room, keep, False)

    @precondition(lambda self: self.checker.live())
    @rule(data=st.data(), name=people, keep=st.booleans())
    def a_stranger_or_a_stale_session_leaves(
        self, data: st.DataObject, name: str, keep: bool
    ) -> None:
        room = data.draw(st.sampled_from([*self.checker.live(), "unknown"]))
        self.leave(name, self.address(name, "before"), room, keep, False)

    @precondition(lambda self: self.written())
    @rule(data=st.data())
    def all_leave_and_keep_what_they_wrote(self, data: st.DataObject) -> None:
        room = data.draw(st.sampled_from(self.written()))
        for name in self.checker.rooms[room].holders:
            self.leave(name, self.address(name), room, True, False)

    @precondition(lambda self: self.lanes.model.kept)
    @rule(data=st.data(), seed=seeds)
    def somebody_free_joins_alone(self, data: st.DataObject, seed: int) -> None:
        free = [name for name in PARTICIPANTS if not self.checker.room_of(name)]
        if free:
            self.join(seed, [self.ticket(data.draw(st.sampled_from(free)), data)])

    @precondition(lambda self: self.checker.live())
    @rule(data=st.data())
    def a_connection_is_lost_for_good(self, data: st.DataObject) -> None:
        self.a_connection_is_lost(data)
        self.now += 15_000
        self.the_clock_is_looked_at(200)

    @precondition(lambda self: self.checker.live())
    @rule(data=st.data())
    def a_connection_is_lost(self, data: st.DataObject) -> None:
        room = self.some_room(data)
        self.disconnect(data.draw(st.sampled_from(self.checker.rooms[room].holders)), "now", room)

    @precondition(lambda self: self.limited())
    @rule(data=st.data(), left=short_waits, later=st.sampled_from([1, 8_000, 14_999]))
    def a_connection_is_lost_shortly_before_the_turn_is_over(
        self, data: st.DataObject, left: int, later: int
    ) -> None:
        room = data.draw(st.sampled_from(self.limited()))
        self.now += max(self.lanes.model.rooms[room].deadline - left - self.time, 0)
        view = self.checker.rooms[room].view
        self.disconnect(view.seats[view.turn % 2].participant, "now", room)
        self.now += later
        self.the_clock_is_looked_at(200)

    @precondition(lambda self: self.checker.live())
    @rule(data=st.data(), name=people, address=st.sampled_from(["now", "before"]))
    def a_connection_is_lost_anyhow(self, data: st.DataObject, name: str, address: str) -> None:
        rooms = [*self.checker.live(), "unknown", ""]
        self.disconnect(name, address, data.draw(st.sampled_from(rooms)))

    @precondition(lambda self: self.checker.live())
    @rule(data=st.data(), again=st.booleans())
    def a_worker_is_given_up(self, data: st.DataObject, again: bool) -> None:
        workers = self.fenced if again and self.fenced else self.workers
        worker = data.draw(st.sampled_from(workers))
        if worker in self.workers:
            self.lanes.fence(worker)
            self.workers.remove(worker)
            self.workers.append(f"w{self.next()}")
            self.fenced.append(worker)
        rooms = [*self.checker.rooms, "unknown"]
        self.checker.check_disconnect(self.time, self.lanes.reap(self.now, worker, rooms))

    @precondition(lambda self: self.on_fenced_workers())
    @rule(data=st.data(), call=st.sampled_from(["commit", "leave", "disconnect"]))
    def a_given_up_worker_goes_on(self, data: st.DataObject, call: str) -> None:
        room, name = data.draw(st.sampled_from(self.on_fenced_workers()))
        if call == "commit":
            self.commit(name, self.address(name), room, self.checker.rooms[room].view.turn)
        elif call == "leave":
            self.leave(name, self.address(name), room, True, False)
        else:
            self.disconnect(name, "now", room)

    @rule(name=people, fresh=st.sampled_from([True, True, False]))
    def somebody_resumes(self, name: str, fresh: bool) -> None:
        self.resume(name, fresh)

    @precondition(lambda self: self.away())
    @rule(data=st.data())
    def somebody_away_comes_back(self, data: st.DataObject) -> None:
        self.resume(data.draw(st.sampled_from(self.away())), True)

    @precondition(lambda self: self.was_at)
    @rule(data=st.data())
    def an_earlier_hello_comes_again(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.was_at)))
        was_at = self.was_at[name]
        hello = self.said_hello.get(was_at, 0)
        known = self.lanes.model.people.get(name)
        refused = (
            known is not None
            and known.address != was_at
            and (was_at in known.previous_addresses or hello + CLOCK_TOLERANCE_MS < known.hello)
        )
        answer = self.lanes.resume(self.now, name, was_at, hello)
        assert answer.refusal or not refused
        if not answer.refusal:
            self.was_at[name], self.at[name] = self.at[name], was_at
            self.checker.check_resume(self.time, name, answer)

    @precondition(lambda self: self.said_hello)
    @rule(
        data=st.data(), ms=st.sampled_from([0, CLOCK_TOLERANCE_MS, CLOCK_TOLERANCE_MS + 1, 5_000])
    )
    def an_earlier_hello_comes_late(self, data: st.DataObject, ms: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.at)))
        hello = self.said_hello.get(self.at[name], 0) - ms
        late = f"{self.workers[0]}/{self.next()}"
        answer = self.lanes.resume(self.now, name, late, hello)
        if not answer.refusal:
            self.was_at[name], self.at[name], self.said_hello[late] = self.at[name], late, hello
            self.checker.check_resume(self.time, name, answer)

    @rule(data=st.data(), name=people)
    def somebody_hears_of_works(self, data: st.DataObject, name: str) -> None:
        works = [work for work, _ in self.lanes.model.unacknowledged.get(name, [])]
        self.lanes.acknowledge(name, [work for work in works if data.draw(st.booleans())])

    # Losses

    @rule(works=st.sampled_from([0, 0, 0, 1, 2]))
    def the_lane_is_compared_with_an_archive_that_has_more(self, works: int) -> None:
        model = self.lanes.model
        relays, hands, serial = model.relays, model.participants, model.serial
        self.lanes.reconcile(relays + works, hands + 2 * works, serial + 2 * works, SKIPPED)
        self.checker.observe_loss(works, SKIPPED if works else 0)
        self.only_archived += works

    @precondition(lambda self: self.written())
    @rule(data=st.data())
    def the_archive_has_a_live_room_as_a_work(self, data: st.DataObject) -> None:
        room = data.draw(st.sampled_from(self.written()))
        hands = [Hand(name, 1) for name in dict.fromkeys(self.checker.rooms[room].writers)]
        for _ in range(2):
            self.lanes.retire({room: hands, "unknown": hands})
        del self.checker.rooms[room]

    # Friends, looks and the clock

    @precondition(lambda self: self.lanes.model.pool)
    @rule(data=st.data())
    def somebody_waiting_invites(self, data: st.DataObject) -> None:
        room = data.draw(st.sampled_from(sorted(self.lanes.model.pool)))
        holder = self.checker.rooms[room].holders[0]
        self.invite(holder, self.address(holder), room)

    @precondition(lambda self: self.checker.live())
    @rule(data=st.data(), address=st.sampled_from(["now", "before"]))
    def somebody_invites_again_or_in_vain(self, data: st.DataObject, address: str) -> None:
        invited = [room.id for room in self.lanes.model.rooms.values() if room.invite]
        room = data.draw(st.sampled_from(sorted(invited or self.checker.live())))
        name = data.draw(st.sampled_from([*self.checker.rooms[room].holders, *PARTICIPANTS[:2]]))
        self.invite(name, self.address(name, address), room)

    @precondition(lambda self: self.checker.rooms)
    @rule(data=st.data(), name=people)
    def somebody_looks(self, data: st.DataObject, name: str) -> None:
        room = self.checker.room_of(name) or data.draw(st.sampled_from([*self.checker.rooms]))
        self.checker.check_others(self.time, self.lanes.read_room(self.now, name, room))

    @precondition(lambda self: self.lanes.model.works)
    @rule(data=st.data())
    def somebody_looks_at_a_finished_room(self, data: st.DataObject) -> None:
        work = data.draw(st.sampled_from(self.lanes.model.works)).id
        name = data.draw(st.sampled_from(sorted(self.checker.rooms[work].people)))
        self.checker.check_others(self.time, self.lanes.read_room(self.now, name, work))

    @rule(ms=short_waits)
    def a_moment_passes(self, ms: int) -> None:
        self.now += ms

    @rule(ms=long_waits)
    def a_while_passes(self, ms: int) -> None:
        self.now += ms

    @precondition(lambda self: self.lanes.model.kept)
    @rule(ms=whole_days)
    def a_day_passes(self, ms: int) -> None:
        self.now += ms

    @rule(ms=st.sampled_from([1, 700, 120_000, 3_600_000]))
    def the_clock_is_set_back(self, ms: int) -> None:
        before = self.time
        self.lanes.keep_time(self.now)
        self.now -= ms
        assert self.time == before
        self.coverage["clock set back"] += 1

    @rule(limit=st.sampled_from([1, 2, 200, 200]))
    def the_clock_is_looked_at(self, limit: int) -> None:
        kept = set(self.lanes.model.kept)
        answer = self.lanes.expire(self.now, limit)
        self.checker.check_others(self.time, answer)
        self.coverage["kept room forgotten"] += not kept <= set(self.lanes.model.rooms)

    @rule(ms=long_waits)
    def a_while_passes_and_the_clock_is_looked_at(self, ms: int) -> None:
        self.now += ms
        self.the_clock_is_looked_at(200)
