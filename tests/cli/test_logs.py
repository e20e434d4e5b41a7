"""What the log tells, and in which form."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import structlog

from server.cli.logs import set_up_logging
from server.session.background import BackgroundTasks
from server.settings import Settings
from tests.docs.blocks import block
from tests.service import ROOT

Format = Literal["auto", "json", "text"]


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave the log of other tests as it was."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


class Writing:
    """Whoever writes in a room."""

    @property
    def described(self) -> dict[str, str]:
        return {"campaign": "spring", "room": "room-1"}


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize("log_format", ["auto", "json"])
async def test_what_is_no_terminal_gets_json_with_worker_room_and_campaign(
    capsys: pytest.CaptureFixture[str], log_format: Format
) -> None:
    set_up_logging(Settings(log_format=log_format), worker=3)

    async def fail() -> None:
        raise ValueError("not so")

    tasks = BackgroundTasks()
    tasks.spawn(fail(), Writing())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    structlog.get_logger().info("too unimportant")
    structlog.get_logger().warning("slow", lane="jl:{spring:2}")
    failed, slow = lines(capsys)
    assert failed["event"] == "a background task failed"
    assert (failed["level"], failed["worker"]) == ("error", 3)
    assert (failed["campaign"], failed["room"]) == ("spring", "room-1")
    assert "ValueError: not so" in failed["exception"]
    assert {"timestamp", "pid"} <= set(failed)
    assert (slow["campaign"], slow["worker"]) == ("spring", 3)


def test_libraries_log_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(Settings(log_format="json"), worker=0)
    try:
        raise OSError("gone")
    except OSError:
        logging.getLogger("asyncio").exception("Fatal error on %s", "transport")
    logging.getLogger("picows.server").error("WS parser error: ...")
    (line,) = lines(capsys)
    assert (line["event"], line["library"]) == ("Fatal error on transport", "asyncio")
    assert (line["level"], line["worker"]) == ("error", 0)
    assert "OSError: gone" in line["exception"]


def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(Settings(log_format="text", log_level="info"))
    structlog.get_logger().info("the campaigns have changed", campaigns=2)
    (line,) = capsys.readouterr().err.splitlines()
    assert "the campaigns have changed" in line
    assert "campaigns=2" in line.split()
    assert "worker" not in line


def test_the_line_that_the_documentation_shows(capsys: pytest.CaptureFixture[str]) -> None:
    (written,) = block("operate/logs.md: ").code.splitlines()
    shown = json.loads(written)
    set_up_logging(Settings(log_format="json"), worker=shown["worker"])
    structlog.get_logger().warning(shown["event"], dead=shown["dead"], lane=shown["lane"])
    (said,) = lines(capsys)
    own = {"pid": shown["pid"], "timestamp": shown["timestamp"]}
    assert json.dumps(said | own) == written
    code = (ROOT / "server" / "worker" / "heartbeat.py").read_text(encoding="utf-8")
    assert f'log.warning("{shown["event"]}", dead=worker, lane=base)' in code
