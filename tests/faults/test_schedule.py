from __future__ import annotations

import itertools

import pytest

from tests.faults.deployments import Cluster, Deployment, Sentinels, Single
from tests.faults.fault_types import (
    ClientVanished,
    ClockSetBack,
    LinesSilenced,
    State,
    StoreKilled,
    WorkerKilled,
)
from tests.faults.schedule import QUIET_SECONDS, WARM_UP_SECONDS, schedule

ALL = pytest.mark.parametrize("deployment", [Single, Cluster, Sentinels])


@ALL
def test_a_seed_reproduces_its_schedule(deployment: type[Deployment]) -> None:
    first = schedule(7, 600, deployment.fault_weights, deployment.fault_gap)
    assert first == schedule(7, 600, deployment.fault_weights, deployment.fault_gap)
    assert first != schedule(8, 600, deployment.fault_weights, deployment.fault_gap)


@ALL
def test_ten_minutes_hold_500_faults(deployment: type[Deployment]) -> None:
    for seed in range(20):
        assert len(schedule(seed, 600, deployment.fault_weights, deployment.fault_gap)) >= 500


@ALL
def test_faults_come_in_order_and_leave_the_ends_alone(deployment: type[Deployment]) -> None:
    times = [fault.at for fault in schedule(3, 60, deployment.fault_weights, deployment.fault_gap)]
    assert times == sorted(times)
    assert times[0] >= WARM_UP_SECONDS
    assert times[-1] <= 60 - QUIET_SECONDS


@ALL
def test_clients_vanish_in_every_state(deployment: type[Deployment]) -> None:
    faults = schedule(1, 600, deployment.fault_weights, deployment.fault_gap)
    vanished = {fault.state for fault in faults if isinstance(fault, ClientVanished)}
    assert vanished == set(State)


@ALL
def test_a_short_run_kills_workers_and_the_store(deployment: type[Deployment]) -> None:
    for seed in range(20):
        faults = schedule(seed, 150, deployment.fault_weights, deployment.fault_gap)
        assert any(isinstance(fault, WorkerKilled) for fault in faults)
        assert any(isinstance(fault, StoreKilled) for fault in faults)


@ALL
def test_lines_die_silently_and_a_single_store_has_its_clock_set_back(
    deployment: type[Deployment],
) -> None:
    faults = schedule(1, 600, deployment.fault_weights, deployment.fault_gap)
    assert any(isinstance(fault, LinesSilenced) for fault in faults)
    set_back = any(isinstance(fault, ClockSetBack) for fault in faults)
    assert set_back == (deployment is Single)


@ALL
def test_the_store_has_time_to_be_whole_again(deployment: type[Deployment]) -> None:
    store = [
        fault.at
        for fault in schedule(1, 600, deployment.fault_weights, deployment.fault_gap)
        if fault.kind.startswith(("store", "replica", "sentinel", "failover"))
    ]
    assert min(b - a for a, b in itertools.pairwise(store)) >= deployment.fault_gap - 0.001
