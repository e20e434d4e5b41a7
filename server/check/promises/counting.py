"""A finished work is counted once, whatever crashed and whatever was tried again."""

from __future__ import annotations

from server.check.findings import Promise
from server.check.messages import Completed, Welcome
from server.check.store import Archived, Store, StoredWork
from server.check.timeline import Timeline
from server.check.traces import Moment, Room

BLOCK_MS = 4_500
"""How old a lane's block of serials may be: two seconds, and what a call may take beside."""


class CountedOnce(Promise):
    """Counters, works and serial numbers agree, and with what everybody was told.

    In each campaign `relays` is the number of works, `participants` that of their hands; serials
    run from 1 without a gap and in the order of completion. With several lanes blocks of serials
    may be given up, and the order is that of time up to the age of a block. Works on their way to
    the archive count like archived ones. Every `completed` (and every entry of `finished`) names a
    stored work with its hearer's serial. Each character is credited to whoever is the only one to
    have sent its ink. Completion times are those of the store's clock; if that is set back, this
    shows.
    """

    name = "counted once"
    checked = "works told and stored"

    def __init__(self, timeline: Timeline) -> None:
        """Watch what this timeline follows."""
        super().__init__(timeline)
        self._finished: list[tuple[str, str, int, int]] = []
        self._high: list[tuple[str, int]] = []

    def received(self, moment: Moment) -> None:
        """Look at everything that tells of a finished work."""
        person, message, ref = moment.connection.person, moment.message, moment.ref
        if isinstance(message, Completed) and person:
            self.facts += 1
            room = self.timeline.room(message.room)
            for earlier in room.completions:
                other = earlier.participant != person.id
                if (earlier.serial == message.serial) == other:
                    text = "two hands of one work have one serial" if other else "a serial changed"
                    self.violated(f"{text} in work {message.work}", earlier.ref, ref)
            if message.serial > message.counters.participants:
                self._high.append((room.campaign, ref))
        if isinstance(message, Welcome):
            for entry in message.finished:
                self.facts += 1
                self._finished.append((entry.work, message.participant, entry.serial, ref))

    def finish(self, store: Store | None) -> None:
        """Compare with the store."""
        for campaign_id, ref in self._high:
            if store is None or not store.has_several_lanes(campaign_id):
                self.violated("a serial is above the number of participants", ref)
        if store is None:
            return
        for campaign in store.campaigns:
            self._count(campaign)
            self._serials(campaign)
        for room in self.timeline.rooms.values():
            if room.campaign in store.names:
                self._told(room, store)
        for work, participant, serial, ref in self._finished:
            self._look_up(store, work, participant, serial, ref)

    def _count(self, campaign: Archived) -> None:
        archived = {work.id: work for work in campaign.works}
        for lane in campaign.lanes:
            seen: set[str] = set()
            for work in lane.on_the_way:
                if work.id in seen:
                    self.violated(f"work {work.id} was finished twice", *self._refs(work))
                seen.add(work.id)
                archived.setdefault(work.id, work)
        self.facts += len(archived)
        relays = sum(lane.relays for lane in campaign.lanes)
        participants = sum(lane.participants for lane in campaign.lanes)
        hands = sum(len(work.hands) for work in archived.values())
        if relays != len(archived):
            self.violated(
                f"campaign {campaign.id} counts {relays} relays and has {len(archived)} works"
            )
        if participants != hands:
            self.violated(
                f"campaign {campaign.id} counts {participants} participants and has {hands} hands"
            )

    def _serials(self, campaign: Archived) -> None:
        works = {work.id: work for lane in campaign.lanes for work in lane.on_the_way}
        works |= {work.id: work for work in campaign.works}
        by_serial = sorted((hand.serial, work.id) for work in works.values() for hand in work.hands)
        several = len(campaign.lanes) > 1
        slack = BLOCK_MS if several else 0
        before: StoredWork | None = None
        newest = 0
        expected = 1
        for serial, work_id in by_serial:
            work = works[work_id]
            if serial < expected or (serial > expected and not several):
                near = (*(self._refs(before) if before else ()), *self._refs(work))
                what = "given twice" if serial < expected else "missing"
                self.violated(f"serial {min(serial, expected)} is {what} in {campaign.id}", *near)
                return
            expected = serial + 1
            if before and work.completed_at + slack < newest:
                near = (*self._refs(before), *self._refs(work))
                text = f"work {work.id} is older than {before.id}, but has a higher serial"
                self.violated(text, *near)
                return
            before, newest = work, max(newest, work.completed_at)

    def _told(self, room: Room, store: Store) -> None:
        for told in room.completions:
            self._look_up(store, room.id, told.participant, told.serial, told.ref)
        work = store.works.get(room.id)
        for c in range(len(room.told)) if work else ():
            writers = room.wrote(c)
            if work and len(writers) == 1 and c < len(work.writers):
                hand = work.hands[work.writers[c]].participant
                if hand not in writers:
                    refs = [sent.ref for sent in room.sent if sent.c == c]
                    text = f"character {c} of work {work.id} is credited to {hand}"
                    self.violated(text, *refs)

    def _look_up(self, store: Store, work_id: str, participant: str, serial: int, ref: int) -> None:
        work = store.works.get(work_id)
        if work is None:
            self.violated(f"work {work_id} was told to be finished and is not stored", ref)
        elif (participant, serial) not in work.hands:
            self.violated(f"work {work_id} does not give {participant} the serial {serial}", ref)

    def _refs(self, work: StoredWork) -> list[int]:
        room = self.timeline.rooms.get(work.id)
        return [told.ref for told in room.completions] if room else []
