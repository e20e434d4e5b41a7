"""A provider's statement is read line by line, and a wrong line is named."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.campaign.reports import Donation, Refund
from server.campaign.statement import (
    Defaults,
    Line,
    StatementError,
    WrongLine,
    read_lines,
    read_statement,
)

DEFAULTS = Defaults("angels", {"angels": "CNY", "yen": "JPY"}, ZoneInfo("Asia/Shanghai"))


def lines_of(*lines: str) -> list[Line]:
    found = list(read_lines([f"{it}\n" for it in lines], DEFAULTS))
    return [line for line in found if isinstance(line, Line)]


def read(*lines: str) -> list[Donation | Refund]:
    return [line.report.data for line in lines_of(*lines)]


def test_donations_and_refunds_are_lines() -> None:
    found = read(
        "id,fund,amount,refund,ref,at",
        "d1,,12.5,,r-1,2030-01-31 08:00:00",
        "d2,yen,500,,,2030-01-31T08:00:00Z",
        "",
        "d1,,2.50,b1,,",
    )
    assert found == [
        Donation(
            id="d1",
            fund="angels",
            amount=1250,
            currency="CNY",
            ref="r-1",
            at=datetime.fromisoformat("2030-01-31T08:00:00+08:00"),
        ),
        Donation(
            id="d2",
            fund="yen",
            amount=500,
            currency="JPY",
            at=datetime.fromisoformat("2030-01-31T08:00:00+00:00"),
        ),
        Refund(id="d1", refund="b1", amount=250, currency="CNY"),
    ]


def test_amounts_may_be_in_the_smallest_unit() -> None:
    (found,) = read("id,amount_minor,currency", "d1,1250,EUR")
    assert (found.amount, found.currency) == (1250, "EUR")


def test_the_same_line_is_the_same_report() -> None:
    first, other, again = (line.signed for line in lines_of("id,amount", "a,1", "b,1", "a,1.00"))
    assert first == again
    assert first.id != other.id


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["id,amount,colour", "a,1,red"], "line 1: the column 'colour' is not known"),
        (["id,id,amount", "a,b,1"], "line 1: the column 'id' is there twice"),
        (["amount", "1"], "line 1: there must be the columns `id`"),
        (["id,amount,amount_minor", "a,1,100"], "either `amount` or `amount_minor`"),
        ([], "there must be the columns"),
        (["id,amount", "a,1", "b,one"], "line 3: 'one' is no amount"),
        (["id,amount", "a,1,2"], "line 2: there are more values than columns"),
        (["id,amount", "a"], "line 2: '' is no amount"),
        (["id,amount", ",1"], "line 2: there is no `id`"),
        (["id,amount", "捐,1"], "line 2: `id` is '捐'"),
        (["id,amount", "a,0"], "line 2: the amount 0 is not above 0"),
        (["id,amount_minor", "a,1.5"], "line 2: '1.5' is no whole number"),
        (["id,amount,currency", "a,1,yuan"], "line 2: 'yuan' is no currency"),
        (
            ["id,fund,amount", "a,tigers,1"],
            "line 2: there is no `currency`, and `fund` names no fund",
        ),
        (["id,amount,at", "a,1,soon"], "line 2: 'soon' is no moment"),
        (["id,amount", 'a,"1'], "line 2: it is no CSV: unexpected end of data"),
    ],
)
def test_a_wrong_line_is_named(lines: list[str], said: str, tmp_path: Path) -> None:
    file = tmp_path / "statement.csv"
    file.write_text("".join(f"{it}\n" for it in lines), encoding="utf-8")
    with pytest.raises(StatementError) as error:
        list(read_statement(file, DEFAULTS))
    assert said in str(error.value)


def test_every_wrong_line_is_told_of_beside_those_that_are_right() -> None:
    found = list(read_lines(["id,amount\n", "a,one\n", "b,2\n", "c,-3\n"], DEFAULTS))
    assert [line.number for line in found if isinstance(line, WrongLine)] == [2, 4]
    assert [line.number for line in found if isinstance(line, Line)] == [3]


def test_spreadsheets_begin_files_with_a_mark(tmp_path: Path) -> None:
    file = tmp_path / "statement.csv"
    file.write_text("id,amount\r\na,1\r\n", encoding="utf-8-sig")
    assert [line.number for line in read_statement(file, DEFAULTS)] == [2]
    file.write_bytes("id,amount\n捐,1\n".encode("gbk"))
    with pytest.raises(StatementError, match="is not UTF-8"):
        list(read_statement(file, DEFAULTS))


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-14:00"])
def test_a_moment_that_no_clock_shows_is_refused(at: str) -> None:
    (line,) = read_lines(["id,amount,at\n", f"d1,1,{at}\n"], DEFAULTS)
    assert isinstance(line, WrongLine)
    assert str(line.fault) == f"'{at}' is before 1970 or after 9998"
