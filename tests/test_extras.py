"""What somebody is told to type when an extra is missing."""

from __future__ import annotations

import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from server import extras
from tests.service import ROOT

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]


@pytest.mark.parametrize("extra", ["parquet", "traces"])
def test_in_a_checkout_it_is_installed_with_its_locked_versions(extra: str) -> None:
    assert extras.install(extra) == f"`.venv/bin/pip install -c constraints.txt -e '.[{extra}]'`"


@pytest.mark.parametrize("extra", ["postgresql", "oidc", "traces", "parquet", "pictures"])
def test_where_there_is_a_wheel_its_packages_are_named(
    extra: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(extras, "_CHECKOUT", tmp_path)
    program, *words = shlex.split(extras.install(extra).strip("`"))
    assert (program, words[:3]) == (sys.executable, ["-m", "pip", "install"])
    assert sorted(words[3:]) == sorted(EXTRAS[extra])
