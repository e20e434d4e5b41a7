"""A statement is taken once, and compared with what was taken, on the command line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.integration.command import jielong

CAMPAIGNS = """
[[campaign]]
id = "default"
relays = ["give"]
time_zone = "Asia/Shanghai"
[[campaign.fund]]
id = "angels"
title = "Angels"
currency = "CNY"
url = "https://pay.example.org"
[[campaign.fund]]
id = "masks"
title = "Masks"
currency = "CNY"
url = "https://pay.example.org"
"""

STATEMENT = """id,fund,amount,refund,ref,at
d1,angels,100.00,,r-1,2030-01-01 08:00:00
d2,masks,0.01,,,2030-01-02 08:00:00
d1,,40.00,b1,,2030-01-03 08:00:00
d3,,20.00,b2,,2030-01-04 08:00:00
"""
"""The last line is a refund whose donation is not there yet."""


@pytest.fixture
def donations(tmp_path: Path) -> _Donations:
    return _Donations(tmp_path)


class _Donations:
    """`jielong donations` with a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._campaigns = folder / "campaigns.toml"
        self._campaigns.write_text(CAMPAIGNS)
        assert jielong("campaign", "import", self._campaigns, "--data", folder).returncode == 0

    def statement(self, text: str) -> Path:
        file = self._folder / "statement.csv"
        file.write_text(text)
        return file

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return jielong("donations", *words, "--data", self._folder)


def test_a_statement_is_taken_once_and_compared(donations: _Donations) -> None:
    file = donations.statement(STATEMENT)
    assert donations.run("import", file).stdout == "4 new, 0 known, 0 refused\n"
    assert donations.run("import", file).stdout == "0 new, 4 known, 0 refused\n"
    same = donations.run("reconcile", file)
    assert (same.returncode, same.stdout) == (0, "both say the same\n")

    changed = STATEMENT.replace("0.01", "0.02").replace(
        "d1,,40.00,b1,,2030-01-03 08:00:00", "d4,angels,5.00,,,2030-01-03 09:00:00"
    )
    other = donations.run("reconcile", donations.statement(changed))
    assert other.returncode == 1
    assert other.stdout.splitlines() == [
        "donation d2: here 0.01 CNY masks, in the statement 0.02 CNY masks",
        "donation d4: here nothing, in the statement 5.00 CNY angels",
        "refund b1: here 40.00 CNY d1, in the statement nothing",
        "3 differences",
    ]
    refused = donations.run("import", donations.statement(changed))
    assert (refused.returncode, refused.stdout) == (1, "1 new, 2 known, 1 refused\n")
    assert "statement.csv:3: the donation was reported with another fund" in refused.stderr
    broken = donations.run("reconcile", donations.statement("id,amount\na,b\n"))
    assert (broken.returncode, broken.stderr) == (
        2,
        "jielong: line 2: 'b' is no amount; write one like 12.50\n",
    )


def test_donations_are_listed_and_refunds_set_aside(donations: _Donations) -> None:
    late = STATEMENT + "d3,masks,10.00,,,2030-01-05 08:00:00\n"
    assert donations.run("import", donations.statement(late)).stdout.startswith("5 new")
    assert donations.run("list").stdout.splitlines() == [
        "d3  masks  10.00 CNY  2030-01-05 00:00  by csv",
        "d2  masks  0.01 CNY  2030-01-02 00:00  by csv",
        "d1  angels  100.00 CNY  refunded 40.00 CNY  2030-01-01 00:00  by csv  r-1",
    ]
    assert donations.run("list", "r-1").stdout.startswith("d1  ")
    assert donations.run("show", "d1").stdout.splitlines()[1:] == [
        "  b1  40.00 CNY  taken  2030-01-03 00:00  by csv"
    ]
    aside = "b2  20.00 CNY  aside  2030-01-04 00:00  by csv  of d3\n"
    assert donations.run("set-aside").stdout == aside
    assert donations.run("set-aside", "--settle", "b2").stdout == "b2 settled\n"
    assert donations.run("set-aside").stdout == ""
    missing = donations.run("set-aside", "--settle", "b1")
    assert (missing.returncode, missing.stderr) == (1, "jielong: no refund b1 is set aside\n")
