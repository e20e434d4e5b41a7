"""Pings silent connections, drops those that stay silent, ends long waits, and tells the pace."""

from __future__ import annotations

import asyncio
from time import monotonic

from picows import WSCloseCode

from server.session.handlers.leave import LeaveHandler
from server.session.limits import IDLE_SECONDS
from server.session.session import Session, Stage
from server.transport import limits
from server.worker.batches import in_batches
from server.worker.pacing import Pacing
from server.worker.registry import Registry
from server.worker.router import Router

TICK_SECONDS = limits.INK_REFILL_MS / 1_000

AT_ONCE = 250
"""Sessions checked in one pass of the event loop."""

WITHIN_SECONDS = 0.7 * TICK_SECONDS
"""Many checks take most of a second: workers on few cores would all want one at the same time."""

REMEMBER_SECONDS = 3_600
"""How often seated participants read their rooms, so that the store does not forget them (2 h)."""


class Liveness:
    """The liveness checks of one worker."""

    def __init__(
        self, registry: Registry, router: Router, leave: LeaveHandler, pacing: Pacing
    ) -> None:
        """Every part is that of this worker."""
        self._registry = registry
        self._router = router
        self._leave = leave
        self._pacing = pacing

    async def run(self) -> None:
        """Check sessions every second, for as long as the worker lives."""
        loop = asyncio.get_running_loop()
        wheel = self._registry.wheel
        then = due = loop.time()
        while True:
            due = max(due + TICK_SECONDS, loop.time())
            await asyncio.sleep(due - loop.time())
            now = loop.time()
            async for numbers in in_batches(wheel.advance(), AT_ONCE, WITHIN_SECONDS):
                for session in filter(None, map(self._registry.session, numbers)):
                    self._check(session, now - then)
            then = now
            if wheel.clock % REMEMBER_SECONDS == 0:
                self._router.resync_all()

    def _check(self, session: Session, seconds: float) -> None:
        """Check one session, and schedule its next check.

        The next one is when a ping or an end is due, or in a second while not all live ink is
        allowed again after the `seconds` that passed.
        """
        activity, connection = session.read_activity(), session.connection
        now = activity.now
        if activity.pinged_at:
            if now - activity.pinged_at >= limits.SILENCE_SECONDS:
                connection.abort()
        elif now - activity.last_data >= limits.SILENCE_SECONDS:
            activity.pinged_at = now
            connection.ping()
        if connection.is_stalled(monotonic()):
            connection.abort()
        due = (activity.pinged_at or activity.last_data) + limits.SILENCE_SECONDS
        if session.stage is Stage.NEW:
            hello_by = activity.opened + limits.HELLO_SECONDS
            if now >= hello_by:
                connection.close(WSCloseCode.POLICY_VIOLATION, "no hello")
            due = min(due, hello_by)
        seat = session.seat
        if seat is not None and seat.waiting:
            idle_at = activity.last_message + IDLE_SECONDS
            if now >= idle_at:
                self._leave.end_wait(session, seat.room, "idle")
            due = min(due, idle_at)
        if seat is not None and session.ink_ms != self._pacing.ink_ms:
            self._pacing.told += 1
            session.pace(self._pacing.ink_ms)
        next_check = max(due, now + 1) if connection.refill_ink(seconds) else now + 1
        activity.schedule(session.id, next_check)
