from __future__ import annotations

from itertools import chain

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.telemetry.alarm_modules import by_constructs, by_modules
from agentaudit.probes.telemetry.alerts import declared
from agentaudit.source import Repo

PROMETHEUS = """groups:
  - name: planner
    rules:
      - alert: PlannerSlow
        expr: histogram_quantile(0.95, rate(http_request_duration_seconds_bucket[5m])) > 20
        for: 10m
"""
TERRAFORM = """resource "aws_cloudwatch_metric_alarm" "planner_memory" {
  metric_name = "MemoryUtilization"
  threshold   = 90
}
"""
GRAFANA = """apiVersion: 1
groups:
  - name: planner
    rules:
      - uid: planner-errors
        title: Error rate of the planner
        noDataState: Alerting
        data:
          - model: {expr: 'rate(llm_errors_total[5m])'}
"""
BICEP = """resource slow 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  properties: { criteria: { metricName: 'HttpResponseTime' } }
}
"""


@probe(
    "telemetry-alert-declared",
    fix="Commit an alert on the serving path: `- alert: PlannerErrors` with `expr: "
    'rate(http_requests_total{status=~"5.."}[5m]) > 0.05` in a Prometheus rule file.',
    examples=[
        Example(Outcome.PASS, {"repo": {"files": {"ops/alerts.yml": PROMETHEUS}}}),
        Example(Outcome.PASS, {"repo": {"files": {"infra/alarms.tf": TERRAFORM}}}),
        Example(Outcome.PASS, {"repo": {"files": {"ops/grafana/rules.yaml": GRAFANA}}}),
        Example(Outcome.PASS, {"repo": {"files": {"infra/main.bicep": BICEP}}}),
        Example(Outcome.FAIL, {"repo": {"files": {"README.md": "# planner"}}}),
        Example(
            Outcome.FAIL,
            {
                "repo": {
                    "files": {
                        "ops/alerts.yml": "groups:\n  - rules:\n      - alert: DiskFull\n"
                        "        expr: node_filesystem_free_bytes < 1e9\n"
                    }
                }
            },
            "an alert on something else",
        ),
        Example(
            Outcome.FAIL,
            {
                "repo": {
                    "files": {
                        "ops/alerts.yml": "groups:\n  - rules:\n      - alert: HighLatency\n"
                        "        expr: node_filesystem_free_bytes < 1e9 # latency\n"
                    }
                }
            },
            "whatever it is called",
        ),
        Example(
            Outcome.FAIL,
            {
                "repo": {
                    "files": {
                        "infra/a.tf": 'variable "alarms" {\n  default = false\n}\n'
                        + TERRAFORM.replace("thres", "count = var.alarms ? 1 : 0\n  thres")
                    }
                }
            },
            "created only where somebody asks for it",
        ),
        Example(
            Outcome.FAIL,
            {"repo": {"files": {"ops/alerts.yml": PROMETHEUS.replace("- alert", "# - alert")}}},
            "commented out",
        ),
        Example(
            Outcome.FAIL,
            {"repo": {"files": {"infra/a.tf": TERRAFORM.replace("thres", "count = 0\n  thres")}}},
            "declared and switched off",
        ),
        Example(
            Outcome.FAIL,
            {
                "repo": {
                    "files": {
                        "ops/alerts.yml": "groups:\n  - rules:\n      - alert: PlannerErrors\n"
                        "        expr: rate(errors_total[5m]) > 0 and vector(0) == 1\n"
                    }
                }
            },
            "it can never fire",
        ),
        Example(
            Outcome.FAIL,
            {"repo": {"files": {"tests/fixtures/alerts.yml": PROMETHEUS}}},
            "a fixture alerts nobody",
        ),
        Example(Outcome.UNKNOWN, {}, "no repository is configured"),
    ],
)
def alert_declared(repo: Repo) -> Answer:
    """Is an alert on memory, latency or error rate of the serving path declared in the repository?

    A failure that nobody is told about is found by a customer. An alert in the repository is seen,
    reviewed and still there when the person who set it up is not.
    """
    for place in chain(declared(repo), by_modules(repo), by_constructs(repo)):
        return passed("an alert is declared", place.evidence())
    return failed(
        "no alert on memory, latency or errors is declared (searched: Prometheus and Grafana rules "
        "in YAML and JSON, alarms in Terraform and its modules, CloudFormation, CDK, Pulumi, ARM "
        "and Bicep)",
        fact="alert",
    )
