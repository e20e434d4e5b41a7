"""Which prepared answers somebody asks for."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from server.prepared.response import prepare
from server.transport.direct_answers import DirectAnswers, LiveAnswer

NOW = 1_700_000_000
PATHS = ["/page", "/state", "/gone"]


@pytest.fixture
def answers() -> DirectAnswers:
    made = DirectAnswers("/below")
    made.add([prepare(path, b"text", "text/plain", "no-cache") for path in ("/page", "/other")])
    made.add_live("/state", lambda: LiveAnswer(HTTPStatus.OK, "text/plain", b""))
    return made


def ask(answers: DirectAnswers, path: str, more: str = "") -> None:
    answers.answer(f"GET {path} HTTP/1.1\r\nHost: here\r\n{more}\r\n".encode(), NOW)


@pytest.mark.parametrize(
    ("path", "more"),
    [("/page", ""), ("/below/page", ""), ("/page", "If-None-Match: *\r\n")],
)
def test_what_is_asked_for_is_known_until_it_is_looked_at(
    answers: DirectAnswers, path: str, more: str
) -> None:
    assert not answers.take_asked_for(PATHS)
    ask(answers, path, more)
    assert answers.take_asked_for(PATHS)
    assert not answers.take_asked_for(PATHS)


@pytest.mark.parametrize("path", ["/other", "/state", "/gone"])
def test_no_other_path_counts(answers: DirectAnswers, path: str) -> None:
    ask(answers, path)
    assert not answers.take_asked_for(PATHS)
