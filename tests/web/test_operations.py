"""Which answers for operators are given at which port."""

from __future__ import annotations

import pytest

from server.prepared.response import prepare
from server.settings import OperationsPort as Port
from server.settings import Settings
from server.transport.direct_answers import DirectAnswers
from server.web.operations import Operations
from server.worker.operations_port import OperationsPort

FIGURES = ("/metrics", "/asyncapi.json", "/openapi.json")
PROBES = ("/healthz", "/readyz")


def answered(port: Port, base_path: str = "") -> set[str]:
    """What the service's own port answers, below the base path."""
    openapi = prepare("/openapi.json", b"{}", "application/json", "no-cache", ())
    operations = Operations(lambda: None, lambda: b"", openapi, base_path)
    answers = DirectAnswers(base_path)
    settings = Settings(operations_port=port, base_path=base_path)
    OperationsPort(operations, settings, ()).add_to(answers)
    return {
        path
        for path in (*FIGURES, *PROBES)
        if answers.answer(f"GET {base_path}{path} HTTP/1.1\r\n\r\n".encode(), 0)
    }


def test_without_a_port_of_their_own_all_are_on_the_service_s() -> None:
    assert answered(None) == answered(None, "/jielong") == {*FIGURES, *PROBES}


@pytest.mark.parametrize("port", [9180, "off"])
def test_figures_are_not_on_the_service_s_port_else_but_probes_are(port: Port) -> None:
    assert answered(port) == set(PROBES)
