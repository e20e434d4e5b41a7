"""The programs and commands in the documentation, run as they stand against a service.

Those marked `python` and `sh` are run, a page's commands one after another in one folder.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.docs.blocks import Block, blocks, commands_of
from tests.docs.not_run import reason_not_to_run
from tests.docs.terminal import Terminal
from tests.finish_work import finish
from tests.polling import eventually
from tests.service import Service

SECONDS = 60
PAGES = list(dict.fromkeys(block.page for block in blocks("sh")))
MADE = re.compile(r"(?:--output|--pictures|--record|>) (\S+)")
"""What a command leaves in the folder."""

GIFTS = """
[[campaign]]
id = "default"
relays = ["write", "give"]
fund = [{ id = "angels", title = "Angels", currency = "CNY", url = "https://pay.example.org/" }]
"""
STATEMENT = "id,fund,amount,at\nd1,angels,100.00,2030-01-01T08:00:00+08:00\n"


class Works(NamedTuple):
    """Finished works, and the token of one who wrote in the first."""

    ids: list[str]
    token: str


@pytest.fixture(scope="module")
def works(shared: Service) -> Works:
    """They are in the database."""

    async def write() -> Works:
        done = [await finish(shared, seed=seed) for seed in (1, 2, 3)]

        async def are_stored() -> bool:
            """The lists have works that are on their way to the database; the commands do not."""
            with closing(sqlite3.connect(shared.data / "works.sqlite")) as database:
                stored = {work for (work,) in database.execute("select id from works")}
            return stored >= {it.work for it in done}

        await eventually(are_stored)
        return Works([it.work for it in done], done[0].token)

    return asyncio.run(write())


@pytest.fixture
def terminal(tmp_path: Path, shared: Service) -> Terminal:
    """A terminal beside the service."""
    return Terminal(tmp_path, shared)


def campaigns(terminal: Terminal, works: Works) -> dict[str, str]:
    """A campaign with a donation, and the statement that tells of it."""
    (terminal.folder / "gifts.toml").write_text(GIFTS)
    (terminal.folder / "statement.csv").write_text(STATEMENT)
    terminal.run("jielong campaign import gifts.toml")
    terminal.run("jielong donations import statement.csv --campaign default")
    return {"--campaign ID": "--campaign default", "DONATION": "d1"}


def guard(terminal: Terminal, works: Works) -> dict[str, str]:
    """A work, and those who wrote it."""
    said = terminal.run(f"jielong participants of {works.ids[0]}")
    return {"WORK": works.ids[0], "ID ID ...": " ".join(said.split())}


def public(terminal: Terminal, works: Works) -> dict[str, str]:
    """Works that wait for a person."""
    _, *others = works.ids
    terminal.run(f"jielong works hold {' '.join(others)}")
    return {"ID ID ...": " ".join(others)}


FILLED_IN: dict[str, Callable[[Terminal, Works], dict[str, str]]] = {
    "build/client.md": lambda *_: {"--record": "--pace 0 --record"},
    "build/python.md": lambda *_: {
        "--people 20": "--people 2 --pace 0",
        "conformance": "conformance --only handshake",
    },
    "campaign.md": lambda *_: {"ID": "default"},
    "operate/campaigns.md": campaigns,
    "operate/data.md": lambda _, works: {
        "TOKEN": works.token,
        "https://jielong.example.org": "http://127.0.0.1:8000",
        "--campaign spring": "--campaign default",
    },
    "operate/guard.md": guard,
    "operate/public.md": public,
}
"""What readers put their own for, or what takes less time here than in life; by page."""


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.name)
def test_a_program_runs(block: Block, shared: Service, tmp_path: Path) -> None:
    code = block.code.replace("127.0.0.1:8000", f"127.0.0.1:{shared.port}")
    # A program that is one participant needs another one.
    copies = 2 if code.count(".join(") == 1 else 1
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(copies)
    ]
    for process in started:
        try:
            said, _ = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
        assert process.returncode == 0, said


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_succeed(page: str, terminal: Terminal, works: Works) -> None:
    code = "".join(block.code for block in blocks("sh") if block.page == page)
    filled_in = FILLED_IN[page](terminal, works) if page in FILLED_IN else {}
    terminal.type(code, filled_in)
    for command in commands_of(code):
        for made in MADE.findall(command) if reason_not_to_run(command) is None else ():
            path = terminal.folder / made
            assert any(path.iterdir()) if path.is_dir() else path.stat().st_size, command
