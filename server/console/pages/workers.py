"""The workers, and how one of them is drained."""

from __future__ import annotations

import time
from collections.abc import Sequence

from starlette.responses import Response

from server.console.frame import NOW, MenuEntry
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get, post
from server.console.tables import Badge, Button, Buttons, Cell, Column, Moment, Table
from server.console.texts import text
from server.console.visit import Visit
from server.store.worker_statuses import WRITE_SECONDS, WorkerStatus, WorkerStatuses

LATE_MS = int(WRITE_SECONDS * 4_000)
"""A worker that has written no status for so long is shown as not answering."""

_COLUMNS = (
    Column(text("Worker")),
    Column(text("State")),
    Column(text("Connections"), number=True),
    Column(text("With a seat"), number=True),
    Column(text("CPU"), number=True),
    Column(text("Since")),
    Column(text("Version")),
    Column(text("Actions")),
)


class WorkersPage(Section):
    """Every worker of every machine that uses the same Redis."""

    menu = (MenuEntry("/workers", text("Workers"), NOW, Permission.LOOK),)

    def __init__(self, parts: Parts) -> None:
        """Over the Redis of `parts`."""
        self._statuses = WorkerStatuses(parts.deployment)

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        return [
            get("/workers", self.show),
            post("/workers/{id}/drain", self.drain, Permission.OPERATE),
        ]

    async def close(self) -> None:
        """Close the connection."""
        await self._statuses.close()

    async def show(self, visit: Visit) -> Response:
        """The list."""
        statuses = await self._statuses.all()
        rows = [_row(visit, status) for status in statuses]
        table = Table(text("Workers"), _COLUMNS, rows, text("No worker has said anything."))
        return visit.page("workers", table=table)

    async def drain(self, visit: Visit) -> Response:
        """Ask a worker to hand its people over and end, once that is confirmed."""
        wanted = visit.path("id")
        found = next((it for it in await self._statuses.all() if it.id == wanted), None)
        if found is None:
            raise visit.missing("there is no such worker")
        name = _name(found)
        asked = text(
            "Drain {worker}? Those inside ({people}) reconnect to other workers within seconds and"
            " keep their seats. The supervisor starts another worker in its place."
        )
        if not found.supervised:
            asked = text(
                "Drain {worker}? Those inside ({people}) keep their seats for the grace only: it is"
                " the only worker of its service, which ends with it. Nobody starts it again unless"
                " systemd, a container or Kubernetes does."
            )
        question = visit.t(asked, worker=name, people=found.connections)
        if ask := visit.unconfirmed(question, visit.t(text("Drain")), "/workers"):
            return ask
        await self._statuses.ask_to_drain(found.id)
        await visit.record("drain worker", name)
        told = visit.t(text("{worker} drains."), worker=name)
        return await visit.go("/workers", told)


def _row(visit: Visit, status: WorkerStatus) -> list[Cell]:
    state = _state(status)
    drain = Button(text("Drain"), f"/workers/{status.id}/drain", danger=True)
    may = visit.may(Permission.OPERATE) and not status.draining
    lived = max(status.at - status.started_at, 1) / 1_000
    return [
        _name(status),
        state,
        status.connections,
        status.seated,
        f"{100 * status.cpu_seconds / lived:.0f} %",
        Moment(status.started_at),
        status.version,
        Buttons([drain] if may else []),
    ]


def _state(status: WorkerStatus) -> Badge:
    if time.time_ns() // 1_000_000 - status.at > LATE_MS:
        return Badge(text("silent"), "bad")
    if status.draining:
        return Badge(text("drains"), "warn")
    if status.trouble:
        return Badge(text("Redis is away"), "bad")
    if not status.web_pid:
        return Badge(text("without its web process"), "warn")
    return Badge(text("serves"), "good")


def _name(status: WorkerStatus) -> str:
    return f"{status.host}:{status.pid}"
