"""The service as its users install it: from a wheel, in an environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests.service import ROOT

BUILD_SECONDS = 120


def build_sdist(folder: Path) -> Path:
    """The source archive of this checkout, put into `folder`."""
    _run(ROOT, "-m", "hatchling", "build", "-t", "sdist", "-d", folder)
    return next(folder.glob("jielong-*.tar.gz"))


def unpack(archive: Path, folder: Path) -> Path:
    """The sources of an archive, unpacked below `folder`."""
    shutil.unpack_archive(archive, folder)
    return folder / archive.name.removesuffix(".tar.gz")


def build_wheel(source: Path, folder: Path, name: str = "jielong") -> Path:
    """The wheel of a checkout or of an unpacked archive, put into `folder`."""
    _run(source, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    return next(folder.glob(f"{name}-*.whl"))


def install(folder: Path, *wheels: Path) -> Path:
    """The `python` of a new environment in `folder` that holds the wheels and borrows the rest."""
    venv.create(folder)
    python = folder / "bin" / "python"
    options = ("--quiet", "--no-deps", "--no-index", "--no-compile")
    _run(folder, "-m", "pip", "--python", python, "install", *options, *wheels)
    borrow_dependencies(folder)
    return python


def borrow_dependencies(environment: Path) -> None:
    """Let an environment find the tests' own dependencies, but not their `server` and `jielong`.

    Python does not follow the `.pth` files of a folder that a `.pth` file names.
    """
    packages = next(environment.glob("lib/python*/site-packages"))
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))


def _run(cwd: Path, *arguments: object) -> None:
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
