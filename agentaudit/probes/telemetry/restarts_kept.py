from __future__ import annotations

from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.telemetry.counted import is_switched_off, is_without_metrics
from agentaudit.probes.telemetry.declared_lines import saying
from agentaudit.probes.telemetry.oms_agent import is_used
from agentaudit.source import Repo

CHART = (
    "apiVersion: v2\nname: planner\nversion: 1.0.0\ndependencies:\n"
    "  - name: kube-state-metrics\n    version: 5.37.0\n"
)
RULE = (
    "groups:\n  - rules:\n      - alert: PlannerKilled\n        expr: increase("
    'kube_pod_container_status_restarts_total{pod=~"planner.*"}[10m]) > 0\n'
)
COLLECTOR = "receivers:\n  k8s_events:\n    auth_type: serviceAccount\n"
AKS = (
    "resource aks 'Microsoft.ContainerService/managedClusters@2024-05-01' = {\n"
    "  properties: {\n    addonProfiles: {\n      omsagent: {\n        enabled: true\n      }\n"
    "    }\n  }\n}\n"
)


def _repo(**files: str) -> dict[str, object]:
    named = {name.replace("__", ".").replace("_in_", "/"): text for name, text in files.items()}
    return {"repo": {"files": named}}


@probe(
    "telemetry-restarts-kept",
    fix="Keep what the platform knows about instances that die: add the dependency `- name: "
    "kube-state-metrics` to the chart and `k8s_events:` to the receivers of the collector; both "
    "name pod, reason and time.",
    examples=[
        Example(Outcome.PASS, _repo(chart_in_Chart__yaml=CHART), "a series by pod, kept"),
        Example(Outcome.PASS, _repo(ops_in_rules__yaml=RULE), "a rule reads it"),
        Example(Outcome.PASS, _repo(ops_in_collector__yaml=COLLECTOR), "events, shipped as logs"),
        Example(Outcome.PASS, _repo(infra_in_main__bicep=AKS), "events and inventory of pods"),
        Example(Outcome.FAIL, _repo(infra_in_main__bicep=AKS.replace("true", "false"))),
        Example(Outcome.FAIL, _repo(infra_in_aks__bicep=AKS), "a module that nothing deploys"),
        Example(Outcome.FAIL, _repo(README__md="# planner")),
        Example(
            Outcome.FAIL,
            _repo(compose__yaml="services:\n  api:\n    image: a:1\n    restart: always\n"),
            "it is restarted, and nobody knows when",
        ),
        Example(
            Outcome.FAIL,
            _repo(ops_in_collector__yaml=COLLECTOR.replace("  k8s", "  # k8s")),
            "commented out",
        ),
        Example(
            Outcome.FAIL,
            _repo(rules__yaml="LOG-15:\n  fix: |-\n    Add `- name: kube-state-metrics` to it.\n"),
            "advice is no configuration",
        ),
        Example(
            Outcome.FAIL,
            _repo(
                ops_in_ksm__tf='resource "helm_release" "ksm" {\n  count = 0\n'
                '  chart = "kube-state-metrics"\n}\n'
            ),
            "never created",
        ),
        Example(
            Outcome.FAIL,
            _repo(
                ops_in_ksm__yaml="kind: HelmRelease\nspec:\n  suspend: true\n"
                "  chart: {spec: {chart: kube-state-metrics, version: 5.0.0}}\n"
            ),
            "suspended",
        ),
        Example(
            Outcome.FAIL,
            _repo(
                helmfile__yaml="releases:\n  - chart: prometheus-community/kube-prometheus-stack\n",
                values__yaml="kubeStateMetrics:\n  enabled: false\n",
            ),
            "the stack without that part",
        ),
        Example(Outcome.UNKNOWN, {}, "no repository is configured"),
    ],
)
def restarts_kept(repo: Repo) -> Answer:
    """Are restarts and out-of-memory kills of the serving instances kept, by instance and time?

    A killed process writes no last words: its trace ends in the middle and its caller waits. Only
    the platform knows, and it forgets within hours unless somebody keeps what it says.
    """
    for place in saying(repo, _KEEPS, _HINTS):
        if is_switched_off(repo, place) or is_without_metrics(repo, place.text):
            continue
        if "oms" in place.text.lower() and not is_used(repo, place):
            continue
        return passed("restarts are kept by instance and time", place.evidence())
    return failed(
        "nothing keeps restarts or out-of-memory kills (searched in YAML, Terraform and Bicep: "
        "kube-state-metrics, exporters and receivers of Kubernetes events, agents and add-ons of "
        "clouds, rules and queries on restarts and OOM kills)",
        fact="restarts",
    )


_KEEPS = regex(
    r"(?i)(?:image|repository|name|chart)[\"']?\s*[:=]\s*[\"']?\S{0,100}(?:kube-state-metrics"
    r"|kubernetes-event-exporter|eventrouter|kube-prometheus-stack|kubewatch)\b"
    r"|^\s*(?:-\s*)?(?:k8s_events|k8sobjects|k8s_cluster)(?:/\w+)?:"
    r"|kube_pod_container_status_(?:restarts_total|last_terminated)|container_oom_events_total"
    r"|\bKubeEvents\b|category\W{1,6}ContainerAppSystemLogs\b|reason[\"']?\s*[:=]{1,2}~?\s*[\"'(]{0,2}OOMKilled|kubernetes\.containers\.restarts"
    r"|k8s\.container\.restarts|addon_?name[\"']?\s*[:=]\s*[\"']?amazon-cloudwatch-observability"
    r"|^\s*[\"']?amazon-cloudwatch-observability[\"']?\s*=\s*\{"
    r"|chart[\"']?\s*[:=]\s*[\"']?(?:datadog/)?datadog[\"']?\s*$"
    r"|^\s*kind:\s*[\"']?DatadogAgent\b|^\s*oms_?agent\s*[:{]"
)
_HINTS = (
    *("kube-state", "event-exporter", "eventrouter", "prometheus-stack", "kubewatch"),
    *("k8s_events", "k8sobjects", "k8s_cluster", "container_status", "oom", "kubeevents"),
    *("systemlogs", "restarts", "cloudwatch-observability", "datadogagent", "omsagent"),
    *("oms_agent", "datadog"),
)
