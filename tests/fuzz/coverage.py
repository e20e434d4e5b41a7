"""`python -m tests.fuzz.coverage TARGET FOLDER -runs=N -seed=N`: atheris on one target.

It looks for inputs that reach more of the code, keeps them in FOLDER, and stops at the first
failure with the input that led to it. The options are libFuzzer's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["server"]):
    from tests.fuzz.targets import TARGETS

from tests.fuzz.talk import WIRES
from tests.integration.protocol_client import pack

FIRST = (
    {"t": "hello", "token": "x", "locale": "zh"},
    {"t": "commit", "room": "r", "c": 0, "strokes": [[1, 1, 1, 1], [2, 2, 2, 2, -1, 1, 1, 0]]},
    {"t": "ink", "room": "r", "c": 0, "s": 0, "p": [1, 2, 3, 4], "end": True},
)
"""What it begins with."""


def main() -> None:
    """Fuzz the target that the first argument names."""
    name, folder, *options = sys.argv[1:]
    corpus = Path(folder)
    corpus.mkdir(parents=True, exist_ok=True)
    for number, message in enumerate(FIRST):
        for wire in WIRES:
            (corpus / f"first-{number}-{wire}").write_bytes(pack(message, wire))
    (corpus / "first-head").write_bytes(b"Range: bytes=0-5\r\nAccept-Encoding: gzip, br;q=0.5")
    atheris.Setup([sys.argv[0], folder, *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
