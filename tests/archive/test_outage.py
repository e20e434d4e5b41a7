"""When the database of works is away, and what the log says of it."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from server.archive import outage
from server.archive.outage import CALM_SECONDS, LATEST_SECONDS, Outages, Use
from tests.manual_clock import ManualClock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    clock = ManualClock(100.0)
    monkeypatch.setattr(outage, "monotonic", clock)
    return clock


@pytest.fixture
def outages() -> Outages:
    """Those of a database that has served."""
    outages = Outages()
    outages.served(Use.READ)
    return outages


def test_an_outage_is_told_once_with_what_to_do_and_once_when_it_is_over(
    clock: ManualClock, outages: Outages
) -> None:
    with capture_logs() as lines:
        for _ in range(5):
            outages.failed(Use.WRITE, "No space left on device", "df -h /data")
            outages.served(Use.READ)  # a full disk can be read
            clock.now += 3
        assert outages.active == {Use.WRITE}
        outages.served(Use.WRITE)
        outages.served(Use.WRITE)
    assert outages.active == set()
    assert [(it["event"], it.get("cure"), it.get("failed")) for it in lines] == [
        ("the database of works cannot be written", "df -h /data", None),
        ("the database of works can be written again", None, 5),
    ]


def test_one_that_fails_and_serves_in_turn_does_not_fill_the_log(
    clock: ManualClock, outages: Outages
) -> None:
    with capture_logs() as lines:
        for _ in range(50):
            outages.failed(Use.WRITE, "too many clients", "")
            outages.served(Use.WRITE)
            clock.now += CALM_SECONDS / 2
        clock.now += CALM_SECONDS
        outages.served(Use.READ)  # nobody has to write just now
    assert len(lines) == 2


def test_an_old_failure_that_nobody_tried_again_is_no_outage(
    clock: ManualClock, outages: Outages
) -> None:
    outages.failed(Use.WRITE, "locked", "")
    clock.now += LATEST_SECONDS
    assert outages.active == set()
    with capture_logs() as lines:
        outages.served(Use.READ)
    assert [it["event"] for it in lines] == ["the database of works can be written again"]


def test_of_one_that_never_served_whoever_opens_it_tells(clock: ManualClock) -> None:
    with capture_logs() as lines:
        Outages().failed(Use.READ, "refused", "pg_isready")
    assert lines == []
