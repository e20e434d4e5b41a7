"""Test vectors: every message of the protocol in both encodings, made from the server's types.

`python -m tests.vectors` writes them; README.md says what they mean. Tests of every client read
them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

Vector = dict[str, Any]
"""One vector; README.md has its keys."""


def load(name: str) -> list[Vector]:
    """The vectors of one file, by its name without `.json`."""
    vectors: list[Vector] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return vectors
