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

from server.campaign.amounts import MOST_AMOUNT, fault_of_currency, read_amount
from server.campaign.reports import (
    Report,
    SignedReport,
    can_be_shown,
    is_name,
    report_of,
    write_report,
)
from server.relay.fault import Fault, FaultError

SOURCE = "csv"
COLUMNS = {"id", "fund", "currency", "refund", "ref", "at", "amount", "amount_minor"}
MOST_CHARS = 4_096
"""The longest value in a line."""


class StatementError(FaultError):
    """The file is no statement; the message names the line and says why."""

    @classmethod
    def of_line(cls, number: int, fault: Fault) -> StatementError:
        """What is wrong with a line of the file, counted from 1."""
        return cls(Fault("line {number}: {fault}", number=number, fault=fault))


class Line(NamedTuple):
    """A line of a statement; `number` is that of the line in the file, from 1."""

    number: int
    report: Report

    @property
    def signed(self) -> SignedReport:
        """As a report that can be taken: the same line is the same report."""
        body = write_report(self.report)
        return SignedReport(SOURCE, f"{SOURCE}:{sha256(body).hexdigest()}", body, self.report)


class WrongLine(NamedTuple):
    """A line that says nothing that can be taken, and why."""

    number: int
    fault: Fault


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
            for line in read_lines(file, defaults):
                if isinstance(line, WrongLine):
                    raise StatementError.of_line(line.number, line.fault)
                yield line
        except UnicodeDecodeError as error:
            fault = Fault("{path} is not UTF-8; save it as CSV in UTF-8", path=path)
            raise StatementError(fault) from error


def read_lines(text: Iterable[str], defaults: Defaults) -> Iterator[Line | WrongLine]:
    """The lines of a statement, also those that are wrong.

    Raises:
        StatementError: the columns are wrong, or the rest of the file is no CSV.
    """
    rows = csv.DictReader(text, strict=True)
    try:
        if fault := _fault_of_columns(rows.fieldnames or ()):
            raise StatementError.of_line(rows.reader.line_num, fault)
        for row in rows:
            if any(row.values()):
                yield _line(rows.line_num, row, defaults)
    except csv.Error as error:
        fault = Fault("it is no CSV: {error}", error=error)
        raise StatementError.of_line(rows.reader.line_num, fault) from error


def _fault_of_columns(names: Iterable[str]) -> Fault | None:
    stripped = [name.strip() for name in names]
    found = set(stripped)
    if twice := [name for name in found if stripped.count(name) > 1]:
        return Fault("the column {name!r} is there twice", name=min(twice))
    if unknown := found - COLUMNS:
        known = ", ".join(sorted(COLUMNS))
        return Fault(
            "the column {name!r} is not known; there are {known}", name=min(unknown), known=known
        )
    if "id" not in found or len(found & {"amount", "amount_minor"}) != 1:
        return Fault("there must be the columns `id` and either `amount` or `amount_minor`")
    return None


def _line(number: int, row: Mapping[str, str], defaults: Defaults) -> Line | WrongLine:
    if None in row:
        return WrongLine(number, Fault("there are more values than columns"))
    values = {name.strip(): (value or "").strip() for name, value in row.items()}
    if any(len(value) > MOST_CHARS for value in values.values()):
        return WrongLine(number, Fault("a value has more than {most} characters", most=MOST_CHARS))
    values["fund"] = values.get("fund") or defaults.fund
    values["currency"] = values.get("currency") or defaults.currency_of(values["fund"])
    try:
        return Line(number, _report(values, defaults.zone))
    except FaultError as error:
        return WrongLine(number, error.fault)


def _report(values: Mapping[str, str], zone: tzinfo | None) -> Report:
    """The report that a line is.

    Raises:
        FaultError: a value is not allowed.
    """
    currency, refund = values["currency"], values.get("refund")
    if not currency:
        raise FaultError(Fault("there is no `currency`, and `fund` names no fund of the campaign"))
    if fault := fault_of_currency(currency):
        raise FaultError(fault)
    data = {
        "id": _name(values, "id"),
        "amount": _amount(values, currency),
        "currency": currency,
        "at": _moment(values.get("at", ""), zone),
    }
    if refund:
        return report_of("donation.refunded", data | {"refund": _name(values, "refund")})
    ref = _name(values, "ref") if values.get("ref") else None
    return report_of("donation.succeeded", data | {"fund": _name(values, "fund"), "ref": ref})


def _name(values: Mapping[str, str], column: str) -> str:
    value = values[column]
    if not value:
        raise FaultError(Fault("there is no `{column}`", column=column))
    if not is_name(value):
        fault = Fault(
            "`{column}` is {value!r}; 1 to 128 letters, digits and signs of ASCII may be",
            column=column,
            value=value,
        )
        raise FaultError(fault)
    return value


def _moment(text: str, zone: tzinfo | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        fault = Fault("{text!r} is no moment; write one like 2030-01-31T08:00:00+08:00", text=text)
        raise FaultError(fault) from error
    found = found.replace(tzinfo=zone) if found.tzinfo is None else found
    if found.tzinfo is None:
        fault = Fault("{text!r} has no offset, and the campaign has no time zone", text=text)
        raise FaultError(fault)
    if not can_be_shown(found):
        raise FaultError(Fault("{text!r} is before 1970 or after 9998", text=text))
    return found


def _amount(values: Mapping[str, str], currency: str) -> int:
    if written := values.get("amount_minor"):
        if not (written.isascii() and written.isdecimal()):
            raise FaultError(Fault("{text!r} is no whole number", text=written))
        found = int(written)
    else:
        written = values.get("amount", "")
        found = read_amount(written, currency)
    if not 1 <= found <= MOST_AMOUNT:
        raise FaultError(Fault("the amount {text} is not above 0, or too large", text=written))
    return found
