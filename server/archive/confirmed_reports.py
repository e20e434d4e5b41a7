"""Reports that a person has confirmed, by refusing or removing the work.

A confirmed report is about those who wrote the work and did not report it; if the check found some
of their characters wrong, only about those who wrote these. A replay is about whoever repeated
somebody else's ink.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.archive import schema
from server.plausible.verdict import Judgement, Verdict

REPLAY = "replay"
"""The reason of a report that the guard made, about the participant whom it names."""

_read = msgspec.msgpack.Decoder(list[Judgement]).decode


async def confirm(connection: AsyncConnection, work: str, now: int) -> None:
    """Give those whom the reports of a work are about a confirmed report for it, since `now` in ms.

    A work without reports, or whose reports are settled, stays as it was.
    """
    reports = schema.reports.c
    told = select(reports.participant, reports.why).where(reports.work == work)
    rows = (await connection.execute(told)).all()
    if not rows:
        return
    accused = {row.participant for row in rows if row.why == REPLAY}
    reporters = {row.participant for row in rows if row.why != REPLAY}
    if reporters:
        accused |= await _others(connection, work, reporters)
    await withdraw(connection, work)
    made = [{"participant": one, "work": work, "confirmed_at": now} for one in sorted(accused)]
    if made:
        await connection.execute(insert(schema.confirmed_reports), made)


async def withdraw(connection: AsyncConnection, work: str) -> None:
    """Take back the confirmed reports for this work."""
    table = schema.confirmed_reports
    await connection.execute(delete(table).where(table.c.work == work))


async def _others(connection: AsyncConnection, work: str, reporters: set[str]) -> set[str]:
    hands, works = schema.hands.c, schema.works.c
    query = select(works.writers, works.verdicts).where(works.id == work)
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        return set()
    wrote = select(hands.participant).where(hands.work == work).order_by(hands.number)
    participants = list(await connection.scalars(wrote))
    judgements = _read(found.verdicts) if found.verdicts else []
    wrong = {
        participants[hand]
        for hand, judgement in zip(found.writers, judgements, strict=False)
        if judgement.verdict is not Verdict.OK
    }
    others = set(participants) - reporters
    return others & wrong or others
