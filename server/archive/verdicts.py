"""What the check found of works, for the guard: whether each character is what was asked."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from server.archive import schema
from server.archive.database import ArchiveAwayError, Database
from server.plausible.verdict import Judgement, Verdict
from server.store.errors import StoreAwayError

_read = msgspec.msgpack.Decoder(list[Judgement]).decode


class FoundVerdicts:
    """The verdicts that one database has."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database

    async def shown(self, works: Sequence[str]) -> dict[str, list[bool]]:
        """For those of some hundred works that were checked, whether each character was shown.

        Raises:
            StoreAwayError: the database cannot be read now.
        """
        table = schema.works.c
        query = select(table.id, table.verdicts).where(
            table.id.in_(works), table.verdicts.is_not(None)
        )
        try:
            async with self._database.reading() as connection:
                rows = (await connection.execute(query)).all()
        except ArchiveAwayError as error:
            raise StoreAwayError from error
        return {work: [it.verdict is Verdict.OK for it in _read(packed)] for work, packed in rows}
