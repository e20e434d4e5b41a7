"""A fleet simulated from measured costs: held against a real run, then made larger.

`python -m bench.simulate [--results FOLDER] [--against FILE]`

Costs come from the newest results of `joiners`, `match`, `idle`, `ink` and `visits`. One slice (a
master of Valkey and its workers) is simulated event by event, at the size of a real run and at
growing load, without visits; fleets for 1 M to 100 M connected are reckoned from the same costs
(`bench/fleet/planning.py`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bench import figures, results
from bench.fleet import costs as costing
from bench.fleet.costs import Costs
from bench.fleet.planning import Assumptions, Fleet, commit_seconds, plan
from bench.fleet.slice_simulation import LATENCIES, Layout, Slice

SEED = 20_080_512
NETWORK_SECONDS = 0.020
STORE_SECONDS = 0.000_25
"""One way: from a phone to the data centre, and between two machines in it."""

LOOPBACK_SECONDS = 0.000_03
LOADS = (0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
CONNECTED = (1e6, 3e6, 10e6, 30e6, 100e6)


def simulate_run(costs: Costs, real: Any, seconds: float, seed: int) -> dict[str, Any]:
    """The same run as `real`, simulated; and how far off each figure is."""
    given = real["arguments"]
    layout = Layout(
        workers=given["workers"],
        cores=real["machine"]["cores"],
        clients=given["processes"],
        network=LOOPBACK_SECONDS,
        to_store=LOOPBACK_SECONDS,
        writing=given["writing"],
    )
    rate = given["rate"]
    warm_up = max(2.0, 4 * given["writing"])
    found = Slice(costs, layout, rate, seed).run(warm_up, seconds).summary()
    steady = [s for s in real["timeline"] if s["at"] > warm_up and s["arrived"] > rate / 2]
    measured = {
        part: float(np.mean([s["cpu"].get(part, 0.0) for s in steady])) if steady else 0.0
        for part in ("worker", "valkey", "load")
    }
    rows = [_row(f"{part}, cores", measured[part], found["cores"][part]) for part in measured]
    for name in LATENCIES:
        for rank in ("p50", "p99"):
            values = real["latencies_ms"][name][rank], found["latencies_ms"][name][rank]
            rows.append(_row(f"{name} {rank}, ms", *values))
    return {"layout": layout, "rate": rate, "rows": rows}


def _row(what: str, measured: float, simulated: float) -> dict[str, Any]:
    error = float(simulated / measured - 1) if measured else 0.0
    return {"what": what, "measured": measured, "simulated": simulated, "error": error}


def load_curve(costs: Costs, workers: int, seconds: float, seed: int) -> list[dict[str, Any]]:
    """One slice at growing load, simulated, beside the formula: its master is loaded as its workers
    are, each process on a core of its own.
    """
    layout = Layout(workers, None, 0, NETWORK_SECONDS, STORE_SECONDS, 1.0)
    capacity = min(workers / costs.worker, 1 / costs.store)
    curve = []
    for load in LOADS:
        rate = capacity * load
        found = Slice(costs, layout, rate, seed).run(4.0, seconds).summary()
        base = 2 * (NETWORK_SECONDS + STORE_SECONDS)
        curve.append(
            {
                "load": load,
                "rate": rate,
                "cores": found["cores"],
                "seated_ms": found["latencies_ms"]["seated"],
                "committed_ms": found["latencies_ms"]["committed"],
                "formula_committed_ms": (commit_seconds(costs, load) + base) * 1_000,
            }
        )
    return curve


def lines(found: dict[str, Any]) -> Iterator[str]:
    """What is printed."""
    real = found["validation"]
    if real is not None:
        yield f"beside the run {real['file']}:   measured   simulated   error"
        for row in real["rows"]:
            yield (
                f"  {row['what']:<24} {row['measured']:10.2f} {row['simulated']:11.2f}"
                f" {row['error'] * 100:+7.0f} %"
            )
    yield "one slice:  load   joiners/s   seated p50 / p99   committed p50 / p99   mean   formula"
    for at in found["curve"]:
        seated, committed = at["seated_ms"], at["committed_ms"]
        yield (
            f"            {at['load']:4.2f} {at['rate']:11,.0f} {seated['p50']:9.1f} /"
            f" {seated['p99']:.1f} {committed['p50']:12.1f} / {committed['p99']:.1f}"
            f" {committed['mean']:12.1f} {at['formula_committed_ms']:9.1f}"
        )
    yield from fleet_lines(found["fleets"])


def fleet_lines(fleets: list[dict[str, Any]]) -> Iterator[str]:
    """The table of docs/capacity.md."""
    yield (
        "connected   deployments   arrivals/s   workers   masters   clocks, of a master"
        "   GB workers / Valkey   GB/s sent   works/s   machines   price/h"
    )
    for one in fleets:
        yield (
            f"{one['connected'] / 1e6:7.0f} M {one['deployments']:13} {one['arrivals']:12,.0f}"
            f" {one['workers']:9,.0f}"
            f" {one['masters']:9,.0f} {one['clock_share'] * 100:19,.0f} %"
            f" {one['worker_memory'] / 1e9:10,.0f} / {one['store_memory'] / 1e9:,.0f}"
            f" {one['sent'] / 1e9:10,.1f} {one['works']:10,.0f}"
            f" {one['machines']:10,.0f} {one['price']:9,.0f}"
        )


def plot_curve(curve: list[dict[str, Any]], path: Path) -> Path:
    """Latency against load."""
    loads = [at["load"] for at in curve]

    def latencies(axis: Any, name: str) -> None:
        for rank in ("p50", "p99"):
            axis.plot(loads, [at[f"{name}_ms"][rank] for at in curve], label=f"{name} {rank}")
        axis.set_ylabel("ms")

    def seated(axis: Any) -> None:
        latencies(axis, "seated")

    def committed(axis: Any) -> None:
        latencies(axis, "committed")
        formula = [at["formula_committed_ms"] for at in curve]
        axis.plot(loads, formula, "k--", label="committed, formula for the mean")

    return figures.save(
        path, "One slice at growing load, simulated", (seated, committed), "load of a core"
    )


def plot_fleets(costs: Costs, given: Assumptions, path: Path) -> Path:
    """What grows how with the participants connected."""
    connected = np.logspace(5, 8, 40)
    alone = replace(given, largest=float("inf"))
    fleets: list[Fleet] = [plan(costs, alone, float(count)) for count in connected]

    def processes(axis: Any) -> None:
        axis.loglog(connected, [fleet.workers for fleet in fleets], label="workers")
        axis.loglog(connected, [fleet.masters for fleet in fleets], label="masters")
        axis.set_ylabel("cores")

    def clocks(axis: Any) -> None:
        shares = [fleet.clock_share for fleet in fleets]
        axis.loglog(connected, shares, label="clocks' share of each master")
        axis.axhline(1.0, color="k", linestyle="--", label="all of it")

    def memory(axis: Any) -> None:
        axis.loglog(connected, [fleet.worker_memory / 1e9 for fleet in fleets], label="workers, GB")
        axis.loglog(connected, [fleet.store_memory / 1e9 for fleet in fleets], label="Valkey, GB")

    def works(axis: Any) -> None:
        axis.loglog(connected, [fleet.works for fleet in fleets], label="works a second into SQL")

    panels = (processes, clocks, memory, works)
    return figures.save(path, "One deployment by participants connected", panels, "connected")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.simulate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    plain = Assumptions()
    add("--results", type=Path, default=results.FOLDER)
    add("--joiners", type=Path, help="the joiners' results to take costs from; else the newest")
    add("--against", type=Path, help="the real run to be held against; else the same")
    add("--workers", type=int, default=0, help="of a slice; 0: as many as keep its master busy")
    add("--seconds", type=float, default=3.0, help="simulated for each figure")
    add("--stay", type=float, default=plain.stay)
    add("--frames", type=float, default=plain.frames)
    add("--new", type=float, default=plain.new, help="share of participants on a first visit")
    add("--load", type=float, default=plain.load)
    add("--price", type=float, default=plain.price)
    add("--largest", type=float, default=plain.largest, help="connected to one deployment")
    return parser.parse_args()


def simulate(given: argparse.Namespace) -> dict[str, Any]:
    """The result, without the command line that it is written with."""
    path = given.joiners or costing.latest(given.results, "joiners")[0]
    joiners = msgspec.json.decode(path.read_bytes())
    others = [costing.latest(given.results, it)[1] for it in ("match", "idle", "ink", "visits")]
    costs = costing.read(joiners, *others)
    against = given.against or path
    validation = simulate_run(costs, msgspec.json.decode(against.read_bytes()), given.seconds, SEED)
    validation["file"] = against.name
    workers = given.workers or max(1, round(costs.worker / costs.store))
    assumed = Assumptions(
        stay=given.stay,
        frames=given.frames,
        new=given.new,
        load=given.load,
        price=given.price,
        largest=given.largest,
    )
    return {
        "costs": costs,
        "assumed": assumed,
        "slice_workers": workers,
        "validation": validation,
        "curve": load_curve(costs, workers, given.seconds, SEED),
        "fleets": [plan(costs, assumed, connected).as_dict() for connected in CONNECTED],
    }


def main() -> None:
    """See the module."""
    given = arguments()
    found = simulate(given)
    print("\n".join(lines(found)))
    told = {
        name: value.name if isinstance(value, Path) else value
        for name, value in vars(given).items()
    }
    target = results.write("simulate", {"arguments": told, **found})
    print(target)
    print(plot_curve(found["curve"], target.with_name(target.stem + "-load")))
    fleet = target.with_name(target.stem + "-fleet")
    print(plot_fleets(found["costs"], found["assumed"], fleet))


if __name__ == "__main__":
    main()
