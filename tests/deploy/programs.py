"""The programs that check the files of deploy; scripts/test-needs gets those that are missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

from tests.service import ROOT

DEPLOY = ROOT / "deploy"
SECONDS = 60
PATHS = (
    sysconfig.get_path("scripts"),
    "/usr/local/bin",
    "/usr/bin",
    str(ROOT / "tests" / "tools" / "debian" / "usr" / "bin"),
)


def program(name: str) -> str:
    """Where a program is."""
    found = shutil.which(name, path=os.pathsep.join(PATHS))
    assert found, f"{name} is missing; run scripts/test-needs"
    return found


def check(name: str, *arguments: object, **environment: str) -> str:
    """What a program says of a file in which it finds no fault."""
    done = subprocess.run(
        [program(name), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        env=os.environ | environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def copy_changed(name: str, folder: Path, changes: dict[str, str]) -> Path:
    """A file of deploy in `folder`, with each text of `changes`, which must be there, replaced."""
    source = DEPLOY / name
    text = source.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, f"{name} has no {old!r}"
        text = text.replace(old, new)
    target = folder / source.name
    target.write_text(text, encoding="utf-8")
    return target
