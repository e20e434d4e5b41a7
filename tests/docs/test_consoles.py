"""The commands marked `console`: those that go on until Ctrl-C, ask, or look at a deployment."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
import redis

from tests.docs.blocks import block, commands_of
from tests.docs.terminal import Terminal
from tests.integration.console import PASSWORD, ConsoleClient
from tests.integration.tls import TlsFront
from tests.integration.valkey import Valkey
from tests.service import READY, ROOT, STOP_SECONDS, Service, free_port


@pytest.fixture
def terminal(tmp_path: Path, shared: Service) -> Terminal:
    """A terminal beside the service."""
    return Terminal(tmp_path, shared)


async def sign_in(url: str) -> int:
    """The status that the owner gets who signs in."""
    async with ConsoleClient(url) as client:
        return (await client.sign_in("admin", PASSWORD)).status_code


def test_make_run_with_a_password_opens_the_console_until_ctrl_c(tmp_path: Path) -> None:
    shown = (
        block(f"{page}: JIELONG_ADMIN_PASSWORD") for page in ("README.md", "operate/console.md")
    )
    (command,) = {command for it in shown for command in commands_of(it.code)}
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JIELONG_")}
    environment |= {"JIELONG_PORT": str(port), "JIELONG_DATA": str(tmp_path / "data")}
    process = subprocess.Popen(
        ["sh", "-euc", command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for all processes of a terminal's command.
    )
    assert process.stdout
    said = [b""]
    try:
        while not said[-1].startswith(READY):
            said.append(process.stdout.readline())
            assert said[-1], b"".join(said).decode()
        assert asyncio.run(sign_in(f"http://127.0.0.1:{port}")) == 303
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=STOP_SECONDS)
        assert b"Traceback" not in rest, rest.decode()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def test_accounts_of_the_console_come_and_go(terminal: Terminal) -> None:
    made, other, listed, changed, removed = commands_of(
        block("operate/console.md: jielong admin add ada").code
    )
    for command in (made, other):
        terminal.run(f"{command} --password-stdin", given=PASSWORD)
    told = re.findall(r"^(\w+)  (\w+)", terminal.run(listed), re.MULTILINE)
    assert told == [("ada", "owner"), ("grace", "moderator")]
    terminal.run(f"{changed} --password-stdin", given=PASSWORD)
    terminal.run(removed)
    assert "grace" not in terminal.run(listed)


def test_the_doctor_says_what_its_page_shows(
    terminal: Terminal, shared: Service, valkey: Valkey
) -> None:
    (command,) = commands_of(block("operate/doctor.md: jielong doctor").code)
    shown = block("operate/doctor.md: ok guard").code
    with redis.Redis(port=valkey.port) as client:
        client.config_set("appendonly", "no")
    front = TlsFront(terminal.folder, shared.port)
    front.start()
    terminal.environment |= {"SSL_CERT_FILE": str(front.authority), "JIELONG_REDIS_URL": valkey.url}
    try:
        command = command.replace("relay.example.org", f"127.0.0.1:{front.port}")
        said = terminal.run(command, status=2)
    finally:
        front.stop()
    found = re.findall(r"^\w+ +[^\n]*\n(?: +->[^\n]*\n)?", shown, re.MULTILINE)
    assert "".join(found) == shown
    assert [it for it in found if it not in said] == []
