"""Earlier versions of the service, out of the repository's history."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.service import ROOT

LAST_RELEASE, LAST_COMMIT = "0.2.0", "ef37217c5d70921f98c284beb573cb4c27735bbb"
"""The newest version that was released, and its last commit."""

RECORDED = Path(__file__).parent / "recorded"
"""Data of earlier versions, a folder each; `record.py` makes them."""

SERVED = ("server", "static", "client/js")
"""What a running service reads of a checkout."""


def unpack(commit: str, folder: Path) -> None:
    """Put the service of a commit into `folder`.

    Raises:
        RuntimeError: the history does not have it; the message says how to get it.
    """
    done = subprocess.run(
        ["git", "archive", "--format=tar", commit, *SERVED],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{done.stderr.decode().strip()}; try: git fetch --unshallow")
    folder.mkdir(exist_ok=True)
    subprocess.run(["tar", "--extract", "--directory", folder], input=done.stdout, check=True)


def replace_by_this_one(folder: Path) -> None:
    """Install the service of this checkout over the one in `folder`, as an upgrade does."""
    for name in SERVED:
        shutil.rmtree(folder / name)
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
