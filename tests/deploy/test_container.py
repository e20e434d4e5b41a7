"""deploy/container: the recipe of the image, as far as it can be followed without an engine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.deploy.programs import DEPLOY, check
from tests.installed import build_wheel, install
from tests.service import ROOT, start_service

RECIPE = DEPLOY / "container" / "Dockerfile"
COPY = re.compile(r"^COPY (?!--from)(.+) (\S+)$", re.MULTILINE)


def copied() -> list[tuple[Path, Path]]:
    """What goes into the build, and where it lies there."""
    found = []
    for sources, target in COPY.findall(RECIPE.read_text()):
        for source in sources.split():
            name = source if target == "./" else target
            found.append((Path(source), Path(name)))
    return found


def test_hadolint_finds_no_fault() -> None:
    assert check("hadolint", RECIPE) == ""


def test_the_context_has_what_is_copied_and_nothing_else() -> None:
    lines = (RECIPE.parent / "Dockerfile.dockerignore").read_text().split()
    assert {line[1:] for line in lines if line.startswith("!")} == {
        str(source) for source, _ in copied()
    }


def test_what_is_copied_is_enough_for_an_image_that_serves(tmp_path: Path) -> None:
    context = tmp_path / "src"
    context.mkdir()
    for source, target in copied():
        if (ROOT / source).is_dir():
            ignore = shutil.ignore_patterns("node_modules", "__pycache__")
            shutil.copytree(ROOT / source, context / target, ignore=ignore)
        else:
            shutil.copy(ROOT / source, context / target)
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    python = install(tmp_path / "installed", build_wheel(context, wheels))
    command = [python.parent / "jielong", "serve"]
    service = start_service(tmp_path / "data", command=command, cwd=tmp_path)
    assert service.stop() == 0
