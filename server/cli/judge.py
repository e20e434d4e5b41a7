"""`jielong judge`: checks whether finished works show what was asked."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Annotated

import typer

from server.archive.database import Database
from server.archive.moderation import Policy
from server.campaign.defined import DefinedCampaigns
from server.campaign.source import campaign_source
from server.cli.command import one_line_errors, settings_from
from server.cli.flags import DatabaseUrl, DataFolder
from server.cli.logs import set_up_logging
from server.settings import Settings

NICENESS = 10
"""The check waits for everybody else."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""How many NumPy takes; it reads them when it is loaded."""


def judge(
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
    until_stdin_ends: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Check finished works until Ctrl-C; works are public when it has found each character.

    `jielong serve` runs this in a process of its own, unless JIELONG_CHECK=off. It needs the
    database of works, nothing else: it may run on another machine.
    """
    with one_line_errors():
        settings = settings_from({"database_url": database_url, "data": data})
        set_up_logging(settings)
        os.nice(NICENESS)
        os.environ.update(dict.fromkeys(THREADS, "1"))
        asyncio.run(_run(settings, until_stdin_ends=until_stdin_ends))


async def _run(settings: Settings, *, until_stdin_ends: bool) -> None:
    # NumPy is loaded here alone: no other command needs it.
    from server.archive.judge import WorkJudge  # noqa: PLC0415
    from server.plausible.judge import Judge  # noqa: PLC0415
    from server.plausible.reader import Reader  # noqa: PLC0415

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    if until_stdin_ends:
        loop.add_reader(sys.stdin.fileno(), stopping.set)
    database = Database(settings.archive_url)
    campaigns = DefinedCampaigns(campaign_source(settings, database))
    policy = Policy(campaigns.find, check=True)
    try:
        await database.open()
        await campaigns.read()
        judge = WorkJudge(database, Judge(Reader.installed()), policy)
        tasks = [asyncio.create_task(work) for work in (judge.run(), campaigns.run())]
        for task in tasks:
            task.add_done_callback(lambda _: stopping.set())
        await stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()
    finally:
        await database.close()
