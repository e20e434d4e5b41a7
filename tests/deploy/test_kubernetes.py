"""deploy/kubernetes against the schemas of Kubernetes, and against what the service does."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest
import yaml

from server.settings import Settings
from server.worker import shutdown, worker
from tests.deploy.programs import DEPLOY

FOLDER = DEPLOY / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
OLDEST, NEWEST = "1.30", "1.37"


def manifest(name: str) -> dict[str, Any]:
    """The one object of a file."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return found


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("name", KUSTOMIZATION["resources"])
def test_it_is_valid(name: str, version: str) -> None:
    found = yaml.safe_load((FOLDER / name).read_text())
    kubernetes_validate.validate(found, version, strict=True)


def test_every_manifest_is_applied() -> None:
    others = {"kustomization.yaml", "prometheus-adapter.yaml"}
    assert {path.name for path in FOLDER.glob("*.yaml")} - others == set(KUSTOMIZATION["resources"])


def test_all_speak_of_the_same_pods() -> None:
    pod = manifest("deployment")["spec"]["template"]
    labels = pod["metadata"]["labels"]
    assert manifest("deployment")["spec"]["selector"]["matchLabels"] == labels
    assert manifest("service")["spec"]["selector"] == labels
    assert manifest("poddisruptionbudget")["spec"]["selector"]["matchLabels"] == labels
    assert manifest("networkpolicy")["spec"]["podSelector"]["matchLabels"] == labels
    (container,) = pod["spec"]["containers"]
    port, operations = container["ports"]
    chosen = manifest("configmap")["data"]["JIELONG_OPERATIONS_PORT"]
    assert str(operations["containerPort"]) == chosen
    annotations = pod["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == chosen
    allowed = [way["ports"][0]["port"] for way in manifest("networkpolicy")["spec"]["ingress"]]
    assert allowed == [port["name"], operations["name"]]
    assert port["containerPort"] == Settings.model_fields["port"].default
    assert manifest("service")["spec"]["ports"][0]["targetPort"] == port["name"]
    scaled = manifest("horizontalpodautoscaler")["spec"]["scaleTargetRef"]["name"]
    assert scaled == manifest("deployment")["metadata"]["name"]


def test_a_worker_has_the_time_to_drain() -> None:
    pod = manifest("deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    pause = int(container["lifecycle"]["preStop"]["exec"]["command"][-1])
    probe = container["readinessProbe"]
    assert pause >= probe["periodSeconds"] * probe["failureThreshold"]
    last = 4 * shutdown.LAST_CALLS_SECONDS
    assert pod["terminationGracePeriodSeconds"] > pause + worker.DRAIN_SECONDS + last


def test_a_pod_has_few_rights() -> None:
    pod = manifest("deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_pictures_of_works_fit_into_the_volume() -> None:
    volumes = manifest("deployment")["spec"]["template"]["spec"]["volumes"]
    (limit,) = [it["emptyDir"]["sizeLimit"] for it in volumes if it["name"] == "data"]
    pictures = Settings.model_fields["pictures_mb"].default * 1_000_000
    assert int(limit.removesuffix("Gi")) * 2**30 >= 2 * pictures


def test_the_settings_are_allowed() -> None:
    data = manifest("configmap")["data"]
    named = {name.removeprefix("JIELONG_").lower(): value for name, value in data.items()}
    assert named.keys() <= Settings.model_fields.keys()
    Settings.model_validate(named)


def test_it_scales_by_a_metric_that_the_adapter_gives() -> None:
    metrics = manifest("horizontalpodautoscaler")["spec"]["metrics"]
    (pods,) = [metric["pods"] for metric in metrics if metric["type"] == "Pods"]
    (rule,) = yaml.safe_load((FOLDER / "prometheus-adapter.yaml").read_text())
    assert pods["metric"]["name"] == rule["name"]["as"]
    assert rule["seriesQuery"].startswith(f"{pods['metric']['name']}{{")
