"""`jielong campaign`: create, change, open, close and archive campaigns while it runs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from redis.exceptions import RedisError

from server.archive.database import Database
from server.campaign.compose import compose
from server.campaign.definition import Definition
from server.campaign.file import read_file, write_toml
from server.campaign.manager import CampaignManager
from server.campaign.phase import phase_of
from server.campaign.provider_secrets import without_secrets
from server.campaign.storage import CampaignStorage
from server.catalogue import Library, load_library
from server.cli.command import StartError, on_database, one_line_errors, operator, settings_from
from server.cli.flags import DatabaseUrl, DataFolder, RedisUrl, SourceFile
from server.settings import Settings
from server.store.campaign_news import CampaignNews
from server.store.deployment import deployment
from server.store.embedded import EmbeddedServer

campaign = typer.Typer(
    help="Create, change, open, close, archive campaigns. Workers know a change within a second.",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(help="Id of a campaign.", show_default=False)]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="field=value, e.g. title.en=Hello or theme.light.accent=#b3321f; repeatable."
    ),
]
_STATES = {"open": "open", "before": "opens later", "ended": "over", "paused": "closed"}


@campaign.command()
def create(
    campaign_id: Id,
    changes: Changes = None,
    file: SourceFile = None,
    database_url: DatabaseUrl = None,
    redis_url: RedisUrl = None,
    data: DataFolder = None,
) -> None:
    """Add a campaign."""

    async def do(manager: CampaignManager) -> list[str]:
        return [(await manager.create(campaign_id, changes or ())).id]

    _change(do, "created", file, database_url, redis_url, data)


@campaign.command()
def edit(
    campaign_id: Id,
    changes: Changes = None,
    removed: Annotated[
        list[str] | None, typer.Option("--unset", help="Field to remove; repeatable.")
    ] = None,
    file: SourceFile = None,
    database_url: DatabaseUrl = None,
    redis_url: RedisUrl = None,
    data: DataFolder = None,
) -> None:
    """Change single values of a campaign; `import` changes all of it."""

    async def do(manager: CampaignManager) -> list[str]:
        return await manager.edit(campaign_id, changes or (), removed or ())

    _change(do, "changed", file, database_url, redis_url, data)


@campaign.command("open")
def open_(
    campaign_id: Id,
    file: SourceFile = None,
    database_url: DatabaseUrl = None,
    redis_url: RedisUrl = None,
    data: DataFolder = None,
) -> None:
    """Let people join a campaign, at once or from the moment that `opens` says."""
    _change(lambda it: it.open(campaign_id), "open", file, database_url, redis_url, data)


@campaign.command()
def close(
    campaign_id: Id,
    file: SourceFile = None,
    database_url: DatabaseUrl = None,
    redis_url: RedisUrl = None,
    data: DataFolder = None,
) -> None:
    """Let nobody join a campaign; whoever writes may finish."""
    _change(lambda it: it.close(campaign_id), "closed", file, database_url, redis_url, data)


@campaign.command()
def archive(
    campaign_id: Id,
    file: SourceFile = None,
    database_url: DatabaseUrl = None,
    redis_url: RedisUrl = None,
    data: DataFolder = None,
) -> None:
    """Hide a closed campaign from lists; its works, donations and page stay."""
    _change(lambda it: it.archive(campaign_id), "archived", file, database_url, redis_url, data)


@campaign.command()
def restore(
    campaign_id: Id,
    file: SourceFile = None,
    database_url: DatabaseUrl = None,
    redis_url: RedisUrl = None,
    data: DataFolder = None,
) -> None:
    """Show an archived campaign again; it stays closed until you open it."""
    _change(lambda it: it.restore(campaign_id), "restored", file, database_url, redis_url, data)


@campaign.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="TOML file of campaigns.")],
    database_url: DatabaseUrl = None,
    redis_url: RedisUrl = None,
    data: DataFolder = None,
) -> None:
    """Make campaigns what a file says; others stay as they are."""
    _change(lambda it: it.import_file(path), "imported", None, database_url, redis_url, data)


@campaign.command("list")
def list_(
    archived: Annotated[
        bool, typer.Option("--archived", help="List archived campaigns, too.")
    ] = False,
    file: SourceFile = None,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """List the campaigns."""

    def write(definitions: dict[str, Definition], library: Library) -> None:
        for definition in definitions.values():
            if definition.archived and not archived:
                continue
            composed = compose(definition, library)
            state = _STATES[phase_of(composed, definition, datetime.now(UTC))]
            state = "archived" if definition.archived else state
            relays = ",".join(definition.relays)
            title = composed.text(composed.title)
            typer.echo(f"{definition.id}  {state}  {relays}  {title}")

    _read(write, file, database_url, data)


@campaign.command()
def show(
    campaign_id: Id,
    file: SourceFile = None,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """Show a campaign as TOML, without the webhook's secrets."""
    export([campaign_id], False, file, database_url, data)


@campaign.command()
def export(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of campaigns; none: all.")] = None,
    secrets: Annotated[
        bool, typer.Option("--secrets", help="Include the webhooks' secrets.")
    ] = False,
    file: SourceFile = None,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """Write campaigns as TOML, which `import` and JIELONG_CAMPAIGNS read."""

    def write(definitions: dict[str, Definition], _library: Library) -> None:
        if missing := sorted(set(ids or ()) - set(definitions)):
            raise StartError(
                f"there is no campaign {' '.join(missing)}; `jielong campaign list` shows all"
            )
        chosen = [it for key, it in definitions.items() if not ids or key in ids]
        typer.echo(write_toml(it if secrets else without_secrets(it) for it in chosen), nl=False)

    _read(write, file, database_url, data)


def _change(
    do: Callable[[CampaignManager], Coroutine[Any, Any, list[str]]],
    done: str,
    file: Path | None,
    database_url: str | None,
    redis_url: str | None,
    data: Path | None,
) -> None:
    """Do something to campaigns in SQL, and tell the workers."""
    with one_line_errors():
        settings = settings_from({"campaigns": file, "redis_url": redis_url, "data": data})
        if settings.campaigns is not None:
            raise StartError(
                f"{settings.campaigns} is the source of the campaigns; change it there, and the "
                "service reads it again by itself"
            )
        settings.data.mkdir(parents=True, exist_ok=True)

    async def change(database: Database) -> None:
        manager = CampaignManager(CampaignStorage(database), load_library(), operator())
        changed = await do(manager)
        for campaign_id in changed:
            typer.echo(f"{campaign_id} {done}")
        if not changed:
            typer.echo("nothing to change")
        elif not await tell(settings):
            typer.echo("no Redis answers; workers that run know the change within 10 s", err=True)

    on_database(change, database_url, data, anew=True)


async def tell(settings: Settings) -> bool:
    """Tell the workers; False when Redis cannot be reached, though the service may run."""
    url = settings.redis_url or EmbeddedServer(settings.data.resolve(), settings.durability).url
    try:
        await CampaignNews(deployment(url)).tell()
    except (RedisError, OSError):
        return False
    return True


def _read(
    write: Callable[[dict[str, Definition], Library], None],
    file: Path | None,
    database_url: str | None,
    data: Path | None,
) -> None:
    """Show campaigns of the file that is their source, or of SQL."""
    library = load_library()
    with one_line_errors():
        settings = settings_from({"campaigns": file, "data": data})
        if settings.campaigns is not None:
            read = read_file(settings.campaigns, library, needs_default=True)
            write(read.definitions, read.library)
            return

    async def show_all(database: Database) -> None:
        write(await CampaignManager(CampaignStorage(database), library, operator()).all(), library)

    on_database(show_all, database_url, data)
