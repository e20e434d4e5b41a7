"""The settings that the protocol names are flags of `jielong serve`, too."""

from __future__ import annotations

from typer.main import get_command

from server.cli.app import app

NAMED = (
    *("host", "port", "data", "redis_url", "workers", "turn_seconds", "grace_seconds"),
    *("campaigns", "base_path", "guard"),
)


def test_serve_has_a_flag_for_each_setting_that_tools_rely_on() -> None:
    serve = get_command(app).commands["serve"]  # type: ignore[attr-defined]
    flags = {flag for parameter in serve.params for flag in parameter.opts}
    assert {f"--{name.replace('_', '-')}" for name in NAMED} <= flags
    assert "--file" in flags
