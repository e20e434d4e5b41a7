"""No id is given twice, not even by a process that is forked."""

from __future__ import annotations

import subprocess
import sys

from server.session.random_ids import MADE_AT_ONCE, new_id

FORKED = r"""
import os
from server.session.random_ids import new_id
new_id()
child = os.fork()
os.write(1, f"{new_id()}\n".encode())  # whole, beside the other
if child:
    os.waitpid(child, 0)
"""


def test_ids_differ() -> None:
    made = 3 * MADE_AT_ONCE + 1
    assert len({new_id() for _ in range(made)}) == made


def test_a_forked_process_gives_other_ids_than_its_parent() -> None:
    told = subprocess.run(
        [sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60, check=True
    )
    ids = told.stdout.split()
    assert len(ids) == 2
    assert ids[0] != ids[1]
