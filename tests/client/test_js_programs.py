"""The JavaScript client in Node and in Deno: its example, and the programs of its README."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.blocks import blocks
from tests.service import ROOT, Service

PACKAGE = ROOT / "client" / "js"
SECONDS = 60
NODE = ("node", "--experimental-websocket")
"""Node 20 has WebSockets behind this flag, later ones without."""
PROGRAMS = blocks("js")
SAID = [r"waiting for a stranger, to write .+\n", r".+ \d+\n"]
"""What each of them prints."""

DENO_OPTIONS = ("run", "--quiet", "--no-prompt", "--no-remote", "--allow-net=127.0.0.1")


@pytest.fixture(params=["node", "deno"])
def runtime(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The command that runs a program in Node, or in Deno as npm installed it for this platform."""
    if request.param == "node":
        return NODE
    (deno,) = (ROOT / "tests" / "tools" / "node_modules" / "@deno").glob("*/deno")
    return (str(deno), *DENO_OPTIONS)


def test_two_programs_write_a_work(runtime: tuple[str, ...], shared: Service) -> None:
    command = [*runtime, PACKAGE / "examples" / "relay.js", shared.ws_url]
    two = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=SECONDS)[0] for process in two]
    works = [re.findall(r"work (\S+), your number is (\d+)\n", text) for text in said]
    assert [len(found) for found in works] == [1, 1], said
    (one, number), (other, another) = works[0][0], works[1][0]
    assert one == other
    assert abs(int(number) - int(another)) == 1


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_the_programs_of_the_readme_run(
    runtime: tuple[str, ...], number: int, shared: Service, tmp_path: Path
) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "jielong-client").symlink_to(PACKAGE)
    imports = {"imports": {"jielong-client": f"file://{PACKAGE}/index.js"}}
    (tmp_path / "deno.json").write_text(json.dumps(imports))
    (tmp_path / "program.mjs").write_text(PROGRAMS[number].code)
    command = [*runtime, tmp_path / "program.mjs", shared.ws_url]
    said = subprocess.check_output(command, text=True, timeout=SECONDS)
    assert re.fullmatch(SAID[number], said)
