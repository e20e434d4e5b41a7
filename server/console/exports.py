"""Files with works and donations for an organiser, written while they are read.

A spreadsheet reads the tables: they begin with a mark for UTF-8, and no value begins a formula.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from server.archive.export.json_lines import JsonLines
from server.archive.publishing import content_of
from server.archive.search import Wanted, WorkSearch
from server.archive.works import ArchivedWork, Cursor
from server.campaign.amounts import show_amount
from server.campaign.donation_list import DonationList, DonationRow, Place, RefundRow
from server.console.texts import Translate, text
from server.console.works import STATES

WORKS_AT_ONCE = 100
DONATIONS_AT_ONCE = 500

MARK = "\ufeff".encode()
"""The byte order mark, by which spreadsheets recognize UTF-8."""

WORKS_COLUMNS = (
    text("Page of the work"),
    text("Phrase"),
    text("Language"),
    text("Finished (UTC)"),
    text("Numbers"),
    text("State"),
)
DONATIONS_COLUMNS = ("id", "fund", "amount", "currency", "refund", "ref", "at")
"""The columns of a statement."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def works_table(
    search: WorkSearch, campaign: str, pages: str, t: Translate
) -> AsyncIterator[bytes]:
    """A line for each work, without its ink.

    Args:
        search: finds them.
        campaign: of the works.
        pages: what stands before the id in the address of a work's page.
        t: translates columns and states.
    """
    yield MARK + _lines([[t(name) for name in WORKS_COLUMNS]])
    async for works in _works(search, campaign):
        yield _lines(_row_of_work(it, pages, t) for it in works)


async def works_lines(search: WorkSearch, campaign: str) -> AsyncIterator[bytes]:
    """A line of JSON for each work, with all its strokes, as `jielong works export` writes it."""
    async for works in _works(search, campaign):
        yield await asyncio.to_thread(_json_lines, works)


async def donations_table(donations: DonationList, campaign: str) -> AsyncIterator[bytes]:
    """Every donation and refund, as a statement that can be compared and taken in."""
    yield MARK + _lines([DONATIONS_COLUMNS])
    place: Place | None = None
    while rows := await donations.newest(campaign, before=place, limit=DONATIONS_AT_ONCE):
        yield _lines(map(_row_of_donation, rows))
        place = Place(rows[-1].at, rows[-1].id)
    place = None
    while back := await donations.refunds(campaign, before=place, limit=DONATIONS_AT_ONCE):
        yield _lines(map(_row_of_refund, back))
        place = Place(back[-1].at, back[-1].id)


async def _works(search: WorkSearch, campaign: str) -> AsyncIterator[list[ArchivedWork]]:
    before: Cursor | None = None
    while found := await search.page(Wanted(campaign), WORKS_AT_ONCE, before):
        yield found
        before = Cursor(found[-1].work.completed_at, found[-1].work.id)


def _json_lines(works: Iterable[ArchivedWork]) -> bytes:
    file = io.BytesIO()
    lines = JsonLines(file)
    for found in works:
        lines.write(content_of(*found))
    return file.getvalue()


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def _row_of_work(found: ArchivedWork, pages: str, t: Translate) -> Iterator[str]:
    work = found.work
    yield f"{pages}{work.id}"
    yield _plain(work.phrase.text)
    yield work.phrase.locale
    yield f"{_moment(work.completed_at):%Y-%m-%d %H:%M:%S}"
    yield " ".join(str(hand.serial) for hand in work.hands)
    yield t(STATES[found.review].label)


def _row_of_donation(row: DonationRow) -> Sequence[str]:
    amount = show_amount(row.amount, row.currency)
    at = _moment(row.at).isoformat()
    return row.id, row.fund, amount, row.currency, "", _plain(row.ref), at


def _row_of_refund(row: RefundRow) -> Sequence[str]:
    amount = show_amount(row.amount, row.currency)
    return row.donation, "", amount, row.currency, row.id, "", _moment(row.at).isoformat()


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000, UTC)


def _plain(value: str) -> str:
    """A value that no spreadsheet takes for a formula: somebody else may have chosen it."""
    return f"'{value}" if value.startswith(_FORMULA) else value
