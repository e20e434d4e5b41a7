"""`/asyncapi.json`: the AsyncAPI project's own parser takes it, and it says what really passes."""

from __future__ import annotations

import asyncio
import json
import subprocess
from typing import Any, NamedTuple

import pytest

from tests.integration.http import get_json
from tests.integration.protocol_client import Message
from tests.integration.recording import Recording, record_relay
from tests.integration.relays import DOT
from tests.service import ROOT, Service

VALIDATE = ROOT / "tests" / "tools" / "asyncapi.mjs"
NODE_SECONDS = 60

USUAL_JOINS = 12
"""As many as the recording has before anybody is asked for work, and a few more."""

BUSY = {"pace"}
"""What only a busy worker says."""

COMMIT = {"t": "commit", "room": "r", "c": 0}
TURN = {"t": "turn", "room": "r", "c": 0, "char": "加", "seat": 0, "ms": 1}
AGAINST_THE_PROTOCOL: dict[str, Message] = {
    "a point off the grid": COMMIT | {"strokes": [[4096, 0, 0, 1]]},
    "a nib of no width": COMMIT | {"strokes": [[0, 0, 0, 0]]},
    "too long a pause": COMMIT | {"strokes": [[0, 0, 60_001, 1]]},
    "a value that is no integer": COMMIT | {"strokes": [[0, 0, 0.5, 1]]},
    "half a point": COMMIT | {"strokes": [[0, 0]]},
    "no strokes": COMMIT | {"strokes": []},
    "too many strokes": COMMIT | {"strokes": [DOT] * 65},
    "strokes from the server off the grid": {"t": "committed", "room": "r", "c": 0, "seat": 0}
    | {"strokes": [[0, -1, 0, 1]]},
    "an unknown reaction": {"t": "react", "room": "r", "e": "frown"},
    "an unknown reason": {"t": "report", "room": "r", "why": "bored"},
    "an unknown error": {"t": "error", "code": "nonsense", "message": "m"},
    "an unknown state": {"t": "partner", "room": "r", "state": "asleep"},
    "a third seat": TURN | {"seat": 2},
    "a time below zero": TURN | {"ms": -1},
    "a missing key": {"t": "turn", "room": "r"},
    "an unknown type": {"t": "nonsense"},
}


class Findings(NamedTuple):
    """What the tools found."""

    document: dict[str, Any]
    recording: Recording
    diagnostics: list[dict[str, Any]]
    refused: list[str | None]
    """Why the schema refuses a message: of each in the recording, then of each broken one."""


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    """Work is asked soon of those who join too often; hands need no time."""
    return {"guard": "on", "usual_network_joins": USUAL_JOINS, "hand_pace": 0}


@pytest.fixture(scope="module")
def findings(shared: Service) -> Findings:
    """A recorded relay and the document, as the tools see them."""

    async def collect() -> tuple[dict[str, Any], Recording]:
        document = await get_json(shared, "/asyncapi.json")
        return document, await record_relay(shared)

    document, recording = asyncio.run(collect())
    messages = [message for _, message in recording.messages]
    done = subprocess.run(
        ["node", str(VALIDATE)],
        input=json.dumps(
            {"document": document, "messages": [*messages, *AGAINST_THE_PROTOCOL.values()]}
        ),
        capture_output=True,
        text=True,
        timeout=NODE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Findings(document, recording, **json.loads(done.stdout))


def test_the_parser_finds_nothing_wrong_with_the_document(findings: Findings) -> None:
    assert findings.diagnostics == []


def test_every_message_of_a_recorded_relay_matches_its_schema(findings: Findings) -> None:
    told = zip(findings.recording.messages, findings.refused, strict=False)
    assert [(message, why) for (_, message), why in told if why is not None] == []


@pytest.mark.parametrize("direction", ["fromClient", "toClient"])
def test_the_recorded_relay_holds_every_message_of_the_document(
    findings: Findings, direction: str
) -> None:
    listed = findings.document["operations"][direction]["messages"]
    passed = {message["t"] for to, message in findings.recording.messages if to == direction}
    assert passed == {reference["$ref"].rpartition("/")[2] for reference in listed} - BUSY


def test_a_message_against_the_protocol_matches_no_schema(findings: Findings) -> None:
    refused = findings.refused[len(findings.recording.messages) :]
    by_name = dict(zip(AGAINST_THE_PROTOCOL, refused, strict=True))
    assert [name for name, why in by_name.items() if why is None] == []
