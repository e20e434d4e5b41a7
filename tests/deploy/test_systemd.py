"""deploy/systemd, as systemd reads it."""

from __future__ import annotations

import re
from pathlib import Path

from server.settings import Settings
from server.worker.supervisor import STOP_SECONDS
from tests.deploy.programs import DEPLOY, check, copy_changed, program

MOST_EXPOSED = 2.0
"""On systemd's scale of 0 to 10, where 10 has no protection."""


def unit(folder: Path) -> Path:
    """The unit, with a program that exists here."""
    changes = {"/opt/jielong/bin/jielong": program("jielong")}
    return copy_changed("systemd/jielong.service", folder, changes)


def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    assert check("systemd-analyze", "verify", unit(tmp_path)) == ""
    users = DEPLOY / "systemd" / "sysusers.conf"
    assert "jielong" in check("systemd-sysusers", "--dry-run", users)


def test_the_service_has_few_rights(tmp_path: Path) -> None:
    said = check("systemd-analyze", "security", "--offline=yes", "--no-pager", unit(tmp_path))
    found = re.search(r"Overall exposure level for jielong.service: ([\d.]+)", said)
    assert found
    assert float(found[1]) <= MOST_EXPOSED


def test_the_workers_have_the_time_to_stop() -> None:
    text = (DEPLOY / "systemd" / "jielong.service").read_text()
    found = re.search(r"TimeoutStopSec=(\d+)", text)
    assert found
    assert int(found[1]) > STOP_SECONDS


def test_every_setting_exists() -> None:
    text = (DEPLOY / "systemd" / "jielong.env").read_text()
    names = re.findall(r"^JIELONG_(\w+)=", text, re.MULTILINE)
    assert {name.lower() for name in names} <= Settings.model_fields.keys()
