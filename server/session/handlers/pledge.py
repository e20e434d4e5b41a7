"""`pledge`: promise something, and get a certificate with a number."""

from __future__ import annotations

from server.guard.guard import Guard
from server.relay.from_client import Pledge
from server.relay.to_client import Pledged
from server.session.background import BackgroundTasks
from server.session.dispatch import Dispatcher
from server.session.pledging import ClosedError, NewPledgeError, NoSuchPledgeError, Pledging
from server.session.session import Session
from server.session.store_errors import StoreErrors
from server.store.errors import StoreError
from server.tracing.span import Tracer


class PledgeHandler:
    """Makes the pledges of sessions."""

    def __init__(
        self,
        pledging: Pledging,
        guard: Guard,
        errors: StoreErrors,
        tasks: BackgroundTasks,
        tracer: Tracer | None = None,
    ) -> None:
        """Every part is that of this worker. With a `tracer`, each pledge is traced."""
        self._tracer = tracer
        self._guard = guard
        self._pledging = pledging
        self._errors = errors
        self._tasks = tasks

    def register(self, dispatcher: Dispatcher) -> None:
        """Handle `pledge`."""
        dispatcher.register(Pledge, self.pledge)

    def pledge(self, session: Session, message: Pledge) -> None:
        """Make the pledge, and answer with its certificate."""
        if session.participant in self._guard.barred:
            session.refuse("barred", "you cannot take part any more", message)
            return
        self._tasks.spawn(self._traced(session, message, session.campaign.campaign.id), session)

    async def _traced(self, session: Session, message: Pledge, campaign: str) -> None:
        span = None
        if self._tracer is not None:
            span = self._tracer.start("pledge", campaign=campaign, pledge=message.pledge)
        error = "it was not handled"
        try:
            error = await self._pledge(session, message)
        finally:
            if span is not None:
                span.end(error)

    async def _pledge(self, session: Session, message: Pledge) -> str:
        """Make the pledge, and answer; the code of the refusal, or "" when it was made."""
        peer, campaign = session.connection.peer, session.campaign.campaign.id
        wait = self._guard.pledges.check(peer, campaign)
        try:
            found = await self._pledging.pledge(
                session.campaign, session.participant, message.pledge, repeats_only=wait > 0
            )
        except NoSuchPledgeError:
            text = "the campaign does not offer this pledge"
            session.refuse("no_such_pledge", text, message)
            return "no_such_pledge"
        except ClosedError:
            session.refuse("closed", "the campaign is not open", message)
            return "closed"
        except NewPledgeError:
            session.refuse("slow_down", "many pledges come from your network", message, wait)
            return "slow_down"
        except StoreError as error:
            self._errors.answer(session, error, message)
            return str(error)
        made = found.made
        if found.is_new:
            self._guard.pledges.count(peer, campaign)
        session.connection.send(Pledged(made.pledge, made.number, made.certificate, found.url))
        return ""
