"""What a visit costs, and what those inside notice of visits.

`python -m bench.visits [--runs 3] [--pairs 500] [--rates 75,150,300]`

A visitor asks for what Chromium asks for (`bench/browser_visit.py`), over the connections that
Chromium opens. CPU is the kernel's count for the service's processes, less what they use without
visits; Debian's nginx serves the same bytes from disk in the same run, once as Debian ships it,
and once tuned for files. Every run starts all of them anew: from start to start the same code takes
a quarter more or less. Then pairs write to each other, and every frame's way is timed while
visitors come to the same worker.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request as UrlRequest
from urllib.request import urlopen

import msgspec
import uvloop

from bench import figures, results
from bench.browser_visit import BrowserVisit, watch
from bench.figures import Bars
from bench.load.http import CONNECTIONS, Request, for_host, on_one_connection, spread
from bench.nginx import Tuning, nginx
from bench.processes import Program, service
from bench.visit_load import idle_share, measure
from bench.visitors_inside import relayed_beside_visits
from tests.finish_work import finish_work
from tests.service import Service

ONE, BROWSER, SIX = "first visit, one connection", "first visit", "first visit, six connections"
BACK = "return"
WHOLE, BACK_WHOLE, WORK = "first visit, whole", "return, whole", "page of a work"
SERVICE, NGINX, TUNED = "service", "nginx", "tuned nginx"
GOALS_US = {ONE: 700.0, BROWSER: 900.0, SIX: 900.0, BACK: 250.0}
_ETAG = re.compile(rb"\r\nIf-None-Match: [^\r]+", re.IGNORECASE)


def kinds_of(visit: BrowserVisit) -> dict[str, list[Request]]:
    """Every kind of visit that is measured."""
    return {
        ONE: on_one_connection(visit.first),
        BROWSER: visit.first,
        SIX: spread(visit.first, CONNECTIONS),
        WHOLE: visit.whole,
        BACK: visit.back,
        BACK_WHOLE: [*visit.back, *visit.back_later],
        WORK: visit.work,
    }


def addressed(requests: Sequence[Request], target: Program) -> list[Request]:
    """The same requests to this target; conditional ones name its own version of the file."""
    changed = []
    for request in for_host(requests, f"127.0.0.1:{target.port}"):
        head = request.head
        if _ETAG.search(head):
            encodings = re.search(rb"\r\nAccept-Encoding: ([^\r]+)", head, re.IGNORECASE)
            wanted = {"accept-encoding": encodings[1].decode()} if encodings else {}
            asked = UrlRequest(target.http + request.path, headers=wanted)
            with urlopen(asked, timeout=10) as answer:
                tag = b"\r\nIf-None-Match: " + answer.headers["etag"].encode()
            head = _ETAG.sub(tag, head)
        changed.append(msgspec.structs.replace(request, head=head))
    return changed


Runs = dict[str, dict[str, list[dict[str, float]]]]
"""What was measured of each kind of visit to each target, run after run."""


def visit_all(given: Any, seen: BrowserVisit, targets: dict[str, Program], runs: Runs) -> None:
    """Every kind of visit to every target, in turns; adds one run to `runs`."""
    idle = {name: idle_share(target) for name, target in targets.items()}
    for kind, requests in kinds_of(seen).items():
        for name, target in targets.items():
            if kind == WORK and name != SERVICE:
                continue  # it is made for each work
            made = measure(target, [addressed(requests, target)], given.visits, given.rate)
            cpu = made["used"] - idle[name] * made["seconds"]
            made["us_per_visit"] = cpu * 1e6 / made["visits"]
            runs.setdefault(kind, {}).setdefault(name, []).append(made)


def summarize(seen: BrowserVisit, runs: Runs) -> dict[str, Any]:
    """The medians of all runs, and what the service takes beside nginx in the same run."""
    kinds = kinds_of(seen)
    return {
        kind: {
            "requests": len(kinds[kind]),
            "connections": len({request.connection for request in kinds[kind]}),
            "goal_us": GOALS_US.get(kind),
            "times_nginx": _beside(by_target[SERVICE], by_target.get(NGINX, [])),
            "targets": {name: _medians(found) for name, found in by_target.items()},
        }
        for kind, by_target in runs.items()
    }


def _beside(ours: list[dict[str, float]], floor: list[dict[str, float]]) -> dict[str, Any] | None:
    if not floor:
        return None
    pairs = zip(ours, floor, strict=True)
    ratios = [run["us_per_visit"] / of_floor["us_per_visit"] for run, of_floor in pairs]
    return {"median": median(ratios), "by_run": ratios}


def _medians(runs: list[dict[str, float]]) -> dict[str, Any]:
    return {key: median(run[key] for run in runs) for key in runs[0]} | {"runs": runs}


def lines(kinds: dict[str, Any], inside: list[dict[str, Any]]) -> Iterator[str]:
    """What is printed."""
    yield (
        "us of CPU a visit: service   goal  nginx  tuned  x nginx"
        "  requests  connections   bytes  p99 ms"
    )
    for kind, found in kinds.items():
        ours = found["targets"][SERVICE]
        goal = f"{found['goal_us']:.0f}" if found["goal_us"] else ""
        floors = (found["targets"].get(name) for name in (NGINX, TUNED))
        beside = [f"{floor['us_per_visit']:.0f}" if floor else "" for floor in floors]
        times = f"{found['times_nginx']['median']:.2f}" if found["times_nginx"] else ""
        yield (
            f"{ours['us_per_visit']:26.0f} {goal:>6} {beside[0]:>6} {beside[1]:>6} {times:>8}"
            f" {found['requests']:9}"
            f" {found['connections']:12} {ours['bytes']:7.0f} {ours['loaded_p99_ms']:7.1f}  {kind}"
        )
    yield "visits/s  frame p50   p99 ms   times quiet  worker's cores  visit p99 ms  turned away"
    for at in inside:
        yield (
            f"{at['rate']:8.0f} {at['p50']:10.2f} {at['p99']:8.2f} {at['times_quiet']:13.2f}"
            f" {at['worker_cores']:15.2f} {at['visit_p99_ms']:13.1f} {at['failed']:12}"
        )


def bars(kinds: dict[str, Any], inside: list[dict[str, Any]]) -> list[Bars]:
    """The plot."""
    cost = {
        f"{kind}, {name}": row["us_per_visit"]
        for kind, found in kinds.items()
        for name, row in found["targets"].items()
    }
    goals = {f"{kind}, {SERVICE}": goal for kind, goal in GOALS_US.items() if kind in kinds}
    ways = {f"{at['rate']:.0f} visits a second": at["p99"] for at in inside}
    quiet = inside[0]["p99"] if inside else 0.0
    panels = [
        Bars("us of CPU for a visit", cost, goals),
        Bars(
            "ms that 99 of 100 relayed frames are on their way, while visitors come to the worker",
            ways,
            dict.fromkeys(list(ways)[1:], 2 * quiet),
        ),
    ]
    return [panel for panel in panels if panel.values]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.visits", description=__doc__)
    add = parser.add_argument
    add("--runs", type=int, default=3, help="each with a service of its own")
    add("--visits", type=int, default=150, help="of each kind to each target in a run; 0: none")
    add("--rate", type=float, default=150, help="of these visits, a second")
    add("--pairs", type=int, default=500, help="that write while visitors come")
    add("--frames", type=float, default=25, help="of live ink that a pair writes in a second")
    add("--rates", default="75,150,300", help="of visits while pairs write")
    add("--seconds", type=float, default=3, help="of ink at each of these rates")
    add("--name", default="visits", help="of the results")
    return parser.parse_args()


@contextmanager
def started() -> Iterator[tuple[dict[str, Program], BrowserVisit]]:
    """The service, and nginx with the same files: as Debian ships it, and tuned."""
    with tempfile.TemporaryDirectory(prefix="jielong-") as name, ExitStack() as stack:
        folder = Path(name)
        ours = stack.enter_context(service(folder / "service", turn_seconds=3_600))
        seen = asyncio.run(_watch(Service(ours.process, ours.port, folder, ours.log)))
        served = [*seen.whole, *seen.back, *seen.back_later]
        tunings: dict[str, Tuning] = {NGINX: "debian", TUNED: "files"}
        floors = {
            name: stack.enter_context(nginx(folder / tuning, ours.http, served, tuning))
            for name, tuning in tunings.items()
        }
        yield {SERVICE: ours, **floors}, seen


def main() -> None:
    """See the module."""
    given = arguments()
    runs: Runs = {}
    starts = given.runs if given.visits else 1
    for number in range(starts):
        with started() as (targets, seen):
            if given.visits:
                visit_all(given, seen, targets, runs)
            if number < starts - 1:
                continue
            kinds, inside = summarize(seen, runs), uvloop.run(_inside(given, seen, targets))
    print("\n".join(lines(kinds, inside)))
    asked = {
        name: [request.path for request in getattr(seen, name)] for name in seen.__struct_fields__
    }
    found = {"arguments": vars(given), "asked": asked, "kinds": kinds, "inside": inside}
    path = results.write(given.name, found)
    print(path)
    print(figures.save_bars(path, "Visits, with what Chromium asks for", bars(kinds, inside)))


async def _inside(
    given: Any, seen: BrowserVisit, targets: dict[str, Program]
) -> list[dict[str, Any]]:
    ours, rates = targets[SERVICE], [float(rate) for rate in given.rates.split(",") if rate]
    visit = addressed(seen.first, ours)
    return await relayed_beside_visits(
        ours, visit, rates, given.pairs, given.frames, given.seconds, given.runs
    )


async def _watch(target: Service) -> BrowserVisit:
    return await watch(target.url, await finish_work(target))


if __name__ == "__main__":
    main()
