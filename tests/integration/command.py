"""The `jielong` command, as an operator runs it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.forked import run_to_the_end
from tests.service import ROOT, free_port

SECONDS = 60.0


def jielong(*words: object) -> subprocess.CompletedProcess[str]:
    """Run it with these words to its end."""
    return run_to_the_end([*map(str, words)], os.environ, ROOT, SECONDS)


def environment(data: Path, **settings: object) -> dict[str, str]:
    """The environment of a service with these settings on a free port."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith("JIELONG_")}
    settings = {"port": free_port(), "data": data, "guard": "off"} | settings
    return bare | {f"JIELONG_{name.upper()}": str(value) for name, value in settings.items()}
