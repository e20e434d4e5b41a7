"""The alert rules and the dashboard, checked against the metrics of a running service."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.programs import DEPLOY, check, copy_changed
from tests.finish_work import finish_work
from tests.integration.http import get
from tests.service import ROOT, Service

RULES = DEPLOY / "prometheus" / "alerts.yaml"
EXAMPLES = Path(__file__).parent / "alerts.test.yaml"
DASHBOARD = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
RUNBOOK = ROOT / "docs" / "operate" / "alarms.md"
ALERTS = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
OF_THE_PROCESS = "jielong_web_process_"
"""What every client of Prometheus tells of its process; the documentation names them together."""

METRIC = re.compile(r"\b(?:jielong|process)_\w+")
VARIABLES = {"$job": ".*", "$campaign": ".*", "$__rate_interval": "1m"}


def panels() -> list[dict[str, Any]]:
    """Those that show something."""
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def queries() -> list[str]:
    """What the dashboard asks, with values in the place of its variables."""
    found = [target["expr"] for panel in panels() for target in panel["targets"]]
    for name, value in VARIABLES.items():
        found = [query.replace(name, value) for query in found]
    assert not any("$" in query for query in found)
    return found


@pytest.fixture(scope="module")
def exposed(shared: Service) -> set[str]:
    """The names of all metrics at `/metrics`, when a work has been finished."""
    asyncio.run(finish_work(shared))
    text = asyncio.run(get(shared, "/metrics"))[2]
    return {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}


def test_promtool_finds_no_fault(tmp_path: Path) -> None:
    check("promtool", "check", "rules", "--lint-fatal", RULES)
    shutil.copy(RULES, tmp_path)
    config = copy_changed("prometheus/prometheus.yaml", tmp_path, {})
    check("promtool", "check", "config", config)


def test_every_alert_fires_when_it_should(tmp_path: Path) -> None:
    file = tmp_path / EXAMPLES.name
    file.write_text(EXAMPLES.read_text().replace("RULES", str(RULES)))
    check("promtool", "test", "rules", file)
    examples = {
        example["alertname"]
        for test in yaml.safe_load(EXAMPLES.read_text())["tests"]
        for example in test["alert_rule_test"]
        if example["exp_alerts"]
    }
    assert examples == {rule["alert"] for rule in ALERTS}


def test_the_dashboard_asks_in_prometheus_language(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries())]
    file = tmp_path / "queries.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    check("promtool", "check", "rules", "--lint", "none", file)


def test_every_metric_of_alerts_and_dashboard_exists(exposed: set[str]) -> None:
    asked = {name for rule in ALERTS for name in METRIC.findall(rule["expr"])}
    asked |= {name for query in queries() for name in METRIC.findall(query)}
    assert {name.removesuffix("_bucket") for name in asked} <= exposed


def test_the_documentation_lists_every_metric(exposed: set[str]) -> None:
    listed = set(re.findall(r"^\| `(jielong_\w+)` \|", RUNBOOK.read_text(), re.MULTILINE))
    own = {name for name in exposed if name.startswith("jielong_")}
    assert listed == {name for name in own if not name.startswith(OF_THE_PROCESS)}


@pytest.mark.parametrize("rule", ALERTS, ids=[rule["alert"] for rule in ALERTS])
def test_every_alert_has_an_entry_in_the_runbook(rule: dict[str, Any]) -> None:
    name = rule["alert"]
    assert rule["annotations"]["runbook"] == f"docs/operate/alarms.md#{name.lower()}"
    entry = RUNBOOK.read_text().partition(f"\n### {name}\n")[2].partition("\n###")[0]
    for part in ("**Meaning.**", "**Cause.**", "**Cure.**"):
        assert part in entry


def test_panels_do_not_lie_on_each_other() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    for one, other in combinations(places, 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart, (one, other)
    assert max(place["x"] + place["w"] for place in places) == 24
