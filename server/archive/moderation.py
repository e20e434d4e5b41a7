"""What the check and a campaign's moderation make of a work."""

from __future__ import annotations

from collections.abc import Callable, Collection

from server.archive.review_state import ReviewState
from server.plausible.verdict import Judgement, Verdict
from server.relay.campaign import Campaign, Moderation, Thresholds

FindCampaign = Callable[[str], Campaign | None]
"""A campaign as it is defined at this moment; None for one that is not there any more."""


class Policy:
    """The policies of all campaigns; one that is not there any more has the defaults."""

    def __init__(self, find: FindCampaign, *, check: bool) -> None:
        """`find` finds campaigns. With `check`, works are public only after it."""
        self._find = find
        self._check = check

    def first_review(self, campaign: str) -> ReviewState:
        """In which state the review of a new work begins."""
        if self._check:
            return ReviewState.UNJUDGED
        return ReviewState.WAITING if self._moderation(campaign) == "before" else ReviewState.PUBLIC

    def thresholds(self, campaign: str) -> Thresholds:
        """What a character's score leads to."""
        found = self._find(campaign)
        return found.check if found else Thresholds()

    def review(self, campaign: str, judgements: Collection[Judgement]) -> ReviewState:
        """In which state a work is after the check; `judgements` of all its characters."""
        verdicts = {judgement.verdict for judgement in judgements}
        if Verdict.NO in verdicts:
            return ReviewState.PRIVATE
        if Verdict.UNSURE in verdicts or self._moderation(campaign) == "before":
            return ReviewState.WAITING
        return ReviewState.PUBLIC

    def _moderation(self, campaign: str) -> Moderation:
        found = self._find(campaign)
        return found.moderation if found else "after"
