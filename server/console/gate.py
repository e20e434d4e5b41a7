"""Answers 404 for all of the console while nobody can sign in to it."""

from __future__ import annotations

import asyncio
import time

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from server.console.accounts import Accounts

LOOK_SECONDS = 2.0
"""The time between two looks for accounts in SQL."""


class Gate:
    """Whether anybody can sign in; while nobody can, everything behind it is answered 404.

    Attributes:
        opened: set once somebody could.
    """

    def __init__(self, accounts: Accounts, *, always: bool) -> None:
        """`always`: there is a way to sign in without an account in SQL."""
        self._accounts = accounts
        self._always = self._is_open = always
        self._looked_at = -LOOK_SECONDS
        self.opened = asyncio.Event()
        if always:
            self.opened.set()

    def before(self, app: ASGIApp) -> ASGIApp:
        """The application with the gate in front."""
        return _Gated(app, self)

    async def is_open_now(self) -> bool:
        """Whether anybody can sign in; asks for accounts every few seconds."""
        now = time.monotonic()
        if not self._always and now - self._looked_at >= LOOK_SECONDS:
            self._is_open = await self._accounts.any()
            self._looked_at = now
            if self._is_open:
                self.opened.set()
        return self._is_open


class _Gated:
    """An application behind a gate."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not await self._gate.is_open_now():
            raise HTTPException(404)  # the service's own page of missing addresses
        await self._app(scope, receive, send)
