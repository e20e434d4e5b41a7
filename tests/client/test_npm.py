"""The npm package: its types, and its files."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from server import __version__
from tests.service import ROOT
from tests.vectors import load

TSC = ROOT / "tests" / "tools" / "node_modules" / ".bin" / "tsc"
CONSUMER = Path(__file__).parent / "consumer"
SECONDS = 60


def run(*command: object, cwd: Path = ROOT) -> str:
    """What a command writes; it must succeed and warn of nothing."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def consumer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program's folder that has the package installed."""
    folder = tmp_path_factory.mktemp("npm") / "consumer"
    shutil.copytree(CONSUMER, folder)
    run(ROOT / "scripts" / "npm-package", folder / "node_modules" / "jielong-client")
    return folder


@pytest.fixture(scope="module")
def package(consumer: Path) -> Path:
    """The package's own folder."""
    return consumer / "node_modules" / "jielong-client"


@pytest.mark.parametrize("project", ["client/js", "static/js"])
def test_the_types_of_all_modules_fit(project: str) -> None:
    run(TSC, "-p", project)


def test_a_program_in_typescript_compiles_and_its_mistakes_are_found(consumer: Path) -> None:
    run(TSC, "-p", consumer)


def test_the_declared_messages_are_those_of_the_server(consumer: Path) -> None:
    lines = ['import type { FromServer, ToServer } from "jielong-client/types";']
    for name, kind in (("to-client", "FromServer"), ("from-client", "ToServer")):
        lines += [
            f"({json.dumps(vector['json'])}) satisfies {kind};"
            for vector in load(name)
            if vector["valid"]
            and "colour" not in vector["json"]
            and None not in vector["json"].values()
        ]
    program = consumer / "vectors.ts"
    program.write_text("\n".join(lines))
    run(TSC, "-p", consumer)
    program.write_text(f"{lines[0]}\n({{ t: 'fanfare' }}) satisfies FromServer;")
    with pytest.raises(AssertionError, match="fanfare"):
        run(TSC, "-p", consumer)


def test_the_package_holds_modules_with_their_types_and_nothing_else(package: Path) -> None:
    [packed] = json.loads(run("npm", "pack", "--dry-run", "--json", "--silent", cwd=package))
    names = {file["path"] for file in packed["files"]}
    modules = {name for name in names if name.endswith(".js") and "examples/" not in name}
    assert {name.replace(".js", ".d.ts") for name in modules} <= names
    rest = {name for name in names if not re.search(r"\.(js|d\.ts)$", name)}
    assert rest == {"LICENSE", "README.md", "package.json", "examples/canvas.html"}
    assert {"index.js", "adapters/wx.js", "examples/relay.js"} <= names
    assert "](../" not in (package / "README.md").read_text(encoding="utf-8")


def test_the_package_has_the_version_of_the_service(package: Path) -> None:
    assert json.loads((package / "package.json").read_text())["version"] == __version__
