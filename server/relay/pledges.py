"""Pledges of one campaign: each participant makes one once, and gets its next number.

The rules are here and in `store/functions/pledges.lua`. Numbers of a pledge ascend from 1 in the
whole campaign, whatever lanes it has, so lane 0 gives them: making a pledge is one small call, and
one lane carries tens of thousands of them a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec


class MadePledge(msgspec.Struct, array_like=True, frozen=True):
    """A pledge that somebody made, as the stream and the archive have it.

    Attributes:
        certificate: unguessable id of the certificate.
        pledge: id of what was promised.
        participant: who did.
        number: of this participant among all who made the pledge; from 1.
        pledged_at: milliseconds since 1970.
    """

    certificate: str
    pledge: str
    participant: str
    number: int
    pledged_at: int


class PledgeTotals(msgspec.Struct, frozen=True):
    """How many have made a pledge, and the highest number given; numbers may be left out."""

    count: int = 0
    number: int = 0


class BehindError(Exception):
    """The lane must be compared with the archive before a number is given."""


@dataclass
class Pledges:
    """What lane 0 knows of a campaign's pledges.

    Attributes:
        made: by pledge and participant; forgotten a while after the archive has them.
        totals: by pledge.
        waiting: those on their way to the archive.
        compared: whether the lane was compared with the archive since it lost something.
    """

    made: dict[tuple[str, str], MadePledge] = field(default_factory=dict)
    totals: dict[str, PledgeTotals] = field(default_factory=dict)
    waiting: list[MadePledge] = field(default_factory=list)
    compared: bool = False

    def pledge(
        self, now: int, participant: str, pledge: str, certificate: str, *, is_open: bool
    ) -> tuple[MadePledge | None, bool]:
        """Make a pledge; what was made, and whether it is new.

        A repeat is answered with what was made first. None when nothing was, and the campaign is
        not open.

        Raises:
            BehindError: no number can be given.
        """
        found = self.made.get((pledge, participant))
        if found is not None or not is_open:
            return found, False
        if not self.compared:
            raise BehindError
        before = self.totals.get(pledge, PledgeTotals())
        after = PledgeTotals(before.count + 1, before.number + 1)
        made = MadePledge(certificate, pledge, participant, after.number, now)
        self.totals[pledge] = after
        self.made[pledge, participant] = made
        self.waiting.append(made)
        return made, True

    def reconcile(self, skipped: int, archived: Mapping[str, PledgeTotals]) -> int:
        """Raise the totals to what the archive has; how many pledges had lost something.

        After a loss `skipped` numbers are left out: some may have been told of pledges that neither
        the archive nor the lane has.
        """
        lost = 0
        for pledge, least in archived.items():
            before = self.totals.get(pledge, PledgeTotals())
            number = max(before.number, least.number)
            if least.count > before.count or least.number > before.number:
                lost += 1
                number += skipped
            after = PledgeTotals(max(before.count, least.count), number)
            if after != before:
                self.totals[pledge] = after
        self.compared = True
        return lost
