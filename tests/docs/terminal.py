"""A reader of the documentation, who types its commands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.docs.blocks import commands_of
from tests.docs.not_run import reason_not_to_run
from tests.forked import run_to_the_end
from tests.service import Service

SECONDS = 60.0
_JIELONG = re.compile(r"(?:\.venv/bin/)?jielong (.*?)(?: > (\S+))?")


class Terminal:
    """One in a folder that has what a checkout has: the environment, and the data of a service.

    Attributes:
        folder: the folder; files that commands read or write are in it.
        environment: the environment variables of the commands.
    """

    def __init__(self, folder: Path, service: Service) -> None:
        self.folder = folder
        self._service = service
        (folder / ".venv").symlink_to(sys.prefix)
        (folder / "data").symlink_to(service.data)
        (folder / ".curlrc").write_text("fail\nsilent\nshow-error\n")
        bare = {k: v for k, v in os.environ.items() if not k.startswith("JIELONG_")}
        path = f"{sys.prefix}/bin{os.pathsep}{bare['PATH']}"
        self.environment = bare | {"PATH": path, "CURL_HOME": str(folder)}

    def type(self, code: str, filled_in: Mapping[str, str] | None = None) -> str:
        """Type the commands of a block, each of which has to succeed; what they print.

        `filled_in` has what stands in the place of what readers put their own for.
        """
        for word, own in (filled_in or {}).items():
            assert word in code, f"{word} is not in the page"
            code = code.replace(word, own)
        code = code.replace("127.0.0.1:8000", f"127.0.0.1:{self._service.port}")
        return "".join(self.run(it) for it in commands_of(code) if reason_not_to_run(it) is None)

    def run(self, command: str, *, status: int = 0, given: str = "") -> str:
        """Run a command with `given` on its standard input; what it prints."""
        if found := _JIELONG.fullmatch(command):
            # To fork it costs a tenth of starting it.
            words, file = shlex.split(found[1]), found[2]
            done = run_to_the_end(words, self.environment, self.folder, SECONDS, given)
            if file:
                (self.folder / file).write_text(done.stdout, encoding="utf-8")
        else:
            done = subprocess.run(
                ["sh", "-euc", command],
                cwd=self.folder,
                env=self.environment,
                input=given,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        said = done.stdout + done.stderr
        assert done.returncode == status, f"{command}: {said}"
        return said
