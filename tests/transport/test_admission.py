"""Many connections that open or close at once."""

from __future__ import annotations

import asyncio
import time

import pytest

from server.transport import admission as admission_module
from server.transport.admission import CLOSED_AT_ONCE, SLICE_SECONDS, AdmissionControl

LIMIT = 20.0


def work(seconds: float) -> None:
    """Keep the processor busy, as a handshake does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def nobody(within: float) -> None:
    """Nobody is to be turned away."""
    raise AssertionError


async def test_connections_are_accepted_in_the_order_of_arrival() -> None:
    admission, inside, done = AdmissionControl(), [], asyncio.Event()
    for number in range(1_000):
        admission.admit(lambda number=number: inside.append(number), nobody)  # type: ignore[misc]
    admission.admit(done.set, nobody)
    await asyncio.wait_for(done.wait(), LIMIT)
    assert inside == list(range(1_000))
    later = asyncio.Event()
    admission.admit(later.set, nobody)
    await asyncio.wait_for(later.wait(), LIMIT)


async def test_other_work_goes_on_during_a_rush() -> None:
    admission, turns, done = AdmissionControl(), 0, asyncio.Event()
    for _ in range(200):
        admission.admit(lambda: work(SLICE_SECONDS / 4), nobody)
    admission.admit(done.set, nobody)
    async with asyncio.timeout(LIMIT):
        while not done.is_set():
            await asyncio.sleep(0)
            turns += 1
    assert turns >= 200 / 4


async def most_in_one_turn(leaving: int) -> int:
    """So many hang up at once and are seen off in their order; how many at most between two turns
    of somebody who stays."""
    admission, left, most = AdmissionControl(), list[int](), 0
    for number in range(leaving):
        admission.release(lambda number=number: left.append(number))  # type: ignore[misc]
    async with asyncio.timeout(LIMIT):
        while len(left) < leaving:
            before = len(left)
            await asyncio.sleep(0)
            most = max(most, len(left) - before)
    assert left == list(range(leaving))
    return most


async def test_thousands_who_hang_up_at_once_are_seen_off_a_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission_module, "LONGEST_CLOSE_SECONDS", LIMIT)
    assert await most_in_one_turn(1_000) <= CLOSED_AT_ONCE


async def test_who_has_waited_for_long_to_be_seen_off_goes_with_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission_module, "LONGEST_CLOSE_SECONDS", 0.05)
    assert CLOSED_AT_ONCE < await most_in_one_turn(1_000) <= 5 * CLOSED_AT_ONCE


async def first_closed_after(leaving: int) -> float:
    """So many hang up at once; seconds until the first of them is seen off."""
    admission, since = AdmissionControl(), time.monotonic()
    first = asyncio.get_running_loop().create_future()
    for _ in range(leaving):
        admission.release(lambda: first.done() or first.set_result(time.monotonic() - since))
    return float(await asyncio.wait_for(first, LIMIT))


async def test_no_connection_is_closed_while_many_hang_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission_module, "BURST_SECONDS", 0.5)
    assert await first_closed_after(admission_module.BURST - 1) < 0.5
    assert await first_closed_after(admission_module.BURST) >= 0.5


async def test_a_crowd_that_goes_on_hanging_up_keeps_nobody_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission_module, "BURST_SECONDS", 2 * LIMIT)
    monkeypatch.setattr(admission_module, "LONGEST_CLOSE_SECONDS", 0.05)
    await first_closed_after(2 * admission_module.BURST)


async def test_who_leaves_goes_before_who_comes() -> None:
    admission, order, done = AdmissionControl(), list[str](), asyncio.Event()
    admission.admit(lambda: order.append("in"), nobody)
    admission.release(lambda: order.append("out"))
    admission.admit(done.set, nobody)
    await asyncio.wait_for(done.wait(), LIMIT)
    assert order == ["out", "in"]


async def test_a_fault_at_the_door_keeps_nobody_out() -> None:
    admission, inside = AdmissionControl(), asyncio.Event()
    faults = list[str]()
    asyncio.get_running_loop().set_exception_handler(lambda _, it: faults.append(it["message"]))

    def fail() -> None:
        raise RuntimeError

    admission.admit(fail, nobody)
    admission.admit(inside.set, nobody)
    await asyncio.wait_for(inside.wait(), LIMIT)
    assert len(faults) == 1


async def test_in_a_rush_that_lasts_some_are_rejected_and_nobody_waits_for_long() -> None:
    longest, rush = 0.2, 1.0
    admission, entered, away = AdmissionControl(longest), list[float](), list[float]()

    def come() -> None:
        since = time.monotonic()

        def enter() -> None:
            entered.append(time.monotonic() - since)
            work(SLICE_SECONDS)

        admission.admit(enter, lambda within: away.append(time.monotonic() - since))

    start = time.monotonic()
    while time.monotonic() < start + rush:
        for _ in range(10):
            come()
        await asyncio.sleep(SLICE_SECONDS)
    calm = asyncio.Event()
    async with asyncio.timeout(LIMIT):
        while not calm.is_set():
            admission.admit(calm.set, lambda within: None)
            await asyncio.sleep(longest / 10)
    assert admission.rejected >= len(away) > len(entered) > 0
    assert max(*entered, *away) < 2 * rush  # all would take ten times as long


async def test_the_longer_a_rush_lasts_the_later_those_rejected_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission_module, "FIRST_RETRY_SECONDS", 0.05)
    monkeypatch.setattr(admission_module, "LAST_RETRY_SECONDS", 0.15)
    admission, told = AdmissionControl(longest_wait=-1), list[float]()
    start = time.monotonic()
    while time.monotonic() < start + 0.5:
        admission.admit(lambda: None, told.append)
        await asyncio.sleep(0.005)
    assert list(dict.fromkeys(told)) == [0.05, 0.1, 0.15]
    await asyncio.sleep(0.3)
    later = asyncio.get_running_loop().create_future()
    admission.admit(lambda: None, later.set_result)
    assert await asyncio.wait_for(later, LIMIT) == 0.05
