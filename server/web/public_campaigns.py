"""The campaigns that everybody may know of: all but those for rehearsals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.session.campaigns import OpenCampaign


class PublicCampaigns(Mapping[str, OpenCampaign]):
    """The public ones of some campaigns, as they are defined at the moment of a look."""

    def __init__(self, campaigns: Mapping[str, OpenCampaign]) -> None:
        """Of `campaigns`, which may become more."""
        self._campaigns = campaigns

    def __getitem__(self, campaign_id: str) -> OpenCampaign:
        """One of them; raises KeyError also for a rehearsal."""
        found = self._campaigns[campaign_id]
        if found.campaign.rehearsal:
            raise KeyError(campaign_id)
        return found

    def __iter__(self) -> Iterator[str]:
        """Their ids."""
        return (key for key, it in self._campaigns.items() if not it.campaign.rehearsal)

    def __len__(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)
