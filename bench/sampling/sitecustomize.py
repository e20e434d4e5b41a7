"""Python imports this first where it is on the path: it samples what the process does.

Every 4 ms of CPU the main thread's stack is taken (SIGPROF; the kernel's tick sets the pace) and
put down to the outermost function of the project in it. Work of the kernel and of compiled
libraries counts for whoever called them. Samples are kept from SIGUSR2 on and written at the end.
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

parts: collections.Counter[str] = collections.Counter()


def sample(signum: int, frame: FrameType | None) -> None:
    """Put one sample down."""
    part = "the event loop, the kernel's share of it included"
    while frame is not None:
        code = frame.f_code
        _, found, module = code.co_filename.rpartition(STEM)
        if found and module not in {"cli.py", "worker.py", "__main__.py"}:
            part = f"{module.removesuffix('.py')}: {code.co_qualname}"
        elif "sqlalchemy" in code.co_filename or "aiosqlite" in code.co_filename:
            part = "archive/: SQL"
        frame = frame.f_back
    parts[part] += 1


def begin(signum: int, frame: FrameType | None) -> None:
    """Forget the start of the process."""
    parts.clear()


def write() -> None:
    """Leave the samples behind."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    Path(f"{os.environ[FILE]}.{os.getpid()}").write_text(json.dumps(parts))


if FILE in os.environ:
    signal.signal(signal.SIGPROF, sample)
    signal.signal(signal.SIGUSR2, begin)
    signal.setitimer(signal.ITIMER_PROF, TICK_SECONDS, TICK_SECONDS)
    atexit.register(write)
