"""A finished work is counted once, whatever crashed and whatever was tried again."""

from __future__ import annotations

from typing import NamedTuple

from server.check.observed import Room
from server.check.promise import Promise
from server.check.received import Received
from server.check.state import ObservedState
from server.check.store import Store, StoredCampaign, StoredWork
from server.check.to_client import Completed, Welcome

BLOCK_MS = 4_500
"""Milliseconds for which a lane may use a block of serials: two seconds, and the time of a call."""


class _FinishedEntry(NamedTuple):
    """An entry of `finished` in a `welcome`."""

    work_id: str
    participant_id: str
    serial: int
    ref: int


class CountedOnce(Promise):
    """Counters, stored works and serials agree with each other and with the received messages.

    A work that is still in a lane's stream counts like an archived one.

    Violations in received messages:

    - Two participants of a work receive the same serial, or one participant receives two.
    - A serial is above `participants` in the same message, in a campaign with one lane.
    - The work of a `completed`, or of an entry of `finished`, is not stored, or is stored
      without this serial for the receiver.

    Violations in the store:

    - `relays` is not the number of works, or `participants` not the number of their hands.
    - A lane's stream has a work twice.
    - A serial is given twice. In a campaign with one lane: serials do not start at 1, or one is
      missing. Several lanes may give up parts of their blocks of serials.
    - A work has a higher serial than one that was completed later. With several lanes, this counts
      if it was completed later by more than `BLOCK_MS`, the age of a block.
    - A character is credited to a participant other than the only one who sent its ink.

    Completion times are those of the store's clock. If that clock was set back, this promise may
    find a violation.

    Not seen: a wrong credit for a character whose ink was sent by several participants or by none
    that is recorded.
    """

    name = "counted once"
    checked = "works sent and stored"

    def __init__(self, state: ObservedState) -> None:
        """Check with this state."""
        super().__init__(state)
        self._finished: list[_FinishedEntry] = []
        self._high_serials: list[tuple[str, int]] = []

    def check_received(self, received: Received) -> None:
        """Check `completed`, and keep the entries of `finished`."""
        message = received.message
        if isinstance(message, Completed):
            self._check_completed(received, message)
        if isinstance(message, Welcome):
            for entry in message.finished:
                self.facts += 1
                self._finished.append(
                    _FinishedEntry(entry.work, message.participant, entry.serial, received.ref)
                )

    def _check_completed(self, received: Received, message: Completed) -> None:
        participant, ref = received.connection.participant, received.ref
        if participant is None:
            return
        self.facts += 1
        room = self.state.room(message.room)
        for earlier in room.completions:
            own = earlier.participant_id == participant.id
            if own and earlier.serial != message.serial:
                text = f"{participant.id} received two serials for work {message.work}"
                self.add_violation(text, earlier.ref, ref)
            elif not own and earlier.serial == message.serial:
                text = f"two participants received the same serial for work {message.work}"
                self.add_violation(text, earlier.ref, ref)
        if message.serial > message.counters.participants:
            self._high_serials.append((room.campaign, ref))

    def finish(self, store: Store | None) -> None:
        """Compare with the store."""
        for campaign_id, ref in self._high_serials:
            if store is None or not store.has_several_lanes(campaign_id):
                self.add_violation("a serial is above the number of participants", ref)
        if store is None:
            return
        for campaign in store.campaigns:
            self._check_counters(campaign)
            self._check_serials(campaign)
        for room in self.state.rooms.values():
            if room.campaign in store.names:
                self._check_room(room, store)
        for entry in self._finished:
            self._check_told(store, *entry)

    def _check_counters(self, campaign: StoredCampaign) -> None:
        works = {work.id: work for work in campaign.works}
        for lane in campaign.lanes:
            seen: set[str] = set()
            for work in lane.unarchived:
                if work.id in seen:
                    self.add_violation(f"work {work.id} was finished twice", *self._evidence(work))
                seen.add(work.id)
                works.setdefault(work.id, work)
        self.facts += len(works)
        relays = sum(lane.relays for lane in campaign.lanes)
        participants = sum(lane.participants for lane in campaign.lanes)
        hands = sum(len(work.hands) for work in works.values())
        if relays != len(works):
            self.add_violation(
                f"campaign {campaign.id} counts {relays} relays, but has {len(works)} works"
            )
        if participants != hands:
            self.add_violation(
                f"campaign {campaign.id} counts {participants} participants, but has {hands} hands"
            )

    def _check_serials(self, campaign: StoredCampaign) -> None:
        """Check the serials in ascending order, up to the first violation."""
        works = {work.id: work for lane in campaign.lanes for work in lane.unarchived}
        works |= {work.id: work for work in campaign.works}
        by_serial = sorted((hand.serial, work.id) for work in works.values() for hand in work.hands)
        several_lanes = len(campaign.lanes) > 1
        tolerance = BLOCK_MS if several_lanes else 0
        previous: StoredWork | None = None
        newest = 0
        expected = 1
        for serial, work_id in by_serial:
            work = works[work_id]
            evidence = (*(self._evidence(previous) if previous else ()), *self._evidence(work))
            if serial < expected:
                text = f"serial {serial} of campaign {campaign.id} is given twice"
                self.add_violation(text, *evidence)
                return
            if serial > expected and not several_lanes:
                text = f"serial {expected} of campaign {campaign.id} is missing"
                self.add_violation(text, *evidence)
                return
            expected = serial + 1
            if previous and work.completed_at + tolerance < newest:
                text = f"work {work.id} is older than {previous.id}, but has a higher serial"
                self.add_violation(text, *evidence)
                return
            previous, newest = work, max(newest, work.completed_at)

    def _check_room(self, room: Room, store: Store) -> None:
        for completion in room.completions:
            participant_id, serial, _, ref = completion
            self._check_told(store, room.id, participant_id, serial, ref)
        work = store.works.get(room.id)
        if work is not None:
            for c in range(min(len(room.committed), len(work.writers))):
                self._check_credit(room, work, c)

    def _check_credit(self, room: Room, work: StoredWork, c: int) -> None:
        writers = room.writers_of(c)
        if len(writers) != 1:
            return
        credited = work.hands[work.writers[c]].participant
        if credited not in writers:
            refs = [commit.ref for commit in room.commits if commit.c == c]
            text = f"character {c} of work {work.id} is credited to {credited}, who did not send it"
            self.add_violation(text, *refs)

    def _check_told(
        self, store: Store, work_id: str, participant_id: str, serial: int, ref: int
    ) -> None:
        """Check that a finished work is stored with the participant's serial."""
        work = store.works.get(work_id)
        if work is None:
            self.add_violation(
                f"work {work_id} is finished for {participant_id}, but is not stored", ref
            )
        elif (participant_id, serial) not in work.hands:
            text = f"work {work_id} is stored without serial {serial} for {participant_id}"
            self.add_violation(text, ref)

    def _evidence(self, work: StoredWork) -> list[int]:
        room = self.state.rooms.get(work.id)
        return [completion.ref for completion in room.completions] if room else []
