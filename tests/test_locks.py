"""The locks that `make run` and `make test` install from: whole, with hashes, and not outdated."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.service import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = ("run", "develop", "fuzz", "tools")


def wanted(*extras: str) -> list[Requirement]:
    """What the project asks for, with these extras."""
    lists = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][name] for name in extras)]
    asked = [Requirement(line) for lines in lists for line in lines]
    return [each for each in asked if each.name != PROJECT["name"]]


def pins(path: str) -> dict[str, str]:
    """The versions of a lock, or of the constraints, by name."""
    lines = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\n]+)", (ROOT / path).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in lines}


@pytest.mark.parametrize(
    ("lock", "extras"), [("run", ()), ("develop", ("dev", "postgresql", "client"))]
)
def test_a_lock_has_a_version_for_everything_that_is_asked_for(
    lock: str, extras: tuple[str, ...]
) -> None:
    pinned = pins(f"requirements/{lock}.txt")
    unmet = [
        str(each)
        for each in wanted(*extras)
        if not each.specifier.contains(pinned.get(canonicalize_name(each.name), "0"))
    ]
    assert unmet == [], "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_has_hashes_and_the_version_of_the_constraints(lock: str) -> None:
    path = f"requirements/{lock}.txt"
    known, pinned = pins("constraints.txt"), pins(path)
    assert {name: known.get(name) for name in pinned} == pinned, "run `make lock`"
    entries = re.split(r"\n(?=\S)", (ROOT / path).read_text().strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_vendored_scripts_are_those_that_are_audited() -> None:
    audited = (ROOT / "scripts/vendor/package.json").read_text()
    for path in ("static/vendor/README.md", "tests/browser/vendor/README.md"):
        for row in (ROOT / path).read_text().splitlines():
            if found := re.match(r"\| `(.+)/` \|.*\| (\d[\d.]*) \|", row):
                assert f'"{found[1]}": "{found[2]}"' in audited
