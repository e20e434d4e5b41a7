"""One participant may not ask too often; others do not notice."""

from __future__ import annotations

from server.transport.rate_limit import Rate
from server.web.request_rates import MOST, RequestRates


def test_who_asks_too_often_is_told_how_long_to_wait() -> None:
    rates = RequestRates(Rate.of(per_second=0.5, burst=3))
    assert [rates.refuse_for("a", 10.0) for _ in range(5)] == [0, 0, 0, 2, 2]
    assert rates.refuse_for("b", 10.0) == 0
    assert [rates.refuse_for("a", 12.0) for _ in range(2)] == [0, 2]


def test_only_so_many_are_remembered() -> None:
    rates = RequestRates(Rate.of(per_second=1, burst=1))
    assert rates.refuse_for("first", 0.0) == 0
    assert rates.refuse_for("first", 0.0) == 1
    for number in range(MOST):
        rates.refuse_for(str(number), 0.0)
    assert rates.refuse_for("first", 0.0) == 0
