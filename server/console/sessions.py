"""Who is signed in: a signed cookie, and a row in SQL that can be taken away."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import NamedTuple

from sqlalchemy import delete, insert, select

from server.archive.database import Database
from server.console import schema
from server.console.accounts import Account, Accounts
from server.console.signing import Signing

ID_BYTES = 24

_COOKIE, _TOKEN = "session", "form"
"""What is signed."""


class Session(NamedTuple):
    """Somebody's session.

    Attributes:
        account: who it is, as of now.
        id: what the cookie holds.
        token: stands in every form of this session, so that no other page can post one.
    """

    account: Account
    id: str
    token: str


class Sessions:
    """The sessions of all processes. Every method may raise ArchiveAwayError and StoreAwayError."""

    def __init__(
        self, database: Database, accounts: Accounts, signing: Signing, seconds: float
    ) -> None:
        """A session lasts so many seconds from the sign-in on."""
        self._database = database
        self._accounts = accounts
        self._signing = signing
        self.seconds = seconds

    async def begin(self, account: Account) -> str:
        """Sign somebody in; what the cookie is to hold. Sessions that are over are forgotten."""
        session_id, now = secrets.token_urlsafe(ID_BYTES), _now()
        row = {
            "id": _digest(session_id),
            "account": account.name,
            "proof": account.proof,
            "expires_at": now + int(self.seconds * 1_000),
        }
        over = delete(schema.sessions).where(schema.sessions.c.expires_at <= now)
        async with self._database.writing() as connection:
            await connection.execute(over)
            await connection.execute(insert(schema.sessions).values(row))
        await self._accounts.seen(account.name)
        return await self._signing.sign(_COOKIE, session_id)

    async def find(self, cookie: str | None) -> Session | None:
        """The session of a cookie; None when it is over, or was taken away."""
        session_id = await self._signing.read(_COOKIE, cookie, self.seconds)
        if not isinstance(session_id, str):
            return None
        columns = schema.sessions.c
        query = select(columns.account, columns.proof).where(
            columns.id == _digest(session_id), columns.expires_at > _now()
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        account = None if row is None else await self._accounts.find(row.account)
        if row is None or account is None or not hmac.compare_digest(account.proof, row.proof):
            return None
        token = await self._signing.digest(_TOKEN, session_id.encode())
        return Session(account, session_id, token.hex())

    async def end(self, session: Session) -> None:
        """Sign somebody out."""
        columns = schema.sessions.c
        async with self._database.writing() as connection:
            over = delete(schema.sessions).where(columns.id == _digest(session.id))
            await connection.execute(over)

    async def end_all(self, account: str) -> int:
        """Sign an account out everywhere; how many sessions it had."""
        over = delete(schema.sessions).where(schema.sessions.c.account == account)
        async with self._database.writing() as connection:
            return (await connection.execute(over)).rowcount


def _now() -> int:
    return time.time_ns() // 1_000_000


def _digest(session_id: str) -> str:
    """Whoever reads the table cannot sign in with it."""
    return hashlib.sha256(session_id.encode()).hexdigest()
