"""The service under attack, with the guard and the check of ink on, as they are by default.

    python -m bench.attack crowds --farm 40 --school 300 --seconds 120
    python -m bench.attack hour
    python -m bench.attack siege --clients 1000 --seconds 60

`crowds`: a farm of scribblers, a farm that writes what is asked, a school, and farm and school at
once, each on a fresh service. `hour`: the same rules for an hour, simulated by a settable clock.
`siege`: honest clients before and while others attack in ten ways.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from bench import results
from bench.attack import crowds, hour, plots, siege
from bench.attack.hostile import ATTACKS
from bench.attack.hostile_clients import HostileClients
from bench.attack.solvers import SECRET
from bench.campaign import short_phrase
from bench.processes import bare_picows, service


async def measure_crowds(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Every scenario on a service of its own."""
    scenarios = {
        "farm": lambda: {"farm": crowds.farm(given.farm)},
        "writing farm": lambda: {"farm": crowds.forgers(given.farm)},
        "school": lambda: {"school": crowds.school(given.school, given.pause)},
        "farm and school": lambda: {
            "farm": crowds.farm(given.farm),
            "school": crowds.school(given.school, given.pause),
        },
    }
    found = {}
    for name, make in scenarios.items():
        if given.only and name not in given.only:
            continue
        with service(folder / name, guard="on", check="on", secret=SECRET) as program:
            found[name] = await crowds.together(program, make(), given.seconds)
        print(name, found[name], flush=True)
    return found


async def measure_siege(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """One service, in quiet and under attack."""
    hostile = round(given.clients * given.hostile)
    honest = given.clients - hostile
    with (
        service(folder / "service", guard="on", check="on", secret=SECRET) as program,
        bare_picows(folder / "bare", "relay") as bare,
    ):
        attack = HostileClients(program.port, short_phrase(program.http), hostile, given.attacks)
        found = await siege.measure(program, bare, honest, given.seconds, attack)
    found = {"honest": honest, "hostile": hostile, **found}
    print(found, flush=True)
    return {"siege": found}


def earlier(name: str) -> dict[str, Any]:
    """The scenarios that were measured today: each may be measured alone (`--only`)."""
    path = results.path_of(name)
    if not path.exists():
        return {}
    found: dict[str, Any] = msgspec.json.decode(path.read_bytes())["scenarios"]
    return found


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.attack",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="what", required=True)
    of_crowds = commands.add_parser("crowds")
    of_crowds.add_argument("--farm", type=int, default=40, help="members of the farm")
    of_crowds.add_argument("--school", type=int, default=300, help="pupils")
    of_crowds.add_argument("--seconds", type=float, default=120, help="of each scenario")
    of_crowds.add_argument("--pause", type=float, default=120, help="of a pupil after a relay")
    of_crowds.add_argument("--only", nargs="*", help="names of scenarios")
    commands.add_parser("hour")
    of_siege = commands.add_parser("siege")
    of_siege.add_argument("--clients", type=int, default=1_000)
    of_siege.add_argument("--hostile", type=float, default=0.3, help="share of them")
    of_siege.add_argument("--seconds", type=float, default=60, help="in quiet, and under attack")
    of_siege.add_argument("--attacks", nargs="*", choices=ATTACKS, default=list(ATTACKS))
    given = parser.parse_args()
    if given.what == "hour":
        found = hour.hours()
        for name, figures in found.items():
            print(name, {key: it for key, it in figures.items() if key != "by_minute"})
    else:
        with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
            measure = measure_siege if given.what == "siege" else measure_crowds
            found = uvloop.run(measure(given, Path(folder)))
    name = f"attack-{given.what}"
    found = earlier(name) | found
    path = results.write(name, {"arguments": vars(given), "scenarios": found})
    print(path, plots.DRAW[given.what](path, found))


if __name__ == "__main__":
    main()
