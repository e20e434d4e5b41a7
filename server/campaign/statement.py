"""A provider's statement as CSV: a donation or a refund on each line.

The first line names the columns: `id`, `fund`, `currency`, `refund`, `ref`, `at`, and either
`amount` (12.50) or `amount_minor` (1250, in the smallest unit). A line with a `refund` is that
refund of the donation `id`. `at` is a moment such as 2030-01-31T08:00:00+08:00.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from server.campaign.amounts import read_amount
from server.campaign.reports import BadReportError, Report, SignedReport, report_of, write_report

SOURCE = "csv"
COLUMNS = {"id", "fund", "currency", "refund", "ref", "at", "amount", "amount_minor"}
MOST_CHARS = 4_096
"""Of a value."""


class StatementError(Exception):
    """The file is no statement; the message names the line and says why."""


class Line(NamedTuple):
    """A line of a statement; `number` is that of the line in the file, from 1."""

    number: int
    report: Report

    @property
    def signed(self) -> SignedReport:
        """As a report that can be taken: the same line is the same report."""
        body = write_report(self.report)
        return SignedReport(SOURCE, f"{SOURCE}:{sha256(body).hexdigest()}", body, self.report)


class Defaults(NamedTuple):
    """What a statement leaves out.

    Attributes:
        fund: of donations that name none.
        currencies: of each fund.
        zone: of moments without an offset; None: they are refused.
    """

    fund: str
    currencies: Mapping[str, str]
    zone: tzinfo | None = None

    def currency_of(self, fund: str) -> str:
        """That of a fund, or of all funds where they have the same one; else ""."""
        same = set(self.currencies.values())
        return self.currencies.get(fund) or (same.pop() if len(same) == 1 else "")


def read_statement(path: Path, defaults: Defaults) -> Iterator[Line]:
    """The lines of a file, one after another.

    Raises:
        StatementError: see there.
        OSError: the file cannot be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            yield from read_lines(file, defaults)
        except UnicodeDecodeError as error:
            raise StatementError(f"{path} is not UTF-8; save it as CSV in UTF-8") from error


def read_lines(text: Iterable[str], defaults: Defaults) -> Iterator[Line]:
    """The lines of a statement.

    Raises:
        StatementError: see there.
    """
    rows = csv.DictReader(text, strict=True)
    try:
        _check_columns(rows.fieldnames or ())
        for row in rows:
            if any(row.values()):
                yield Line(rows.line_num, _report(row, defaults))
    except UnicodeDecodeError:
        raise
    except (csv.Error, BadReportError, ValueError) as error:
        raise StatementError(f"line {rows.reader.line_num}: {error}") from error


def _check_columns(names: Iterable[str]) -> None:
    found = {name.strip() for name in names}
    if unknown := found - COLUMNS:
        known = ", ".join(sorted(COLUMNS))
        raise ValueError(f"the column {min(unknown)!r} is not known; there are {known}")
    if "id" not in found or len(found & {"amount", "amount_minor"}) != 1:
        raise ValueError("there must be the columns `id` and either `amount` or `amount_minor`")


def _report(row: Mapping[str, str], defaults: Defaults) -> Report:
    if None in row:
        raise ValueError("there are more values than columns")
    values = {name.strip(): (value or "").strip() for name, value in row.items()}
    if any(len(value) > MOST_CHARS for value in values.values()):
        raise ValueError(f"a value has more than {MOST_CHARS} characters")
    fund = values.get("fund") or defaults.fund
    currency = values.get("currency") or defaults.currency_of(fund)
    if not currency:
        raise ValueError("there is no currency")
    data = {
        "id": values["id"],
        "amount": _amount(values, currency),
        "currency": currency,
        "at": _moment(values.get("at", ""), defaults.zone),
    }
    if refund := values.get("refund"):
        return report_of("donation.refunded", data | {"refund": refund})
    more = {"fund": fund, "ref": values.get("ref") or None}
    return report_of("donation.succeeded", data | more)


def _moment(text: str, zone: tzinfo | None) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=zone) if found.tzinfo is None else found


def _amount(values: Mapping[str, str], currency: str) -> int:
    if written := values.get("amount_minor"):
        if not (written.isascii() and written.isdecimal()):
            raise ValueError(f"{written!r} is no whole number")
        return int(written)
    return read_amount(values.get("amount", ""), currency)
