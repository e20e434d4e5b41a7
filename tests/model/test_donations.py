"""SQL takes every history of reports as the model does."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from server.archive.database import Database
from server.campaign.donations import ConflictError, Donations
from server.campaign.reports import (
    Donation,
    Refund,
    Refunded,
    SignedReport,
    Succeeded,
    write_report,
)
from tests.model.donations import DonationModel

EXAMPLES, STEPS = 25, 16

T = TypeVar("T")

names, refunds = st.sampled_from("ab"), st.sampled_from("rst")
report_ids = st.sampled_from(["m1", "m2", "m3", "m4", "", "", "", ""])
"""Some reports have the id of another one; "" is a new id."""

amounts = st.sampled_from([60, 100])
funds, currencies = st.sampled_from("xy"), st.sampled_from(["CNY", "CNY", "CNY", "USD"])


class _Histories:
    """One database, in which each history has a campaign of its own."""

    def __init__(self, file: Path) -> None:
        self._loop = asyncio.Runner()
        self._database = Database(f"sqlite+aiosqlite:///{file}")
        self.run(self._database.open())
        self.donations = Donations(self._database)
        self.campaigns = (f"c{number}" for number in itertools.count())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(work)

    def close(self) -> None:
        self.run(self._database.close())
        self._loop.close()


@pytest.fixture
def histories(tmp_path: Path) -> Iterator[_Histories]:
    found = _Histories(tmp_path / "works.sqlite")
    yield found
    found.close()


def test_sql_takes_every_history_as_the_model_does(histories: _Histories) -> None:
    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.campaign = next(histories.campaigns)
            self.model = DonationModel()
            self.new_ids = (f"new{number}" for number in itertools.count())

        @rule(id_=report_ids, name=names, fund=funds, amount=amounts, currency=currencies)
        def give(self, id_: str, name: str, fund: str, amount: int, currency: str) -> None:
            self._take(id_, Succeeded(Donation(name, fund, amount, currency)))

        @rule(id_=report_ids, name=names, refund=refunds, amount=amounts, currency=currencies)
        def refund(self, id_: str, name: str, refund: str, amount: int, currency: str) -> None:
            self._take(id_, Refunded(Refund(name, refund, amount, currency)))

        @invariant()
        def totals_are_exact(self) -> None:
            told = histories.run(histories.donations.totals(self.campaign))
            assert {fund: tuple(it) for fund, it in told.items()} == self.model.totals()

        def _take(self, id_: str, report: Succeeded | Refunded) -> None:
            id_ = id_ or next(self.new_ids)
            signed = SignedReport("webhook", id_, write_report(report), report)
            (found,) = histories.run(histories.donations.take(self.campaign, [signed]))
            outcome = "conflict" if isinstance(found, ConflictError) else found.value
            assert outcome == self.model.take(id_, report.data)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
