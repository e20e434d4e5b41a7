"""What a worker does when it lost its lease: other workers have given its seats away."""

from __future__ import annotations

import structlog

from server.session.background import BackgroundTasks
from server.store.backplane import Backplane
from server.worker.registry import Registry, new_worker_id
from server.worker.router import Router

log = structlog.get_logger()


class LostLease:
    """Starts a worker again under a new id, without ending its process."""

    def __init__(
        self, registry: Registry, router: Router, backplane: Backplane, tasks: BackgroundTasks
    ) -> None:
        """Every part is that of this worker."""
        self._registry = registry
        self._router = router
        self._backplane = backplane
        self._tasks = tasks
        self._running = False

    def found_by(self, address: str) -> None:
        """The store refused a call from this address with `fenced`."""
        if address.startswith(f"{self._registry.worker}/"):
            self._tasks.spawn(self.restart())

    async def restart(self) -> None:
        """Close every connection and take a new id.

        The participants return at once, and find their rooms within the grace.
        """
        if self._running:
            return
        self._running = True
        worker = self._registry.worker
        log.error("this worker lost its lease and starts again under a new id", lost=worker)
        self._registry.worker = new_worker_id()
        for session in self._registry:
            session.take_seat(None)
            session.say_goodbye("restart")
        try:
            await self._backplane.move(self._registry.worker)
        finally:
            self._running = False
        self._router.resync_all()
