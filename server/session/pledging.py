"""Makes pledges, for sessions and for `POST /api/campaigns/{id}/pledges/{pledge}` alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from server.relay.pledges import MadePledge
from server.session.campaigns import OpenCampaign
from server.session.random_ids import new_id
from server.store.errors import StoreError
from server.store.pledges import Pledges

FindPledge = Callable[[str, str, str], Awaitable[MadePledge | None]]
"""Looks for a campaign's, a participant's pledge in the archive.

Raises StoreAwayError when the archive cannot be asked now.
"""


class NoSuchPledgeError(Exception):
    """The campaign does not offer this pledge."""


class ClosedError(Exception):
    """The campaign is not open, and the participant has not made the pledge."""


class NewPledgeError(Exception):
    """The participant has not made the pledge, and only a repeat would be answered."""


class Certificate(NamedTuple):
    """A pledge that was made.

    Attributes:
        made: see `MadePledge`.
        url: of its page.
        is_new: whether it was made just now.
    """

    made: MadePledge
    url: str
    is_new: bool


class Pledging:
    """Makes each pledge of a participant once, and answers the first one afterwards."""

    def __init__(self, pledges: Pledges, find: FindPledge) -> None:
        """`pledges` counts them; `find` looks for older ones."""
        self._pledges = pledges
        self._find = find
        self._counts: dict[str, dict[str, int]] = {}

    async def pledge(
        self,
        campaign: OpenCampaign,
        participant: str,
        pledge_id: str,
        *,
        repeats_only: bool = False,
    ) -> Certificate:
        """Make a pledge; with `repeats_only` answer one that was made before, and make none.

        The archive is asked first: Redis remembers a pledge for a day after it was archived.

        Raises:
            NoSuchPledgeError, ClosedError, NewPledgeError: see there.
            StoreError: it may or may not have been made; a repeat will tell.
        """
        if campaign.campaign.pledge(pledge_id) is None:
            raise NoSuchPledgeError
        found = await self._find(campaign.campaign.id, participant, pledge_id)
        if found is not None:
            return Certificate(found, campaign.certificate_url(found.certificate), False)
        is_open = campaign.is_open
        may_be_new = is_open and not repeats_only
        made = await self._pledges.pledge(
            campaign.lanes.first, participant, pledge_id, new_id(), is_open=may_be_new
        )
        if made is None:
            raise NewPledgeError if is_open else ClosedError
        url = campaign.certificate_url(made.pledge.certificate)
        return Certificate(made.pledge, url, made.is_new)

    async def counts(self, campaign: OpenCampaign) -> dict[str, int]:
        """How many have made each pledge of a campaign; the last known ones in an outage."""
        name = campaign.campaign.id
        try:
            self._counts[name] = await self._pledges.counts(campaign.lanes.first)
        except StoreError:
            return self._counts.get(name, {})
        return self._counts[name]
