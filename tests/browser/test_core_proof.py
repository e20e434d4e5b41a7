"""client/js/proof: the browser's solutions are those that the server accepts."""

from __future__ import annotations

import pytest

from server.guard.proof import Proofs
from tests.browser.conftest import Core

SOLVE = """async ([altcha, native]) => {
  const { solve } = await import("/client/js/proof/solve.js");
  return await solve(altcha, { subtle: native ? crypto.subtle : undefined });
}"""


@pytest.mark.parametrize("native", [True, False], ids=["WebCrypto", "plain"])
async def test_a_solution_is_accepted(core: Core, native: bool) -> None:
    proofs = Proofs(b"secret")
    altcha = proofs.challenge("ann", 0.05)
    proof = await core(SOLVE, [altcha, native])
    assert proofs.check(proof, "ann") == altcha["signature"]
