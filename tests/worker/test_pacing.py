"""Live ink becomes rarer while a worker is busy, step by step, and comes back when it is calm."""

from __future__ import annotations

from server.worker.pacing import FALL_SECONDS, RISE_SECONDS, STEPS_MS, Pacing

LOAD = 0.8
BUSY, BETWEEN, CALM = 0.9, 0.5, 0.1


def after(pacing: Pacing, used: float, seconds: int) -> int:
    """The time between parts of ink when so much was used for so long."""
    for _ in range(seconds):
        pacing.observe(used)
    return pacing.ink_ms


def test_a_worker_that_stays_busy_asks_for_half_as_much_and_half_again() -> None:
    pacing = Pacing(LOAD)
    assert after(pacing, BUSY, RISE_SECONDS - 1) == STEPS_MS[0]
    assert [after(pacing, BUSY, 1), after(pacing, BUSY, RISE_SECONDS)] == list(STEPS_MS[1:])
    assert after(pacing, BUSY, 10 * RISE_SECONDS) == STEPS_MS[-1]


def test_a_moment_changes_nothing() -> None:
    pacing = Pacing(LOAD)
    for _ in range(10):
        assert after(pacing, BUSY, RISE_SECONDS - 1) == STEPS_MS[0]
        assert after(pacing, BETWEEN, 1) == STEPS_MS[0]


def test_only_a_calm_worker_goes_back() -> None:
    pacing = Pacing(LOAD)
    after(pacing, BUSY, 2 * RISE_SECONDS)
    assert after(pacing, BETWEEN, 10 * FALL_SECONDS) == STEPS_MS[2]
    assert after(pacing, CALM, FALL_SECONDS - 1) == STEPS_MS[2]
    assert after(pacing, CALM, 1) == STEPS_MS[1]
    assert after(pacing, CALM, FALL_SECONDS) == STEPS_MS[0]


def test_without_a_load_nothing_is_paced() -> None:
    assert after(Pacing(0), 1.0, 100) == STEPS_MS[0]
