"""The JavaScript core, and the mini-program's copy of it, pass the test vectors in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from tests.client.node import NODE
from tests.service import ROOT

CHECK = Path(__file__).parent / "vectors.mjs"
SECONDS = 30
CORE = ROOT / "client" / "js"


def failures(core: Path, encoding: str) -> list[str]:
    """The vectors that a core does not send and receive as they are."""
    found: list[str] = json.loads(
        subprocess.check_output([NODE, CHECK, core, encoding], text=True, timeout=SECONDS)
    )
    return found


def test_the_core_passes_every_vector_in_messagepack() -> None:
    assert failures(CORE, "msgpack") == []


def test_the_miniprogram_passes_every_vector_in_json(tmp_path: Path) -> None:
    source = ROOT / "client" / "miniprogram"
    copy = tmp_path / "client" / "miniprogram"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("jielong"))
    for name in ("client/js", "static/js", "static/vendor"):
        shutil.copytree(ROOT / name, tmp_path / name)
    subprocess.run([copy / "copy-core"], check=True, timeout=SECONDS)
    (copy / "package.json").write_text('{"type": "module"}')  # for Node alone
    assert failures(copy / "jielong" / "client" / "js", "json") == []


def test_a_core_with_another_codec_does_not_pass(tmp_path: Path) -> None:
    core = tmp_path / "js"
    shutil.copytree(CORE, core)
    codec = core / "wire" / "msgpack.js"
    codec.write_text(codec.read_text().replace("0xc3 : 0xc2", "0xc2 : 0xc3"))
    assert any("end=False" in name for name in failures(core, "msgpack"))
