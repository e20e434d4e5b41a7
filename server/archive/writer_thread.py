"""Runs whole transactions of SQLite in one thread, beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, create_engine, event

CLOSE_SECONDS = 1.0
"""How long the last transaction is waited for."""

Result = TypeVar("Result")


class WriterThread:
    """One thread with one connection; transactions run one after another, as SQLite has them."""

    def __init__(self, url: URL, prepare: Callable[[Any, object], None]) -> None:
        """To the file that `url` names; `prepare` is called with each new connection."""
        self._engine = create_engine(url.set(drivername="sqlite"))
        event.listen(self._engine, "connect", prepare)
        self._thread: ThreadPoolExecutor | None = None

    async def transact(self, do: Callable[[Connection], Result]) -> Result:
        """Run `do` within a transaction, which is committed at the end.

        When the caller is cancelled, the transaction may still be committed.

        Raises:
            SQLAlchemyError: the database refused.
        """
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "archive-writer")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, do)

    def _run(self, do: Callable[[Connection], Result]) -> Result:
        with self._engine.begin() as connection:
            return do(connection)

    async def close(self) -> None:
        """Close the connection; the next transaction opens another one."""
        if self._thread is None:
            return
        thread, self._thread = self._thread, None
        disposing = asyncio.get_running_loop().run_in_executor(thread, self._engine.dispose)
        await asyncio.wait([disposing], timeout=CLOSE_SECONDS)
        thread.shutdown(wait=False)
