"""A sampling profiler. Python imports this module at its start when it is on the path.

Every 4 ms of CPU (SIGPROF; the kernel's tick sets the interval) it records the outermost function
of the project in the main thread's stack. Time of the kernel and of compiled libraries belongs to
the function that called them. SIGUSR2 clears the samples; they are written at the end.
"""

from __future__ import annotations

import atexit
import collections
import json
import os
import signal
from pathlib import Path
from types import FrameType

TICK_SECONDS = 0.001
FILE = "BENCH_SAMPLES"
STEM = "/server/"
START = ("cli/", "worker/worker.py", "__main__.py")
"""Modules that run the event loop: they are outermost in every stack."""

parts: collections.Counter[str] = collections.Counter()


def sample(signum: int, frame: FrameType | None) -> None:
    """Record one sample."""
    part = "the event loop, the kernel's share of it included"
    while frame is not None:
        code = frame.f_code
        _, found, module = code.co_filename.rpartition(STEM)
        if found and not module.startswith(START):
            part = f"{module.removesuffix('.py')}: {code.co_qualname}"
        elif "sqlalchemy" in code.co_filename or "aiosqlite" in code.co_filename:
            part = "archive/: SQL"
        frame = frame.f_back
    parts[part] += 1


def begin(signum: int, frame: FrameType | None) -> None:
    """Discard the samples of the start of the process."""
    parts.clear()


def write() -> None:
    """Write the samples."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    Path(f"{os.environ[FILE]}.{os.getpid()}").write_text(json.dumps(parts))


if FILE in os.environ:
    signal.signal(signal.SIGPROF, sample)
    signal.signal(signal.SIGUSR2, begin)
    signal.setitimer(signal.ITIMER_PROF, TICK_SECONDS, TICK_SECONDS)
    atexit.register(write)
