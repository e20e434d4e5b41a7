"""The `jielong` command, as an operator runs it."""

from __future__ import annotations

import subprocess
import sys

from tests.service import ROOT

SECONDS = 60.0


def jielong(*words: object) -> subprocess.CompletedProcess[str]:
    """Run it with these words to its end."""
    return subprocess.run(
        [sys.executable, "-m", "server", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
