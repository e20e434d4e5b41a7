"""What is wrong with a campaign: each time the field and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from server.catalogue import CatalogueError
from server.relay.fault import Fault


class Problem(NamedTuple):
    """A wrong value: where it is, e.g. `pledge[0].id`, and what is wrong with it."""

    field: str
    fault: Fault

    def __str__(self) -> str:
        """Both in one line, in English."""
        return f"{self.field}: {self.fault}" if self.field else str(self.fault)


class CampaignError(CatalogueError):
    """A campaign is refused; `problems` says why, and the message is one line of them."""

    def __init__(self, problems: Sequence[Problem], campaign: str = "") -> None:
        """Refuse `campaign`; "" when not even its id is known."""
        name = f"campaign {campaign!r}: " if campaign else ""
        super().__init__(name + "; ".join(map(str, problems)))
        self.problems = problems
