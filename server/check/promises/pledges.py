"""A pledge is counted once a participant, and its number is given to nobody else."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import NamedTuple

from server.check.promise import Promise
from server.check.received import Received
from server.check.state import ObservedState
from server.check.store import Store, StoredCampaign
from server.check.to_client import Pledged


class _Told(NamedTuple):
    """What a participant was told first of a pledge."""

    campaign: str
    pledge: str
    participant: str
    number: int
    certificate: str
    ref: int


class _Highest:
    """The highest number that anybody was told by some time, of one pledge."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._numbers: list[int] = []

    def add(self, at: float, number: int) -> None:
        """A number was told; times do not fall."""
        before = self._numbers[-1] if self._numbers else 0
        self._times.append(at)
        self._numbers.append(max(before, number))

    def before(self, at: float) -> int:
        """The highest one that was told before; 0 for none."""
        index = bisect_left(self._times, at)
        return self._numbers[index - 1] if index else 0


class PledgedOnce(Promise):
    """Numbers of pledges, certificates, counters and stored pledges agree with each other.

    A pledge that is still in the stream counts like an archived one.

    Violations in received messages:

    - A participant is told another number or certificate of the same pledge than before.
    - Two participants are told the same number of a pledge.
    - A number is not above those that were told before the pledge was first asked for.

    Violations in the store:

    - A pledge that was told is not stored with this number, participant and certificate.
    - A number is stored twice, or a participant has the same pledge twice.
    - The counter of a pledge is not the number of those that are stored.
    """

    name = "pledged once"
    checked = "pledges told and stored"

    def __init__(self, state: ObservedState) -> None:
        """Check with this state."""
        super().__init__(state)
        self._told: dict[tuple[str, str, str], _Told] = {}
        self._by_number: dict[tuple[str, str, int], _Told] = {}
        self._highest: dict[tuple[str, str], _Highest] = {}

    def check_received(self, received: Received) -> None:
        """Check `pledged`."""
        message, connection = received.message, received.connection
        participant = connection.participant
        if not isinstance(message, Pledged) or participant is None:
            return
        self.facts += 1
        told = _Told(
            connection.campaign,
            message.pledge,
            participant.id,
            message.number,
            message.certificate,
            received.ref,
        )
        before = self._told.setdefault((told.campaign, told.pledge, told.participant), told)
        if before is not told:
            if before[:-1] != told[:-1]:
                text = f"{participant.id} is told two numbers or certificates of {message.pledge}"
                self.add_violation(text, before.ref, told.ref)
            return
        other = self._by_number.setdefault((told.campaign, told.pledge, told.number), told)
        if other is not told:
            text = f"number {told.number} of {told.pledge} is told to two participants"
            self.add_violation(text, other.ref, told.ref)
        highest = self._highest.setdefault((told.campaign, told.pledge), _Highest())
        asked_at = participant.pledges_asked_at.get(told.pledge)
        if asked_at is not None and highest.before(asked_at) >= told.number:
            text = f"number {told.number} of {told.pledge} is not above those told before"
            self.add_violation(text, told.ref)
        highest.add(received.at, told.number)

    def finish(self, store: Store | None) -> None:
        """Compare with the store."""
        if store is None:
            return
        for campaign in store.campaigns:
            self._check_stored(campaign)
        there = {campaign.id: set(campaign.pledges) for campaign in store.campaigns}
        for told in self._told.values():
            if told.campaign in there and told[1:-1] not in there[told.campaign]:
                text = f"{told.pledge} of {told.participant} is told, but not stored so"
                self.add_violation(text, told.ref)

    def _check_stored(self, campaign: StoredCampaign) -> None:
        self.facts += len(campaign.pledges)
        for what, seen in (
            ("number", Counter((it.pledge, it.number) for it in campaign.pledges)),
            ("participant", Counter((it.pledge, it.participant) for it in campaign.pledges)),
        ):
            for (pledge, value), count in seen.items():
                if count > 1:
                    self.add_violation(f"{what} {value} of {pledge} is stored {count} times")
        stored = Counter(it.pledge for it in campaign.pledges)
        for pledge in stored.keys() | campaign.pledge_counts.keys():
            counted = campaign.pledge_counts.get(pledge, 0)
            if counted != stored[pledge]:
                self.add_violation(
                    f"campaign {campaign.id} counts {counted} of {pledge}, but has {stored[pledge]}"
                )
