"""The programs in the documentation, run as they stand against a service.

Those marked `python` and `sh` are run; `console` marks what is shown only, since it starts the
service itself, installs packages or needs the name of something.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.docs.stage import sources
from tests.service import Service

SECONDS = 60
BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ADDRESS = "127.0.0.1:8000"
FOUND = {
    (language, code): f"{target}:{number}"
    for source, target in reversed(sources().items())
    for number, (language, code) in enumerate(BLOCK.findall(source.read_text(encoding="utf-8")))
}
"""Where each program is; one that a page in another language repeats is run once."""

SNIPPETS = [pytest.param(*program, id=place) for program, place in FOUND.items()]


@pytest.mark.parametrize(("language", "code"), SNIPPETS)
def test_it_runs(language: str, code: str, shared: Service, tmp_path: Path) -> None:
    here = code.replace(ADDRESS, f"127.0.0.1:{shared.port}")
    command = {"python": [sys.executable, "-c", here], "sh": ["sh", "-euc", here]}[language]
    (tmp_path / "data").symlink_to(shared.data)
    # A program that is one participant needs another one.
    copies = 2 if here.count(".join(") == 1 else 1
    started = [
        subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(copies)
    ]
    for process in started:
        try:
            said, _ = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
        assert process.returncode == 0, said
