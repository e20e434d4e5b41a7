"""What the supervisor of the last release starts when it replaces its workers: this version's."""

from __future__ import annotations

from typer.main import get_group

from server.cli.app import app


def test_a_worker_starts_without_what_an_older_supervisor_does_not_say() -> None:
    required = [
        option.name for option in get_group(app).commands["worker"].params if option.required
    ]
    assert required == []
