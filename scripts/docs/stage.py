"""Collects the pages of the site in one folder, and resolves every link between them.

Pages lie where people read them in the repository: mostly in docs, some beside what they describe.
A link that leads to nothing is an error.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

ELSEWHERE = {
    "deploy/README.md": "operate/deployment.md",
    "bench/README.md": "figures.md",
    "client/python/README.md": "build/python.md",
    "client/js/README.md": "build/javascript.md",
    "client/miniprogram/README.md": "build/miniprogram.md",
    "CONTRIBUTING.md": "inside/contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Pages that lie outside docs, and their places on the site."""

_LINK = re.compile(r"(\]\(|<img src=\")([^)\s\"#]+)(#[^)\s\"]*)?(?=[)\s\"])")
_CODE = re.compile(r"(?s:```.*?```)|`[^`\n]+`|^ {4}\S.*$", re.MULTILINE)
_OUTSIDE = re.compile(r"[a-z]+:")


class BrokenLinkError(Exception):
    """A page leads to something that is not there; the message lists all such links."""


def sources() -> dict[Path, Path]:
    """Every page of the site: where it lies in the repository, and its place on the site."""
    found = {path: path.relative_to(DOCS) for path in sorted(DOCS.rglob("*.md"))}
    found |= {ROOT / source: Path(target) for source, target in ELSEWHERE.items()}
    return {source: target for source, target in found.items() if source.exists()}


def links(text: str) -> Iterator[re.Match[str]]:
    """The links and pictures of a page that do not lead out of the repository."""
    code = [match.span() for match in _CODE.finditer(text)]
    for match in _LINK.finditer(text):
        in_code = any(begin <= match.start() < end for begin, end in code)
        if not in_code and not _OUTSIDE.match(match[2]):
            yield match


def broken() -> list[str]:
    """Every link of a page to a file that is not there, as "page: link"."""
    return [
        f"{source.relative_to(ROOT)}: {match[2]}"
        for source in sources()
        for match in links(source.read_text(encoding="utf-8"))
        if not (source.parent / match[2]).exists()
    ]


def stage(folder: Path) -> None:
    """Lay all pages, and the pictures that they show, into a folder.

    Raises:
        BrokenLinkError: a page leads to a file that is not there.
    """
    if found := broken():
        raise BrokenLinkError("\n".join(found))
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, folder)
    places = sources()
    for source, target in places.items():
        text = _resolve(source, target, places, folder)
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        (folder / target).write_text(text, encoding="utf-8")


def _resolve(source: Path, target: Path, places: dict[Path, Path], folder: Path) -> str:
    """The page's text with each link as it has to be on the site."""
    text = source.read_text(encoding="utf-8")
    for match in reversed(list(links(text))):
        leads = (source.parent / match[2]).resolve()
        place = places.get(leads) or _attach(leads, folder)
        address = os.path.relpath(place, target.parent)
        text = f"{text[: match.start(2)]}{address}{match[3] or ''}{text[match.end() :]}"
    return text


def _attach(file: Path, folder: Path) -> Path:
    """Put a file that is no page on the site; its place there."""
    if file.is_relative_to(DOCS):
        return file.relative_to(DOCS)
    place = Path("files") / file.relative_to(ROOT)
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    if file.is_file():
        shutil.copy(file, folder / place)
    return place
