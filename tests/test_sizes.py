"""Functions are short enough for one screen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.service import ROOT

FUNCTION_LINES = 48
FOLDERS = ("server", "client", "tests", "bench", "scripts")
NOT_OURS = {"node_modules", "recorded", "debian"}


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            parts = path.relative_to(ROOT).parts
            if NOT_OURS.isdisjoint(parts[1:-1]):
                yield path


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Without the docstring."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_function_is_long() -> None:
    long = [
        f"{path}:{each.lineno} {each.name}"
        for path in sources()
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        if lines_of(each) >= FUNCTION_LINES
    ]
    assert long == []
