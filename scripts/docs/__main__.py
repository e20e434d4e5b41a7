"""`python -m scripts.docs build` makes the site; `reference` makes its reference pages anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.docs import reference
from scripts.docs.reference.language import TextsError
from scripts.docs.stage import ROOT, BrokenLinkError, stage

STAGED = ROOT / "build" / "docs"


def build() -> int:
    """Make the site in build/site, without a broken link; the exit status."""
    try:
        stage(STAGED)
    except BrokenLinkError as error:
        sys.stderr.write(f"these links lead to nothing:\n{error}\n")
        return 1
    zensical = Path(sys.executable).parent / "zensical"
    command = [zensical, "build", "--strict", "--clean", "--config-file", ROOT / "mkdocs.yml"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def write_reference() -> int:
    """Make the reference pages anew, in every language; the exit status."""
    try:
        reference.write()
    except TextsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def main() -> int:
    """Do what the argument says."""
    if sys.argv[1:] == ["build"]:
        return build()
    if sys.argv[1:] == ["reference"]:
        return write_reference()
    sys.stderr.write("say build or reference\n")
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
