"""The blocks of code in the documentation, and the commands in them."""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scripts.docs.stage import ROOT, sources

BESIDE = ("README.md", "SECURITY.md", "tests/vectors/README.md")
"""Pages that are not on the site."""

GENERATED = "reference/"
"""Pages made from the code; another test holds them fresh."""

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"(?:^|\s+)#(?: .*)?$", re.MULTILINE)


class Block(NamedTuple):
    """One block: its page, as the site or the repository names it, its language, its text."""

    page: str
    language: str
    code: str

    @property
    def name(self) -> str:
        """Its page and its first command or line."""
        first = next(iter(commands_of(self.code)), self.code.partition("\n")[0])
        return f"{self.page}: {first}"


@functools.cache
def pages() -> dict[str, Path]:
    """Every page that people write, in every language, and where it lies."""
    found = {target.as_posix(): source for source, target in sources().items()}
    found |= {name: ROOT / name for name in BESIDE}
    return {name: path for name, path in found.items() if GENERATED not in name}


@functools.cache
def blocks_of(page: str) -> tuple[Block, ...]:
    """The blocks of a page, in their order."""
    found = _BLOCK.findall(pages()[page].read_text(encoding="utf-8"))
    return tuple(Block(page, language, textwrap.dedent(code)) for _, language, code in found)


def blocks(*languages: str) -> list[Block]:
    """The blocks of every English page in these languages, or in all.

    A Chinese page has the same ones.
    """
    english = [page for page in pages() if not page.startswith("zh/")]
    every = [block for page in english for block in blocks_of(page)]
    return [block for block in every if not languages or block.language in languages]


def block(name: str) -> Block:
    """The one block whose name begins so."""
    (found,) = (it for it in blocks() if it.name.startswith(name))
    return found


def without_comments(code: str) -> str:
    """What the block of a page in another language has, too."""
    return _COMMENT.sub("", code)


def commands_of(code: str) -> list[str]:
    """The commands of a block, each in one line and without its comment."""
    lines = without_comments(code.replace("\\\n", " ")).splitlines()
    return [" ".join(line.split()) for line in lines if line.strip()]


def inline_code() -> Iterator[tuple[str, str]]:
    """Every piece of code within a sentence or a table: its page and its text."""
    for page, path in pages().items():
        text = _BLOCK.sub("", path.read_text(encoding="utf-8"))
        yield from ((page, " ".join(code.split())) for code in re.findall(r"`([^`]+)`", text))
