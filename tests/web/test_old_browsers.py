"""The page's sources keep to what the oldest browsers have for which it is bundled."""

from __future__ import annotations

import re

import pytest

from tests.service import ROOT

OLDEST = '"chrome94"', '"safari15.4"'
"""In scripts/bundle/bundle.mjs. esbuild replaces syntax, and neither functions nor units."""

NEWER = {
    ".js": re.compile(
        r"AbortSignal\.(timeout|any)|structuredClone|\.(findLast|toSorted|toReversed|toSpliced)\("
        r"|Promise\.withResolvers|Object\.groupBy|\.showPopover\(|\bURL\.(canParse|parse)\("
    ),
    ".css": re.compile(
        r"(?<!height: )(?<!--svh: )\b\d+(svh|lvh)\b|^  (?:translate|rotate|scale): -?\d+%", re.M
    ),
}
"""Without it, part of a page would not work, or be in the wrong place."""

SOURCES = sorted(
    path
    for folder in ("static/js", "static/css", "client/js")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in NEWER and "node_modules" not in path.parts
)


def test_these_are_the_oldest_browsers() -> None:
    targets = (ROOT / "scripts" / "bundle" / "bundle.mjs").read_text(encoding="utf-8")
    assert all(target in targets for target in OLDEST)


@pytest.mark.parametrize("ending", NEWER)
def test_nothing_is_newer(ending: str) -> None:
    found = {
        str(path.relative_to(ROOT)): match.group()
        for path in SOURCES
        if path.suffix == ending
        and (match := NEWER[ending].search(path.read_text(encoding="utf-8")))
    }
    assert found == {}
