"""Lets joins in: at once in calm times, after a proof of work when more newcomers than usual come.

A newcomer is a participant who has met nobody in the campaign lately, or who joins again faster
than people do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from server.guard.guard import Guard
from server.guard.other_proofs import CHECK_SECONDS
from server.relay.from_client import Join
from server.relay.to_client import Challenge
from server.session.background import BackgroundTasks
from server.session.limits import RETRY_MS
from server.session.session import Session
from server.store.errors import StoreAwayError

MOST_CHALLENGES = 5
"""Challenges that one participant gets for a join; after them it is asked to slow down."""

PAUSE_MS = 10_000


class JoinLimit:
    """Stands in front of the pool.

    Attributes:
        challenged: challenges sent so far.
        used_again: proofs refused because they had been used.
    """

    def __init__(self, guard: Guard, tasks: BackgroundTasks) -> None:
        """`guard` decides; `tasks` runs the checks of proofs, which ask Redis."""
        self.challenged = self.used_again = 0
        self._guard = guard
        self._tasks = tasks

    def keeps_apart(self, session: Session) -> bool:
        """Whether the participant is to meet only others who are kept apart."""
        return self._guard.barred.keeps_apart(session.participant)

    def admit(self, session: Session, message: Join, admitted: Callable[[], None]) -> None:
        """Call `admitted` if the session may join, at once or soon; else answer why not."""
        if session.participant in self._guard.barred:
            session.refuse("barred", "you cannot take part any more", message)
            return
        peer, campaign = session.connection.peer, session.campaign.campaign.id
        if not peer.network:  # nothing of it is limited
            admitted()
            return
        is_newcomer = not self._is_known(session)
        wait = self._guard.join(peer, campaign, is_newcomer=is_newcomer)
        if wait:
            session.refuse("slow_down", "many take part from your network", message, wait)
            return
        if not is_newcomer:
            self._let_in(session, admitted, is_newcomer=False)
            return
        seconds = self._guard.pressure.admit(peer, campaign)
        if not seconds:
            self._let_in(session, admitted)
            return
        proof = message.proof and self._guard.proofs.check(message.proof, session.participant)
        if proof:
            self._tasks.spawn(self._use(session, message, seconds, proof, admitted), session)
        elif message.proof and self._guard.rules.proof_check:
            check = self._guard.rules.proof_check(message.proof, session.participant)
            self._tasks.spawn(self._wait_for(check, session, message, seconds, admitted), session)
        else:
            self._challenge(session, message, seconds)

    async def _use(
        self,
        session: Session,
        message: Join,
        seconds: float,
        proof: str,
        admitted: Callable[[], None],
    ) -> None:
        try:
            is_first = await self._guard.use_proof(proof)
        except StoreAwayError:
            session.refuse("busy", "not possible at the moment; try again", message, RETRY_MS)
            return
        if not session.is_open:
            return
        if is_first:
            self._let_in(session, admitted)
        else:
            self.used_again += 1
            self._challenge(session, message, seconds)

    async def _wait_for(
        self,
        check: Awaitable[bool],
        session: Session,
        message: Join,
        seconds: float,
        admitted: Callable[[], None],
    ) -> None:
        """The operator's own code decides; whatever goes wrong in it is logged as its error."""
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                is_good = await check
        except Exception:
            session.refuse("busy", "not possible at the moment; try again", message, RETRY_MS)
            raise
        if is_good and session.is_open:
            self._let_in(session, admitted)
        elif session.is_open:
            self._challenge(session, message, seconds)

    def _is_known(self, session: Session) -> bool:
        has_met_somebody = bool(session.seating.recent_partners)
        return (
            has_met_somebody
            and session.joining.is_paced(monotonic())
            and self._guard.trusts(session.connection.peer)
        )

    def _let_in(
        self, session: Session, admitted: Callable[[], None], *, is_newcomer: bool = True
    ) -> None:
        session.joining.let_in(monotonic(), is_newcomer=is_newcomer)
        self._guard.joined(session.connection.peer)
        admitted()

    def _challenge(self, session: Session, message: Join, seconds: float) -> None:
        peer, campaign, joining = (
            session.connection.peer,
            session.campaign.campaign.id,
            session.joining,
        )
        wait = self._guard.rates.challenges.take(peer, campaign)
        if joining.challenges >= MOST_CHALLENGES:
            wait, joining.challenges = max(wait, PAUSE_MS), 0
        if wait:
            session.refuse("slow_down", "many take part from your network", message, wait)
            return
        if not joining.challenges:
            self._guard.pressure.count(peer, campaign)
        joining.challenges += 1
        self.challenged += 1
        altcha = self._guard.proofs.challenge(session.participant, seconds)
        session.connection.send(Challenge(altcha))
