"""`jielong admin`: who may sign in to the console."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from server.archive.database import Database
from server.cli.command import StartError, on_database, one_line_errors, operator
from server.cli.flags import DatabaseUrl, DataFolder
from server.console.accounts import AccountError, Accounts
from server.console.audit import AuditLog, Entry, as_json
from server.console.passwords import PasswordError, hashed
from server.console.roles import Role

admin = typer.Typer(
    help="Add and remove the accounts of the console, /admin. A change has effect at once.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="Name of an account.", show_default=False)]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]

Change = Callable[[Accounts], Coroutine[Any, Any, Entry]]


@admin.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the account may do.")] = Role.VIEWER,
    oidc: Annotated[
        bool, typer.Option("--oidc", help="No password: it signs in with OIDC, by this e-mail.")
    ] = False,
    password_stdin: FromStdin = False,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """Add an account; its password is asked for."""
    password_hash = "" if oidc else _new_password(from_stdin=password_stdin)

    async def change(accounts: Accounts) -> Entry:
        await accounts.add(name, role, password_hash)
        return _entry("add account", name, after={"role": role.value})

    _change(change, f"{name} may sign in as {role.value}", database_url, data)


@admin.command("list")
def list_(database_url: DatabaseUrl = None, data: DataFolder = None) -> None:
    """List all accounts; not the one of JIELONG_ADMIN_PASSWORD."""

    async def show(database: Database) -> None:
        for account in await Accounts(database).all():
            way = "password" if account.secret else "oidc"
            seen = _date(account.seen_at) if account.seen_at else "never"
            typer.echo(f"{account.name}  {account.role.value}  {way}  last sign-in {seen}")

    on_database(show, database_url, data)


@admin.command()
def remove(name: Name, database_url: DatabaseUrl = None, data: DataFolder = None) -> None:
    """Remove an account; its sessions are over."""

    async def change(accounts: Accounts) -> Entry:
        await accounts.remove(name)
        return _entry("remove account", name)

    _change(change, f"{name} is removed", database_url, data)


@admin.command()
def password(
    name: Name,
    password_stdin: FromStdin = False,
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """Change the password of an account; its sessions are over."""
    password_hash = _new_password(from_stdin=password_stdin)

    async def change(accounts: Accounts) -> Entry:
        await accounts.set_password(name, password_hash)
        return _entry("change password", name)

    _change(change, f"{name} has a new password", database_url, data)


@admin.command("role")
def set_role(
    name: Name,
    role: Annotated[Role, typer.Argument(help="What the account may do.", show_default=False)],
    database_url: DatabaseUrl = None,
    data: DataFolder = None,
) -> None:
    """Change the role of an account, with effect for its next request."""

    async def change(accounts: Accounts) -> Entry:
        before = await accounts.find(name)
        await accounts.set_role(name, role)
        return _entry("change role", name, before=before and before.role.value, after=role.value)

    _change(change, f"{name} is {role.value}", database_url, data)


@admin.command("hash")
def hash_(password_stdin: FromStdin = False) -> None:
    """Show the hash of a password, for JIELONG_ADMIN_PASSWORD."""
    typer.echo(_new_password(from_stdin=password_stdin))


def _new_password(*, from_stdin: bool) -> str:
    """Ask for a password; its hash."""
    with one_line_errors():
        if from_stdin:
            given = sys.stdin.readline().rstrip("\r\n")
        else:
            given = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        try:
            return hashed(given)
        except PasswordError as error:
            raise StartError(str(error)) from error


def _change(change: Change, told: str, database_url: str | None, data: Path | None) -> None:
    async def do(database: Database) -> None:
        try:
            entry = await change(Accounts(database))
        except AccountError as error:
            raise StartError(str(error)) from error
        await AuditLog(database).record(entry)
        typer.echo(told)

    on_database(do, database_url, data, anew=True)


def _entry(action: str, name: str, before: object = None, after: object = None) -> Entry:
    return Entry(operator(), action, name, before=as_json(before), after=as_json(after))


def _date(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1_000, UTC):%Y-%m-%d %H:%M} UTC"
