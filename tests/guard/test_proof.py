"""A proof is worth the work only for the participant who was asked for it, in time."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any

import pytest
from jielong.proof import find

from server.guard.proof import LIFETIME_SECONDS, Proofs

ANN, BOB = "ann", "bob"
A_LITTLE = 0.01
NEVER = threading.Event()


@pytest.fixture
def proofs() -> Proofs:
    return Proofs(b"secret")


def changed(proof: str, **parameters: Any) -> str:
    """The same proof with other parameters of its challenge."""
    payload = json.loads(base64.b64decode(proof))
    payload["challenge"]["parameters"] |= parameters
    return base64.b64encode(json.dumps(payload).encode()).decode()


def test_a_solved_challenge_is_valid_in_every_worker_and_has_one_id(proofs: Proofs) -> None:
    proof = find(proofs.challenge(ANN, A_LITTLE), NEVER)
    first = proofs.check(proof, ANN)
    assert first is not None
    assert Proofs(b"secret").check(proof, ANN) == first
    # An id is of the challenge: neither blanks nor unknown keys make another one of it.
    payload = json.loads(base64.b64decode(proof))
    payload["solution"]["time"], payload["more"] = 7, "x"
    again = base64.b64encode(json.dumps(payload, indent=1).encode()).decode()
    assert proofs.check(again, ANN) in {first, None}


def test_it_is_worth_nothing_to_somebody_else_or_with_another_key(proofs: Proofs) -> None:
    proof = find(proofs.challenge(ANN, A_LITTLE), NEVER)
    assert proofs.check(proof, BOB) is None
    assert proofs.check(changed(proof, data={"participant": BOB}), BOB) is None
    assert Proofs(b"other").check(proof, ANN) is None


@pytest.mark.parametrize(
    "parameters",
    [
        {"expiresAt": 9_999_999_999},
        {"cost": 1},
        {"keyPrefix": ""},
        {"keySignature": None},
        {"algorithm": "SHA-256"},
        {"salt": "00"},
    ],
)
def test_no_parameter_can_be_changed(proofs: Proofs, parameters: dict[str, Any]) -> None:
    proof = find(proofs.challenge(ANN, A_LITTLE), NEVER)
    assert proofs.check(changed(proof, **parameters), ANN) is None


def test_it_expires() -> None:
    late = Proofs(b"secret", clock=lambda: 1_000_000.0)
    proof = find(late.challenge(ANN, A_LITTLE), NEVER)
    assert json.loads(base64.b64decode(proof))["challenge"]["parameters"]["expiresAt"] == (
        1_000_000 + LIFETIME_SECONDS
    )
    assert late.check(proof, ANN) is None


def test_work_that_was_not_done_is_no_proof(proofs: Proofs) -> None:
    challenge = proofs.challenge(ANN, A_LITTLE)
    for key in ("00" * 32, challenge["parameters"]["keyPrefix"], "no hex", 7, None):
        solution = {"counter": 7, "derivedKey": key}
        payload = {"challenge": challenge, "solution": solution}
        assert proofs.check(base64.b64encode(json.dumps(payload).encode()).decode(), ANN) is None


@pytest.mark.parametrize("proof", ["", "x", "AAAA", "e30=", "bnVsbA==", "W10=", "é", "A" * 9_000])
def test_what_is_no_proof_is_refused(proofs: Proofs, proof: str) -> None:
    assert proofs.check(proof, ANN) is None


def test_more_work_takes_more_attempts(proofs: Proofs) -> None:
    def attempts(seconds: float) -> float:
        counters = []
        for _ in range(8):
            solved = json.loads(base64.b64decode(find(proofs.challenge(ANN, seconds), NEVER)))
            counters.append(solved["solution"]["counter"])
        return sum(counters) / len(counters)

    assert attempts(0.1) > 5 * attempts(0.01)


def test_an_attempt_that_is_given_up_ends(proofs: Proofs) -> None:
    given_up = threading.Event()
    given_up.set()
    assert find(proofs.challenge(ANN, 1_000), given_up) == ""
