"""What keeps restarts, and the memory of containers, on clusters of clouds."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.memory_measured import memory_measured
from agentaudit.probes.telemetry.restarts_kept import restarts_kept

APP = {"requirements.txt": "openai==1.93.0\n", "app.py": "from openai import OpenAI\nOpenAI()\n"}
OMS = "  addonProfiles: {\n    omsagent: {\n      enabled: true\n    }\n  }\n"
ADDON = 'resource "aws_eks_addon" "cw" {\n  addon_name = "amazon-cloudwatch-observability"\n}\n'
ADDONS = 'module "eks" {\n  addons = {\n    amazon-cloudwatch-observability = {}\n  }\n}\n'


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"infra/main.tf": ADDON}, Outcome.PASS),
        ({"infra/main.tf": ADDONS}, Outcome.PASS),
        ({"infra/main.tf": ADDON.replace("  addon", "  count = 0\n  addon")}, Outcome.FAIL),
        ({"k8s/dd.yaml": "kind: DatadogAgent\nmetadata: {name: datadog}\n"}, Outcome.PASS),
        ({"k8s/dd.yaml": "kind: HelmRelease\nspec:\n  chart: datadog\n"}, Outcome.PASS),
        ({"infra/main.bicep": OMS}, Outcome.PASS),
        ({"infra/main.bicep": OMS.replace("true", "false")}, Outcome.FAIL),
        ({"infra/aks.bicep": OMS}, Outcome.FAIL),
        ({"infra/aks.bicep": OMS, "main.bicep": "module a 'infra/aks.bicep' = {}\n"}, Outcome.PASS),
    ],
)
def test_agents_of_clusters(files: dict[str, str], outcome: Outcome) -> None:
    given = {"files": APP | files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert restarts_kept.ask(asked).outcome is outcome
    if "count" not in str(files):
        assert memory_measured.ask(asked).outcome is outcome


WATCHED = (
    "services:\n  api:\n    build: .\n  seen:\n    image: somebody/docker_stats_exporter:1\n"
    "    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock:ro\n"
)


@pytest.mark.parametrize(
    ("compose", "outcome"),
    [
        (WATCHED, Outcome.PASS),
        (WATCHED.replace("docker.sock:ro", "other.sock").replace("run/docker", "a"), Outcome.FAIL),
        (WATCHED.replace("docker_stats_exporter", "proxy"), Outcome.FAIL),
        (WATCHED + "    profiles: [watched]\n", Outcome.FAIL),
    ],
)
def test_a_service_that_reads_the_figures_of_containers(compose: str, outcome: Outcome) -> None:
    given = {
        "files": {**APP, "Dockerfile": "FROM python:3.12\nCOPY . .\n", "compose.yaml": compose}
    }
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert memory_measured.ask(asked).outcome is outcome


RULES = (
    "{{- if and .Values.api.enabled .Values.api.rules.enabled }}\nkind: PrometheusRule\nspec:\n"
    "  {{- if .Values.labels }}\n  labels: {}\n  {{- end }}\n  groups:\n    - rules:\n"
    "        - alert: Restarted\n"
    "          expr: increase(kube_pod_container_status_restarts_total[30m]) > 0\n{{- end }}\n"
)
VALUES = "image: acme/api:1.0.0\napi:\n  enabled: true\n  rules:\n    enabled: false\n"
CHART = {"chart/Chart.yaml": "apiVersion: v2\nname: api\nversion: 1.0.0\n"}


@pytest.mark.parametrize(
    ("rules", "files", "outcome"),
    [
        (RULES, {"chart/values.yaml": VALUES}, Outcome.FAIL),
        (RULES, {"chart/values.yaml": VALUES.replace("false", "true")}, Outcome.PASS),
        (
            RULES,
            {
                "chart/values.yaml": VALUES,
                "chart/values-prod.yaml": VALUES.replace("false", "true"),
            },
            Outcome.PASS,
        ),
        (RULES.replace("if and", "if or"), {"chart/values.yaml": VALUES}, Outcome.PASS),
        (
            "{{- if .Values.api.rules.enabled }}\n{{- end }}\n"
            + RULES.replace(" .Values.api.rules.enabled", ""),
            {"chart/values.yaml": VALUES},
            Outcome.PASS,
        ),
    ],
)
def test_a_part_of_a_chart_that_waits_for_a_value(
    rules: str, files: dict[str, str], outcome: Outcome
) -> None:
    given = {"files": {**APP, **CHART, "chart/templates/rules.yaml": rules, **files}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert restarts_kept.ask(asked).outcome is outcome
