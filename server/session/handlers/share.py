"""`share`: the participant has shared a finished work, or kept its poster; for the funnel."""

from __future__ import annotations

from server.relay.from_client import Share
from server.session.dispatch import Dispatcher
from server.session.funnel import FINISHED, POSTER, SHARED
from server.session.session import Session

STEPS = {"link": SHARED, "poster": POSTER}


class ShareHandler:
    """Counts what becomes of finished works; there is no answer."""

    def register(self, dispatcher: Dispatcher) -> None:
        """Handle `share`."""
        dispatcher.register(Share, self.share)

    def share(self, session: Session, message: Share) -> None:
        """Count it once a visit, and only in a visit that has finished a work."""
        if session.has_reached(FINISHED):
            session.reached(STEPS[message.how])
