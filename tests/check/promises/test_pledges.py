"""Pledged once: the checks of numbers, certificates and counters."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.check.store import Store, StoredCampaign, StoredPledge
from tests.check.histories import History

A = StoredPledge("tea", "a", 1, "certificate-a")
B = StoredPledge("tea", "b", 2, "certificate-b")


def store(*pledges: StoredPledge, count: int | None = None) -> Store:
    """A final store with these pledges; without `count` the counter is right."""
    counts = {"tea": len(pledges) if count is None else count}
    return Store([StoredCampaign("default", [], [], pledges, counts)])


def told(history: History, made: StoredPledge) -> History:
    """The participant asks for the pledge and is told of it."""
    history.send(made.participant, "pledge", pledge=made.pledge)
    keys = {"pledge": made.pledge, "number": made.number, "certificate": made.certificate}
    return history.receive(made.participant, "pledged", **keys, url=f"/p/{made.certificate}")


def both() -> History:
    """Two connected participants."""
    return History().connect("a").connect("b")


def test_pledges_that_are_told_and_stored_alike_are_none(tmp_path: Path) -> None:
    history = told(told(told(both(), A), B), A)
    assert history.violations(tmp_path, store(A, B)) == {}


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        (A._replace(number=3), "two numbers"),
        (A._replace(certificate="other"), "two numbers or certificates"),
        (B._replace(number=1), "to two participants"),
    ],
)
def test_what_is_told_in_two_ways_is_a_violation(
    tmp_path: Path, second: StoredPledge, fault: str
) -> None:
    history = told(told(both(), A), second)
    assert fault in history.violations(tmp_path)["pledged once"]


def test_a_number_below_one_that_was_told_before_it_was_asked_for_is_a_violation(
    tmp_path: Path,
) -> None:
    history = told(told(both(), B), A)
    assert "not above" in history.violations(tmp_path)["pledged once"]
    crossing = both().send("a", "pledge", pledge="tea")
    told(told(crossing, B), A)
    assert crossing.violations(tmp_path) == {}


@pytest.mark.parametrize(
    ("stored", "fault"),
    [
        (store(), "told, but not stored"),
        (store(A._replace(number=4)), "told, but not stored"),
        (store(A, count=2), "counts 2 of tea, but has 1"),
        (store(A, B._replace(number=1)), "is stored 2 times"),
        (store(A, B._replace(participant="a")), "is stored 2 times"),
    ],
)
def test_a_store_that_differs_is_a_violation(tmp_path: Path, stored: Store, fault: str) -> None:
    history = told(both(), A)
    assert fault in history.violations(tmp_path, stored)["pledged once"]
