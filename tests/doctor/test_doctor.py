"""`jielong doctor` as an operator runs it, and what it says of settings and machines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.doctor import machine, public_address
from server.doctor.examination import exit_status
from server.doctor.finding import Finding, Level, advice, ok, problem, warning
from server.doctor.machine import check_machine
from server.doctor.public_address import check_public_address
from server.doctor.settings_check import check_settings
from server.settings import Settings
from tests.integration.console import PASSWORD
from tests.integration.tls import TlsFront
from tests.service import ROOT, Service, free_port

SECONDS = 60


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    """With a console, which tells the doctor what the proxy says."""
    return {"admin_password": PASSWORD}


def of_settings(**settings: Any) -> dict[str, Level]:
    found = check_settings(Settings(**settings), {"JIELONG_PORT": "1"})
    return {it.subject: it.level for it in sorted(found, key=lambda it: it.level)}


def worst(found: list[Finding]) -> dict[str, Finding]:
    """The worst finding of each subject."""
    return {it.subject: it for it in sorted(found, key=lambda it: it.level)}


def test_the_defaults_contradict_nothing() -> None:
    assert of_settings() == {"settings": Level.OK, "guard": Level.OK}


@pytest.mark.parametrize(
    ("settings", "subject", "level"),
    [
        ({"durability": "replica"}, "durability", Level.PROBLEM),
        ({"replicas": 2}, "durability", Level.ADVICE),
        ({"guard": False}, "guard", Level.WARNING),
        ({"network_hands": 0}, "guard", Level.ADVICE),
        ({"trusted_proxies": "*"}, "proxies", Level.WARNING),
        ({"check": "off"}, "check of works", Level.WARNING),
        ({"secret": "short"}, "secret", Level.WARNING),
        ({"host": "0.0.0.0"}, "metrics", Level.ADVICE),
        ({"bundled": False}, "page", Level.WARNING),
        ({"admin_password": "correct horse battery"}, "console", Level.ADVICE),
        ({"redis_url": "redis://10.0.0.5"}, "database", Level.ADVICE),
    ],
)
def test_what_is_not_for_production_is_said(
    settings: dict[str, Any], subject: str, level: Level
) -> None:
    assert of_settings(**settings)[subject] is level


def test_a_misspelt_setting_is_found() -> None:
    (found,) = (it for it in check_settings(Settings(), {"JIELONG_PROT": "1"}) if it.cure)
    assert (found.level, "JIELONG_PROT" in found.found) == (Level.WARNING, True)


def test_more_workers_than_cores_wait_for_each_other() -> None:
    assert worst(list(check_machine(Settings(workers=256))))["workers"].level is Level.WARNING


def test_a_folder_that_others_read_and_one_that_cannot_be_made(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert worst(list(check_machine(Settings(data=tmp_path))))["data folder"].level is Level.WARNING
    tmp_path.chmod(0o700)
    assert worst(list(check_machine(Settings(data=tmp_path))))["data folder"].level is Level.OK
    file = tmp_path / "file"
    file.touch()
    assert worst(list(check_machine(Settings(data=file))))["data folder"].level is Level.PROBLEM


def test_a_full_disk_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    free = 10**6 * machine.MEGABYTE
    for name, level in (("LITTLE_DISK", Level.WARNING), ("NO_DISK", Level.PROBLEM)):
        monkeypatch.setattr(machine, name, free)
        assert worst(list(check_machine(Settings(data=tmp_path))))["disk"].level is level


def test_the_exit_status_follows_the_worst() -> None:
    fine, hint = ok("a", "b"), advice("a", "b", "c")
    assert exit_status([fine, hint]) == 0
    assert exit_status([fine, warning("a", "b", "c"), hint]) == 1
    assert exit_status([problem("a", "b", "c"), fine]) == 2


def test_the_command_tells_of_too_few_descriptors_as_json(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JIELONG_")}
    environment |= {
        "JIELONG_DATA": str(tmp_path / "data"),
        "JIELONG_REDIS_URL": f"redis://127.0.0.1:{free_port()}",
    }
    done = subprocess.run(
        ["sh", "-c", f"ulimit -n 256 && exec {sys.executable} -m server doctor --json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    told = json.loads(done.stdout)
    assert told["status"] == 2
    levels = {it["subject"]: it["level"] for it in told["findings"]}
    assert (levels["descriptors"], levels["redis"]) == ("warning", "problem")
    assert levels["address"] == "advice"
    assert all(it["cure"] for it in told["findings"] if it["level"] != "ok")


async def test_a_service_without_a_proxy_is_told_what_it_lacks(shared: Service) -> None:
    found = worst(await check_public_address(Settings(), shared.url))
    assert found["TLS"].level is Level.WARNING
    assert found["metrics"].level is Level.WARNING
    assert found["WebSocket"].level is Level.OK
    assert found["proxy headers"].level is Level.OK
    assert found["public url"].level is Level.ADVICE
    known = worst(await check_public_address(Settings(public_url=shared.url), shared.url))
    assert known["public url"].level is known["proxy headers"].level is Level.OK
    elsewhere = Settings(public_url="https://relay.example.org")
    assert worst(await check_public_address(elsewhere, shared.url))["public url"].cure
    below = worst(await check_public_address(Settings(base_path="/jielong"), shared.url))
    assert below["base path"].level is Level.WARNING


async def test_an_address_of_somebody_else_is_a_problem(shared: Service) -> None:
    for url in (f"{shared.url}/elsewhere", f"http://127.0.0.1:{free_port()}", "example.org"):
        assert worst(await check_public_address(Settings(), url))["address"].level is Level.PROBLEM


@pytest.mark.parametrize("knows_its_address", [False, True])
async def test_a_proxy_that_tells_no_scheme_is_a_problem(
    shared: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, knows_its_address: bool
) -> None:
    front = TlsFront(tmp_path, shared.port)
    front.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(front.authority))
    url = f"https://127.0.0.1:{front.port}"
    try:
        settings = Settings(public_url=url if knows_its_address else "")
        found = worst(await check_public_address(settings, url))
    finally:
        front.stop()
    assert found["proxy headers"].level is Level.PROBLEM
    assert "JIELONG_TRUSTED_PROXIES" in found["proxy headers"].cure
    assert found["TLS"].level is Level.ADVICE


async def test_without_the_console_the_proxy_s_headers_are_not_seen_behind_a_public_address(
    shared: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_address, "REDIRECTING_AS_SENT", "/hidden/")
    found = worst(await check_public_address(Settings(public_url=shared.url), shared.url))
    assert found["proxy headers"].level is Level.ADVICE


@pytest.mark.parametrize("url", ["nonsense", "ftp://here", "http://[::1", "http://here:99999"])
async def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    (found,) = await check_public_address(Settings(), url)
    assert (found.level, found.found) == (Level.PROBLEM, f"{url} is no address")
