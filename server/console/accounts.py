"""The accounts of the console in SQL, and the one of the setting."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Row, delete, insert, select, update

from server.archive.database import Database
from server.console import schema
from server.console.roles import Role
from server.relay.fault import Fault, FaultError

SETTING_NAME = "admin"
"""The owner whose password is `JIELONG_ADMIN_PASSWORD`; no account in SQL has this name."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


class AccountError(FaultError):
    """An account cannot be made or changed so; the message says why."""


class Account(NamedTuple):
    """Somebody who may sign in.

    Attributes:
        name: lower case; an e-mail address for those who sign in with OIDC.
        role: what they may do.
        secret: the hash of the password, or the setting; empty for OIDC only.
        created_at, seen_at: milliseconds since 1970; 0 for never.
    """

    name: str
    role: Role
    secret: str
    created_at: int = 0
    seen_at: int = 0

    @property
    def proof(self) -> bytes:
        """What a session began with; another one since the password was changed."""
        made = f"{self.name} {self.created_at} {self.secret}"
        return hashlib.sha256(made.encode()).digest()


class Accounts:
    """Finds and changes accounts. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database, setting: str = "", owners: Sequence[str] = ()) -> None:
        """Keep accounts in `database`.

        Args:
            database: SQL.
            setting: the password of `admin`, or its hash; empty: there is no `admin`.
            owners: names that OIDC tells of owners who need no account in SQL.
        """
        self._database = database
        self._of_settings = {name: Account(name, Role.OWNER, "") for name in owners}
        if setting:
            self._of_settings[SETTING_NAME] = Account(SETTING_NAME, Role.OWNER, setting)

    def is_of_settings(self, name: str) -> bool:
        """Whether a setting has made this account, and nothing else may change it."""
        return name in self._of_settings

    async def any(self) -> bool:
        """Whether there is anybody."""
        if self._of_settings:
            return True
        async with self._database.reading() as connection:
            return await connection.scalar(select(schema.accounts.c.name).limit(1)) is not None

    async def all(self) -> list[Account]:
        """Everybody, by name."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(schema.accounts).order_by("name"))
        found = [_account(row) for row in rows.all()]
        return [*self._of_settings.values(), *found]

    async def find(self, name: str) -> Account | None:
        """The account of this name."""
        if (known := self._of_settings.get(name)) is not None or name == SETTING_NAME:
            return known
        async with self._database.reading() as connection:
            query = select(schema.accounts).where(schema.accounts.c.name == name)
            row = (await connection.execute(query)).first()
        return None if row is None else _account(row)

    async def add(self, name: str, role: Role, password_hash: str) -> Account:
        """Add an account; an empty hash for one that signs in with OIDC.

        Raises:
            AccountError: there is one of this name, or it is no name.
        """
        check_name(name)
        now = time.time_ns() // 1_000_000
        account = Account(name, role, password_hash, now)
        values = {
            "name": name,
            "role": role.value,
            "password": password_hash,
            "created_at": now,
            "seen_at": 0,
        }
        columns = schema.accounts.c
        async with self._database.writing() as connection:
            if await connection.scalar(select(columns.name).where(columns.name == name)):
                raise AccountError(Fault("there is an account {name}", name=name))
            await connection.execute(insert(schema.accounts).values(values))
        return account

    async def remove(self, name: str) -> None:
        """Remove an account; its sessions are over.

        Raises:
            AccountError: there is none of this name.
        """
        columns = schema.accounts.c
        async with self._database.writing() as connection:
            sessions = delete(schema.sessions).where(schema.sessions.c.account == name)
            await connection.execute(sessions)
            done = await connection.execute(delete(schema.accounts).where(columns.name == name))
        _must_be_there(name, done.rowcount)

    async def set_password(self, name: str, password_hash: str) -> None:
        """Change a password; sessions that began with another one are over.

        Raises:
            AccountError: there is none of this name.
        """
        await self._update(name, password=password_hash)

    async def set_role(self, name: str, role: Role) -> None:
        """Change a role, with effect for the next request.

        Raises:
            AccountError: there is none of this name.
        """
        await self._update(name, role=role.value)

    async def seen(self, name: str) -> None:
        """Somebody has signed in."""
        if name not in self._of_settings:
            await self._update(name, seen_at=time.time_ns() // 1_000_000)

    async def _update(self, name: str, **values: object) -> None:
        change = update(schema.accounts).where(schema.accounts.c.name == name).values(**values)
        async with self._database.writing() as connection:
            done = await connection.execute(change)
        _must_be_there(name, done.rowcount)


def check_name(name: str) -> None:
    """Refuse what is no name of an account.

    Raises:
        AccountError: it is none.
    """
    if name == SETTING_NAME:
        raise AccountError(Fault("admin is the account of JIELONG_ADMIN_PASSWORD"))
    if not _NAME.fullmatch(name):
        raise AccountError(
            Fault("a name has 1 to 64 characters: small letters a to z, digits and . _ @ + -")
        )


def _account(row: Row[tuple[str, str, str, int, int]]) -> Account:
    return Account(row.name, Role(row.role), row.password, row.created_at, row.seen_at)


def _must_be_there(name: str, rows: int) -> None:
    if not rows:
        raise AccountError(Fault("there is no account {name}", name=name))
