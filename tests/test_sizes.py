"""The code keeps to its sizes: short files, and functions that one screen shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.service import ROOT

FILE_LINES, FUNCTION_LINES = 400, 48
FOLDERS = ("server", "client", "static", "tests", "bench", "scripts")
KINDS = {".py", ".js", ".mjs", ".lua", ".css", ".html"}
NOT_OURS = {"node_modules", "vendor", "bundle", "recorded", "results", "__pycache__", "debian"}


def sources(kinds: set[str]) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            parts = path.relative_to(ROOT).parts
            if path.suffix in kinds and NOT_OURS.isdisjoint(parts[1:-1]):
                yield path


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Without the docstring."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_file_is_long() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources(KINDS)}
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_long() -> None:
    long = [
        f"{path}:{each.lineno} {each.name}"
        for path in sources({".py"})
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        if lines_of(each) >= FUNCTION_LINES
    ]
    assert long == []
