"""What a payment provider and its enemies send: the events of `bench.donations`, and what is right.

Every event has the statuses that are right for it. What came before an event it names with `after`:
it is sent once that one was answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Literal

import msgspec

FUNDS = {"angels": "CNY", "masks": "CNY", "abroad": "USD"}
MOST = 10**13
LATE_SECONDS = 301

How = Literal["signed", "forged", "late", "early", "unsigned"]


@dataclass
class Event:
    """One report as it is sent.

    Attributes:
        kind: what it is an example of.
        report_id: its `webhook-id`.
        body: of the request.
        right: the statuses that the contract names for it.
        how: how it is signed.
        campaign: to whose address it goes.
        after: the event that was answered before this one is sent.
        status: of the answer; 0 before.
    """

    kind: str
    report_id: str
    body: bytes
    right: tuple[int, ...]
    how: How = "signed"
    campaign: str = "default"
    after: Event | None = None
    status: int = 0


@dataclass
class Gift:
    """A donation with its refunds, each of which is sent on its own."""

    fund: str
    amount: int
    told: Event
    refunds: list[tuple[str, int, Event]] = field(default_factory=list)

    def left(self) -> int:
        """What counts, by the answers that were given: refunds in the order of their names."""
        rest = self.amount
        for _, amount, event in sorted(self.refunds, key=lambda it: it[0]):
            if event.status == 204 and amount <= rest:
                rest -= amount
        return rest


def gave(name: str, fund: str, amount: int, currency: str = "") -> bytes:
    """The body that reports a donation."""
    data = {"id": name, "fund": fund, "amount": amount, "currency": currency or FUNDS[fund]}
    return msgspec.json.encode({"type": "donation.succeeded", "data": data})


def refunded(refund: str, name: str, amount: int, currency: str) -> bytes:
    """The body that reports a refund."""
    data = {"id": name, "refund": refund, "amount": amount, "currency": currency}
    return msgspec.json.encode({"type": "donation.refunded", "data": data})


class Events:
    """So many events, in the order in which they are sent.

    Attributes:
        events: all of them.
        gifts: the donations that are right, whatever came of their refunds.
    """

    def __init__(self, count: int, seed: int) -> None:
        """Make them."""
        self._random = Random(seed)
        self.gifts: list[Gift] = []
        self.events: list[Event] = []
        while len(self.events) < count:
            self.events += self._some()
        del self.events[count:]
        self._random.shuffle(self.events)

    def _some(self) -> Iterator[Event]:
        """A donation, its refunds, and what else comes of it."""
        random, number = self._random, len(self.gifts)
        fund, amount = random.choice(list(FUNDS)), random.randint(1, MOST)
        name = f"d{number}"
        told = Event("donation", f"m-{name}", gave(name, fund, amount), (204,))
        gift = Gift(fund, amount, told)
        self.gifts.append(gift)
        yield told
        if random.random() < 0.4:
            yield from self._refunds(name, gift)
        if random.random() < 0.3:
            yield self._again(told)
        if random.random() < 0.2:
            yield self._contradiction(name, gift)
        if random.random() < 0.3:
            yield self._wrong(name, gift)

    def _refunds(self, name: str, gift: Gift) -> Iterator[Event]:
        """Refunds that may come before the donation; some are together larger than it."""
        random, currency = self._random, FUNDS[gift.fund]
        first = random.choice([gift.amount, random.randint(1, gift.amount)])
        rest = gift.amount - first
        amounts = [first, rest] if rest else [first]
        too_much = random.random() < 0.1
        if too_much:
            amounts[-1] = gift.amount
        for number, amount in enumerate(amounts):
            refund = f"r{number}-{name}"
            right = (204, 409) if too_much and len(amounts) > 1 else (204,)
            body = refunded(refund, name, amount, currency)
            event = Event("refund", f"m-{refund}", body, right)
            gift.refunds.append((refund, amount, event))
            yield event

    def _again(self, told: Event) -> Event:
        """The same once more: with the same id, with another one, or recorded by somebody."""
        match self._random.randrange(4):
            case 0:
                return Event("doubled", told.report_id, told.body, (204,))
            case 1:
                return Event("told again", f"{told.report_id}-again", told.body, (204,))
            case 2:
                return Event("replayed late", told.report_id, told.body, (401,), "late", after=told)
        return Event("replayed at once", told.report_id, told.body, (204,), after=told)

    def _contradiction(self, name: str, gift: Gift) -> Event:
        """What contradicts a donation that was taken."""
        told, other = gift.told, gift.amount % MOST + 1
        currency = FUNDS[gift.fund]
        bodies = [
            (told.report_id, gave(f"{name}-other", gift.fund, gift.amount)),
            (f"{told.report_id}-other", gave(name, gift.fund, other)),
            (f"{told.report_id}-large", refunded(f"large-{name}", name, gift.amount + 1, currency)),
            (f"{told.report_id}-money", refunded(f"money-{name}", name, gift.amount, "EUR")),
        ]
        if gift.amount == MOST:
            del bodies[2]
        report_id, body = self._random.choice(bodies)
        return Event("contradiction", report_id, body, (409,), after=told)

    def _wrong(self, name: str, gift: Gift) -> Event:
        """What is never taken; it would add to what was raised."""
        good, more = gave(f"{name}-false", gift.fund, gift.amount), f"m-{name}-false"
        cases: list[Event] = [
            Event("forged", more, good, (401,), "forged"),
            Event("unsigned", more, good, (401,), "unsigned"),
            Event("too old", more, good, (401,), "late"),
            Event("of tomorrow", more, good, (401,), "early"),
            Event("no fund", more, good.replace(gift.fund.encode(), b"tigers"), (404,)),
            Event("no campaign", more, good, (404,), campaign="nothing"),
            Event("no report", more, good[:-2], (400,)),
            Event("no amount", more, gave(f"{name}-false", gift.fund, 0), (400,)),
            Event("another currency", more, gave(f"{name}-false", gift.fund, 1, "EUR"), (400,)),
            Event("too long", more, good + b" " * 65_536, (413,)),
        ]
        return self._random.choice(cases)
