"""Finds the modules that a page's scripts import, so that a browser can load all at once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_IMPORT = re.compile(r'^(?:import\s+|(?:import|export)\b[^;]*?\bfrom\s+)"(\.[^"]+)"', re.MULTILINE)


@cache
def needed(entries: tuple[Path, ...]) -> list[Path]:
    """The scripts and everything that they import, directly or not: each once, in load order."""
    found: list[Path] = []
    for entry in entries:
        waiting = [entry]
        while waiting:
            module = waiting.pop(0)
            if module not in found:
                found.append(module)
                imports = _IMPORT.findall(module.read_text(encoding="utf-8"))
                waiting += [(module.parent / name).resolve() for name in imports]
    return found
