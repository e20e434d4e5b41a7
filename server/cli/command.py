"""What all commands share: settings, logging, and errors in one line."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from redis.exceptions import RedisError

from server.archive.database import ArchiveError, Database
from server.catalogue import CatalogueError
from server.check.history import HistoryError
from server.cli.logs import set_up_logging
from server.settings import Settings
from server.store.embedded import EmbeddedError
from server.store.errors import StoreError
from server.tracing.start import TracingError
from server.transport.listener import PortError
from server.worker.supervisor import WorkersFailedError

_REDIS_CURE = (
    "start it, or mend JIELONG_REDIS_URL; without that setting, start the service, or mend "
    "JIELONG_DATA"
)


class StartError(Exception):
    """The service cannot start; the message is one line that says what to do."""


class ClientMissingError(StartError):
    """The command needs the Python client, which is a distribution of its own."""

    def __init__(self, error: ModuleNotFoundError) -> None:
        """`error` names the module that is missing."""
        super().__init__(
            f"the Python client is missing (no module {error.name}): install jielong_client-*.whl; "
            "in a checkout: .venv/bin/pip install -c constraints.txt -e client/python"
        )


@contextlib.contextmanager
def one_line_errors(status: int = 1) -> Iterator[None]:
    """Show an error that an operator can fix in one line without a traceback, and exit."""
    try:
        yield
    except WorkersFailedError as error:
        raise SystemExit(error.status) from error
    except (
        StartError,
        PortError,
        EmbeddedError,
        CatalogueError,
        ArchiveError,
        HistoryError,
        TracingError,
    ) as error:
        _fail(str(error), status)
    except StoreError as error:
        _fail(f"redis cannot be used: {error}", status)
    except (RedisError, TimeoutError) as error:
        said = str(error).rstrip(".") or type(error).__name__
        _fail(f"redis cannot be used: {said}; {_REDIS_CURE}", status)
    except OSError as error:
        _fail(str(error), status)


def settings_from(flags: Mapping[str, object]) -> Settings:
    """Settings from the environment and from the flags that were given.

    Raises:
        StartError: a value is not allowed.
    """
    given: dict[str, Any] = {key: value for key, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "JIELONG_" + "_".join(str(part) for part in first["loc"]).upper()
        raise StartError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from error


def on_database(
    do: Callable[[Database], Coroutine[Any, Any, None]],
    database_url: str | None,
    data: Path | None,
    *,
    anew: bool = False,
) -> None:
    """Run `do` on what a service has stored; the service may run meanwhile.

    SQLite's file must be there, unless `anew`.
    """

    async def run(url: str) -> None:
        database = Database(url)
        try:
            await database.open(anew=anew)
            await do(database)
        finally:
            await database.close()

    with one_line_errors():
        settings = settings_from({"database_url": database_url, "data": data})
        set_up_logging(settings)
        asyncio.run(run(settings.archive_url))


def operator() -> str:
    """Whom the audit log names for what a command does."""
    try:
        return f"{getpass.getuser()}, by command"
    except (KeyError, OSError):
        return "somebody, by command"


def _fail(message: str, status: int) -> NoReturn:
    typer.echo(f"jielong: {message}", err=True)
    raise SystemExit(status)
