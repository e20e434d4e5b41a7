"""Campaigns in SQL. Every change has a revision, and an entry in the audit log."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import structlog
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive.database import Database
from server.campaign import schema
from server.campaign.checks import check_change
from server.campaign.definition import Definition
from server.campaign.problems import CampaignError, Problem
from server.campaign.provider_secrets import without_secrets
from server.relay.fault import Fault

log = structlog.get_logger()

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Definition).decode


class Stored(NamedTuple):
    """Campaigns as they were after the change `revision`, by id."""

    revision: int
    definitions: dict[str, Definition]


class CampaignStorage:
    """The campaigns of one database. Every method may raise ArchiveAwayError."""

    def __init__(self, database: Database) -> None:
        """Keep campaigns in `database`."""
        self._database = database

    async def revision(self) -> int:
        """That of the last change; 0 before the first one."""
        async with self._database.reading() as connection:
            return await _revision(connection)

    async def read(self) -> Stored:
        """All campaigns.

        One that this version cannot read is left out, and logged: a later version may have made it.
        """
        found: dict[str, Definition] = {}
        async with self._database.reading() as connection:
            revision = await _revision(connection)
            rows = (await connection.execute(select(schema.campaigns))).all()
        for row in rows:
            try:
                found[row.id] = _decode(row.definition)
            except msgspec.DecodeError as error:
                log.error("a campaign cannot be read", campaign=row.id, error=str(error))
        return Stored(revision, found)

    async def create(self, definition: Definition, who: str) -> None:
        """Add a campaign.

        Raises:
            CampaignError: there is one of this id.
        """
        async with self._database.writing() as connection:
            revision = await _next_revision(connection)
            if await _find(connection, definition.id) is not None:
                fault = Fault("there is a campaign of this id; choose another id")
                raise CampaignError([Problem("id", fault)], definition.id)
            await _write(connection, definition, revision)
            await _log(connection, who, "create", None, definition)

    async def save(self, definitions: Sequence[Definition], who: str, action: str) -> list[str]:
        """Make these campaigns what they are said to be; the ids of those that changed.

        Raises:
            CampaignError: a change is not allowed. Nothing is changed then.
        """
        changed = []
        async with self._database.writing() as connection:
            revision = await _next_revision(connection)
            for definition in definitions:
                before = await _find(connection, definition.id)
                if before == definition:
                    continue
                if before is not None and (problems := check_change(before, definition)):
                    raise CampaignError(problems, definition.id)
                await _write(connection, definition, revision)
                await _log(connection, who, action, before, definition)
                changed.append(definition.id)
        return changed


async def _revision(connection: AsyncConnection) -> int:
    return int(await connection.scalar(select(schema.campaigns_revision.c.revision)) or 0)


async def _next_revision(connection: AsyncConnection) -> int:
    """Begin a change: its revision. Other changes wait until the transaction ends."""
    columns = schema.campaigns_revision.c
    await connection.execute(
        update(schema.campaigns_revision).values(revision=columns.revision + 1)
    )
    return await _revision(connection)


async def _find(connection: AsyncConnection, campaign: str) -> Definition | None:
    query = select(schema.campaigns.c.definition).where(schema.campaigns.c.id == campaign)
    found = await connection.scalar(query)
    return None if found is None else _decode(found)


async def _write(connection: AsyncConnection, definition: Definition, revision: int) -> None:
    row = {
        "id": definition.id,
        "definition": _encode(definition).decode(),
        "revision": revision,
    }
    await connection.execute(delete(schema.campaigns).where(schema.campaigns.c.id == row["id"]))
    await connection.execute(insert(schema.campaigns).values(row))


async def _log(
    connection: AsyncConnection, who: str, action: str, before: Definition | None, now: Definition
) -> None:
    """The entry has the fields that differ, as they were and as they are, without secrets.

    A field that has its default is null.
    """
    was, is_now = _fields(before) if before else {}, _fields(now)
    changed = [name for name in was | is_now if was.get(name) != is_now.get(name)]
    entry = {
        "at": time.time_ns() // 1_000_000,
        "who": who,
        "action": action,
        "campaign": now.id,
        "before": _encode({name: was.get(name) for name in changed}).decode() if before else None,
        "details": _encode({name: is_now.get(name) for name in changed}).decode(),
    }
    await connection.execute(insert(schema.audit).values(entry))


def _fields(definition: Definition) -> dict[str, object]:
    fields = msgspec.to_builtins(without_secrets(definition))
    assert isinstance(fields, dict)
    return fields
