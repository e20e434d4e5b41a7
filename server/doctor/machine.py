"""The machine: descriptors, cores, disk, the data folder, and the build of Python."""

from __future__ import annotations

import os
import resource
import shutil
import stat
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from server.doctor.finding import Finding, advice, ok, problem, warning
from server.settings import Settings
from server.transport.descriptors import MOST, RESERVE

MEGABYTE = 1_000_000
FEW_DESCRIPTORS = 10_000
LITTLE_DISK, NO_DISK = 2_000 * MEGABYTE, 200 * MEGABYTE


def check_machine(settings: Settings) -> Iterator[Finding]:
    """Look at this machine, with the limits of this process: run it as the service's user."""
    yield _descriptors(settings)
    yield _cores(settings)
    yield _data_folder(settings.data.resolve())
    yield _disk(settings.data.resolve())
    if "--enable-optimizations" not in (sysconfig.get_config_var("CONFIG_ARGS") or ""):
        yield warning(
            "python",
            "this Python was built without optimizations, so a worker takes a third more CPU",
            "use your distribution's; in a checkout: make clean run PYTHON=/usr/bin/python3",
        )


def _descriptors(settings: Settings) -> Finding:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    limit = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    room = limit - RESERVE
    said = (
        f"a worker may open {limit:,} files, so it takes about {room:,} connections and not "
        f"JIELONG_MAX_CONNECTIONS={settings.max_connections:,}"
    )
    cure = (
        "raise the hard limit (`ulimit -Hn`, LimitNOFILE= in systemd, `ulimits` in Compose), or "
        "lower the setting, so that clients are told `busy`"
    )
    if room < min(FEW_DESCRIPTORS, settings.max_connections):
        return warning("descriptors", said, cure)
    if room < settings.max_connections:
        return advice("descriptors", said, cure)
    return ok("descriptors", f"a worker may open {limit:,} files")


def _cores(settings: Settings) -> Finding:
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        cores = len(os.sched_getaffinity(0))
    if settings.workers > cores:
        return warning(
            "workers",
            f"{settings.workers} workers share {cores} cores, so they wait for each other",
            f"set JIELONG_WORKERS to {max(1, cores - 1)}: Redis needs a core, too",
        )
    return ok("workers", f"{settings.workers} on {cores} cores")


def _data_folder(data: Path) -> Finding:
    if not data.exists():
        parent = next(each for each in data.parents if each.exists())
        if os.access(parent, os.W_OK):
            return ok("data folder", f"{data} will be made at the first start")
        return problem(
            "data folder",
            f"{data} is not there, and this user may not make it",
            f"make it: install -d -m 700 -o {_user()} {data}",
        )
    if not data.is_dir() or not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return problem(
            "data folder",
            f"this user cannot write to {data}",
            f"give it to the service's user: chown -R {_user()} {data}",
        )
    if data.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return warning(
            "data folder",
            f"others on this machine may read {data}, where works and keys are",
            f"chmod 700 {data}",
        )
    return ok("data folder", f"{data} can be written, and read by nobody else")


def _disk(data: Path) -> Finding:
    place = next(each for each in (data, *data.parents) if each.exists())
    free = shutil.disk_usage(place).free
    said = f"{free // MEGABYTE:,} MB are free at {place}"
    cure = "make room, or set JIELONG_DATA to a larger disk"
    if free < NO_DISK:
        return problem("disk", said, cure)
    return warning("disk", said, cure) if free < LITTLE_DISK else ok("disk", said)


def _user() -> str:
    return str(os.geteuid())
