"""Solves proofs of work: ALTCHA challenges of format 2 with PBKDF2.

A challenge names a nonce, a salt and the beginning of a key. The solution is the counter behind the
nonce from which PBKDF2 derives a key that begins so; it can only be found by trying.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import threading
from collections.abc import Mapping
from typing import Any

from .deadline import Deadline, within
from .exceptions import Malformed

_HASHES = {
    "PBKDF2/SHA-256": "sha256",
    "PBKDF2/SHA-384": "sha384",
    "PBKDF2/SHA-512": "sha512",
}

MAX_COST = 1_000_000
"""Iterations of one attempt; no server may ask for more."""


async def solve(altcha: Mapping[str, Any], deadline: Deadline) -> str:
    """The `proof` for a challenge, found in a thread of its own.

    Raises:
        TimedOut: it was not found in time.
        Malformed: it is no challenge that can be solved.
    """
    given_up = threading.Event()
    try:
        async with within(deadline.left(), "solution of the proof of work"):
            return await asyncio.to_thread(find, altcha, given_up)
    finally:
        given_up.set()


def find(altcha: Mapping[str, Any], given_up: threading.Event) -> str:
    """The `proof` for a challenge; "" when it is given up before.

    Raises:
        Malformed: it is no challenge that can be solved.
    """
    try:
        parameters = altcha["parameters"]
        name = _HASHES[parameters["algorithm"]]
        nonce, salt = bytes.fromhex(parameters["nonce"]), bytes.fromhex(parameters["salt"])
        cost, size = int(parameters["cost"]), int(parameters["keyLength"])
        beginning = bytes.fromhex(parameters["keyPrefix"])
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed(f"a challenge that cannot be solved: {error!r}") from error
    if not (0 < cost <= MAX_COST and 0 < len(beginning) <= size <= 64):
        raise Malformed("a challenge that cannot be solved: its cost or key is out of range")
    for counter in range(1 << 32):
        key = hashlib.pbkdf2_hmac(name, nonce + counter.to_bytes(4), salt, cost, size)
        if key.startswith(beginning):
            solution = {"counter": counter, "derivedKey": key.hex()}
            payload = {"challenge": dict(altcha), "solution": solution}
            return base64.b64encode(json.dumps(payload).encode()).decode()
        if given_up.is_set():
            break
    return ""
