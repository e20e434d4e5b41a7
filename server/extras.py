"""How to install an extra that is missing, in a checkout or where a wheel is installed."""

from __future__ import annotations

import re
import shlex
import sys
from importlib.metadata import requires
from pathlib import Path

_CHECKOUT = Path(__file__).parents[1]
_VERSIONS = "constraints.txt"


def install(extra: str) -> str:
    """The command that installs it, between backticks; a checkout says which versions."""
    if (_CHECKOUT / _VERSIONS).exists():
        return f"`.venv/bin/pip install -c {_VERSIONS} -e '.[{extra}]'`"
    found = (re.fullmatch(rf"(.*?)\s*; extra == '{extra}'", it) for it in requires("jielong") or ())
    packages = [it[1] for it in found if it]
    return f"`{shlex.join([sys.executable, '-m', 'pip', 'install', *packages])}`"
