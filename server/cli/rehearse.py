"""`jielong rehearse`: many people of a program take part in a shadow of a campaign."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import msgspec
import orjson
import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from server.archive.database import Database
from server.campaign.definition import Definition
from server.campaign.file import read_file
from server.campaign.manager import CampaignManager
from server.campaign.problems import CampaignError, Problem
from server.campaign.provider_secrets import secrets_of
from server.campaign.storage import CampaignStorage
from server.catalogue import load_aliases, load_library
from server.cli.campaign import Id, tell
from server.cli.command import (
    ClientMissingError,
    StartError,
    one_line_errors,
    operator,
    settings_from,
)
from server.cli.flags import DatabaseUrl, DataFolder, RedisUrl
from server.cli.logs import set_up_logging
from server.relay.fault import Fault
from server.session.identity import Identity
from server.settings import Settings
from server.store.deployment import deployment
from server.store.embedded import EmbeddedServer
from server.store.secret import shared_secrets

if TYPE_CHECKING:
    from server.rehearsal.donor import Donor
    from server.rehearsal.measured import Measured
    from server.rehearsal.report import Outcome

KNOWN_SECONDS = 15.0
"""Within this every worker knows the shadow campaign."""

SETTLE_SECONDS = 3.0
"""After this the counters have everything in them."""

_PORTS = {"http": 80, "https": 443}

LINE_SECONDS = 10.0
"""Between two lines of progress, where there is no terminal."""


def rehearse(  # noqa: PLR0913 - flags
    campaign_id: Id,
    people: Annotated[int, typer.Option(min=2, help="People who take part at a time.")] = 200,
    minutes: Annotated[
        float, typer.Option(min=0.2, help="Minutes that the rehearsal takes.")
    ] = 10.0,
    expected: Annotated[
        int | None,
        typer.Option(help="People at a time to judge the machine for; as --people if not given."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="Base address of the service, ending with a slash; of the settings if not given."
        ),
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the report here, as JSON.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Number that gives the same people and strokes each time.")
    ] = None,
    database_url: DatabaseUrl = None,
    redis_url: RedisUrl = None,
    data: DataFolder = None,
) -> None:
    """Let simulated people take part in a copy of a campaign, and say whether the machine will do.

    The copy has counts, works and numbers of its own. Exit status: 0 if the machine will do, 1 if
    it will not, 2 if the rehearsal could not be held.
    """
    flags = {"database_url": database_url, "redis_url": redis_url, "data": data}
    with one_line_errors(status=2):
        settings = settings_from(flags)
        set_up_logging(settings)
        base = url or f"http://{settings.host}:{settings.port}{settings.base_path}/"
        _port_of(base)
        try:
            import jielong  # noqa: F401, PLC0415 - an optional package
        except ModuleNotFoundError as error:
            raise ClientMissingError(error) from error
        if report is not None:
            report.touch()  # fails now, not after the rehearsal
        held = _rehearse(settings, campaign_id, base, people, minutes * 60, expected, seed)
        outcome = asyncio.run(held)
        _write(outcome, report)
    raise SystemExit(0 if outcome.verdict.will_do else 1)


async def _rehearse(
    settings: Settings,
    campaign_id: str,
    base: str,
    people: int,
    seconds: float,
    expected: int | None,
    seed: int | None,
) -> Outcome:
    from server.rehearsal.counted import inexact  # noqa: PLC0415 - it needs an optional package
    from server.rehearsal.crowd import Crowd, told  # noqa: PLC0415
    from server.rehearsal.machine import Machine  # noqa: PLC0415
    from server.rehearsal.measured import Measured  # noqa: PLC0415
    from server.rehearsal.person import Taken  # noqa: PLC0415
    from server.rehearsal.report import Outcome  # noqa: PLC0415
    from server.rehearsal.verdict import cost_of, judge  # noqa: PLC0415

    machine, measured = Machine(_port_of(base)), Measured()
    identity = await _identity(settings)
    async with _shadow(settings, campaign_id) as shadow:
        token = identity.new_rehearsal_token()

        def ask() -> dict[str, object]:
            return told(base, shadow.id, token)

        before = await _once_known(ask)
        offered = tuple(it.id for it in shadow.pledge if it.offered)
        pledges = offered if "pledge" in shadow.relays else ()
        crowd = Crowd(
            Taken(base, shadow.id, _page(shadow, campaign_id), pledges, "write" in shadow.relays),
            identity.new_rehearsal_token,
            _donor(base, shadow, measured),
            machine,
            measured,
            random.Random(seed),
        )
        began = time.monotonic()
        async with _progress(measured, seconds):
            await crowd.run(people, seconds)
        took = time.monotonic() - began
        await asyncio.sleep(SETTLE_SECONDS)
        problems = inexact(before, await asyncio.to_thread(ask), measured)
    cost = cost_of(measured.samples, people)
    wanted = expected or people
    verdict = judge(measured, problems, cost, wanted, machine.cores, machine.memory)
    return Outcome(people, wanted, took, machine.cores, machine.memory, measured, cost, verdict)


def _port_of(base: str) -> int:
    """The port of the service.

    Raises:
        StartError: it is no base address.
    """
    wrong = StartError(f"{base!r} is no base address like https://example.org/")
    try:
        address = urlsplit(base)
        port = address.port or _PORTS[address.scheme]
    except (ValueError, KeyError) as error:  # also a port that is too high
        raise wrong from error
    if not address.hostname or not base.endswith("/"):
        raise wrong
    return port


def _page(shadow: Definition, campaign_id: str) -> str:
    """The path of a page that is as the shadow's would be: its campaign's, or the default one's."""
    return "" if shadow.id == campaign_id else f"c/{campaign_id}"


