"""The commands in the documentation that no test of a machine can type as they stand, and why.

`test_commands.py` still checks what it can of each: its options, targets, files, extras, settings.
"""

from __future__ import annotations

import re

NOT_RUN = {
    r"python3 -m venv /|\S*pip install": "pip needs the network; "
    "tests/docs/test_start.py installs wheels",
    r"install -|systemctl": "needs root and systemd; tests/deploy/test_systemd.py checks the files",
    r"docker|cd deploy/compose|cp env\.example|mkdir tls": "needs a container engine; "
    "tests/deploy/test_container.py walks through the build, test_compose.py checks the file",
    r"kubectl": "needs a cluster; tests/deploy/test_kubernetes.py checks the files",
    r"make test": "it runs this test",
    r"make (?!run|test)": "changes the checkout or needs the network; its target is looked up",
    r"npm install": "tests/client/test_npm.py installs the packed package",
    r"client/miniprogram/copy-core": "changes the checkout; "
    "tests/client/test_miniprogram_files.py checks what it copies",
    r"python -m bench\.": "measures for minutes or hours; its module and options are looked up",
    r"\S*jielong rehearse": "tests/integration/test_rehearse.py holds a shorter one",
}
"""Why a command that begins so is not run."""


def reason_not_to_run(command: str) -> str | None:
    """Why a command is not run; None if it is."""
    return next((why for begin, why in NOT_RUN.items() if re.match(begin, command)), None)