def _donor(base: str, shadow: Definition, measured: Measured) -> Donor | None:
    """Who gives; None where there is no fund, or no secret to sign a report with."""
    from server.rehearsal.donor import Donor  # noqa: PLC0415

    secrets = secrets_of(shadow.webhook) if shadow.webhook else ()
    funds = tuple(it for it in shadow.fund if it.offered)
    if "give" not in shadow.relays or not funds or not secrets:
        return None
    return Donor(base, shadow.id, funds, secrets[0], measured)


@asynccontextmanager
async def _shadow(settings: Settings, campaign_id: str) -> AsyncIterator[Definition]:
    """The shadow of a campaign in SQL, open for as long as the rehearsal takes."""
    from server.rehearsal.shadow import shadow_of  # noqa: PLC0415

    if settings.campaigns is not None:
        yield _in_file(settings.campaigns, campaign_id)
        return
    database = Database(settings.archive_url)
    try:
        await database.open()
        storage = CampaignStorage(database)
        manager = CampaignManager(storage, load_library(), operator())
        shadow = shadow_of(await manager.find(campaign_id))
        await storage.save([shadow], operator(), "rehearse")
        await tell(settings)
        try:
            yield shadow
        finally:
            closed = msgspec.structs.replace(shadow, open=False, webhook=None)
            await storage.save([closed], operator(), "close")
            await tell(settings)
    finally:
        await database.close()


def _in_file(path: Path, campaign_id: str) -> Definition:
    """A campaign of the file that is the source of all, which has to be made for rehearsals."""
    found = read_file(path, load_library(), needs_default=True).definitions.get(campaign_id)
    if found is None:
        fault = Fault("{path} has no campaign of this id", path=path)
        raise CampaignError([Problem("", fault)], campaign_id)
    if not found.rehearsal:
        raise StartError(
            f"{path} is the source of the campaigns: add one to it with `rehearsal = true` and the "
            "same relays, and rehearse that"
        )
    return found


async def _identity(settings: Settings) -> Identity:
    """What makes the tokens of the people; the service knows them by its secret."""
    url = settings.redis_url or EmbeddedServer(settings.data.resolve(), settings.durability).url
    there = deployment(url)
    await there.refresh()
    secrets = await shared_secrets(there, settings.secret)
    return Identity(secrets, load_aliases(), settings.token_days)


async def _once_known(ask: Callable[[], dict[str, object]]) -> dict[str, object]:
    """What the service tells of the campaign, once it knows it."""
    until = time.monotonic() + KNOWN_SECONDS
    while True:
        try:
            found = await asyncio.to_thread(ask)
        except OSError as error:
            if time.monotonic() > until:
                raise StartError(f"the service does not know the campaign: {error}") from error
        else:
            if found.get("open"):
                return found
            if time.monotonic() > until:
                raise StartError("the campaign is not open")
        await asyncio.sleep(0.2)


@asynccontextmanager
async def _progress(measured: Measured, seconds: float) -> AsyncIterator[None]:
    """Show how it goes: a table on a terminal, else a line from time to time."""
    console, began = Console(stderr=True), time.monotonic()

    async def lines() -> None:
        while True:
            await asyncio.sleep(LINE_SECONDS)
            row = ", ".join(f"{name} {value}" for name, value in _now(measured, began, seconds))
            console.print(row, highlight=False)

    async def table() -> None:
        with Live(console=console, transient=True) as live:
            while True:
                grid = Table.grid(padding=(0, 2))
                for name, value in _now(measured, began, seconds):
                    grid.add_row(f"[dim]{name}[/]", value)
                live.update(grid)
                await asyncio.sleep(0.5)

    showing = asyncio.create_task(table() if console.is_terminal else lines())
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.wait([showing])


def _now(measured: Measured, began: float, seconds: float) -> list[tuple[str, str]]:
    return [
        ("seconds", f"{time.monotonic() - began:.0f} of {seconds:.0f}"),
        ("people", f"{measured.online:,} here, {measured.came:,} so far"),
        ("works", f"{len(measured.works):,}"),
        ("pledges", f"{len(measured.pledging):,}"),
        ("donations", f"{len(measured.giving):,}"),
        ("seat within", f"{measured.joining.at(0.95) * 1_000:.0f} ms for 95 %"),
        ("committed within", f"{measured.committing.at(0.95) * 1_000:.0f} ms for 95 %"),
        ("failures", str(measured.failed)),
    ]


def _write(outcome: Outcome, path: Path | None) -> None:
    from server.rehearsal.report import as_json, as_lines  # noqa: PLC0415

    for line in as_lines(outcome):
        typer.echo(line)
    if path is not None:
        path.write_bytes(orjson.dumps(as_json(outcome), option=orjson.OPT_INDENT_2))
