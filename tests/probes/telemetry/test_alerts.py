import pytest

from agentaudit import testing
from agentaudit.probes.telemetry.alerts import declared

CLOUDFORMATION = """Resources:
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties: {MetricName: 5XXError, Threshold: 5}
"""
ARM = """{"resources": [{
  "type": "Microsoft.Insights/metricAlerts",
  "properties": {"metricName": "MemoryPercentage"}}]}
"""
CHART = """{{- if .Values.alerts }}
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
spec:
  groups:
    - rules:
        - alert: {{ .Release.Name }}OutOfMemory
          expr: container_memory_working_set_bytes > 1e9
{{- end }}
"""
STORE = """resource "aws_cloudwatch_metric_alarm" "memory" {
  metric_name = "FreeableMemory"
  namespace   = "AWS/NAME"
}
"""
JOB = """resource failed 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = {
  name: 'export-job-failure'
  properties: { criteria: { allOf: [ { query: "logs | where Reason == 'Failed'" } ] } }
}
"""
TWO = """groups:
  - rules:
      - alert: Disk
        expr: node_filesystem_free_bytes < 1e9
      - alert: Slow
        expr: latency_seconds > 3
"""

UNIFIED = """groups:
  - name: planner
    rules:
      - uid: a1
        title: p95
        data:
          - refId: A
            model: {expr: "EXPR"}
          - refId: C
            datasourceUid: __expr__
"""
SLOTH = """version: prometheus/v1
slos:
  - name: planner
    sli:
      events:
        error_query: sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))
    alerting:
      page_alert: {disable: OFF}
      ticket_alert: {disable: OFF}
"""
QUERY = """resource q 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = {
  properties: { criteria: { allOf: [ { query: 'requests | where success == false' } ] } }
}
"""
POLICY = """combiner: OR
conditions:
- displayName: many
  conditionThreshold:
    filter: metric.type="run.googleapis.com/request_count" AND METRIC
"""
ERRORS = "- alert: Errors\n  expr: rate({}[5m]) > 0\n"
EXPLORED = """jsonData:
  tracesToLogs:
    datasourceUid: loki
    query: 'errors'
"""


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        ("ops/a.yaml", UNIFIED.replace("EXPR", "histogram_quantile(0.95, rate(x[5m]))"), [10]),
        ("ops/a.yaml", UNIFIED.replace("EXPR", "node_filesystem_free_bytes"), []),
        ("ops/a.yaml", UNIFIED.replace("EXPR", "errors") + "        isPaused: true\n", []),
        ("ops/sources.yaml", EXPLORED, []),
        ("ops/slo.yaml", SLOTH.replace("OFF", "false"), [6]),
        ("ops/slo.yaml", SLOTH.replace("OFF", "true"), []),
        ("infra/a.bicep", QUERY, [1]),
        ("infra/a.bicep", QUERY.replace("success == false", "name == 'x'"), []),
        ("ops/policy.yaml", POLICY.replace("METRIC", 'metric.labels.class="5xx"'), [4]),
        ("ops/policy.yaml", POLICY.replace("METRIC", 'metric.labels.class="4xx"'), []),
        ("a.tf", 'resource "sentry_issue_alert" "e" {\n  x = { event_frequency = {} }\n}\n', [1]),
        ("a.tf", 'resource "sentry_issue_alert" "e" {\n  x = { tagged_event = {} }\n}\n', []),
        ("infra/stack.yaml", CLOUDFORMATION, [3]),
        ("infra/main.json", ARM, [2]),
        ("charts/planner/templates/rules.yaml", CHART, [7]),
        ("ops/rules.yml", TWO, [5]),
        ("infra/jobs.bicep", JOB, []),
        ("infra/jobs.bicep", JOB.replace("'Failed'", "'Failed' or http_status > 499"), [1]),
        ("ops/rules.yml", "- alert: Parameter\n  expr: summarize_members > 1\n", []),
        ("docs/rules.yml", TWO, []),
        ("public/locales/de.json", '{"alert": "Fehler", "error": "Fehler"}', []),
        ("values.yaml", "alerting:\n  memory: 90\n", []),
        ("main.tf", STORE.replace("NAME", "RDS"), []),
        ("main.tf", STORE.replace("NAME", "ECS"), [1]),
        (
            "main.tf",
            'resource "azurerm_monitor_metric_alert" "memory" {\n'
            "  scopes = [azurerm_redis_cache.this.id]\n}\n",
            [],
        ),
        ("ops/rules.yml", "\n", []),
        ("ops/rules.yml", ERRORS.format('http_errors_total{job="monitoring-service"}'), []),
        ("ops/rules.yml", ERRORS.format("spring_cloud_config_server_vault_errors_total"), []),
        ("ops/rules.yml", ERRORS.format('http_errors_total{job="planner"}'), [1]),
        ("ops/rules.yml", "- alert: Errors\n  expr: 0 > 1 and errors > 0\n", []),
        ("ops/rules.yml", "- alert: Errors\n  expr: 'vector(1) < 1 and errors > 0'\n", []),
        ("ops/rules.yml", "- alert: Errors\n  expr: |\n    false\n", []),
        ("ops/rules.yml", "- alert: Errors\n  expr: errors > 1.2.3\n", [1]),
        ("ops/rules.yml", "- alert: Errors\n  expr: 1.2.3 > 1 and errors > 0\n", [1]),
        ("ops/rules.yml", "- alert: Errors\n  expr: vector(1) > 0 and errors > 0\n", [1]),
    ],
)
def test_which_lines_declare_an_alert(path: str, text: str, lines: list[int]) -> None:
    repo = testing.repository({"files": {path: text}})
    assert [place.line for place in declared(repo)] == lines


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ({}, []),
        ({"src/application.properties": "spring.application.name=tea-service\n"}, [1]),
        ({"services/tea-service/pom.xml": "<project/>\n"}, [1]),
        ({"grafana/dashboards/tea.json": '{"panels": [{"text": "tea-service"}]}\n'}, []),
        ({"src/application.properties": "spring.application.name=booking\n"}, []),
    ],
)
def test_an_alert_on_an_application_that_is_not_here_is_none(
    more: dict[str, str], lines: list[int]
) -> None:
    alert = '- alert: Errors\n  expr: rate(http_errors_total{application="tea-service"}[5m]) > 1\n'
    repo = testing.repository({"files": {"ops/rules.yml": alert, **more}})
    assert [place.line for place in declared(repo)] == lines


@pytest.mark.parametrize(("name", "lines"), [("tea", []), ("booking", [8])])
def test_a_rule_of_grafana_says_first_what_it_asks_for(name: str, lines: list[int]) -> None:
    rule = (
        "groups:\n  - rules:\n      - title: Error rate\n        data:\n          - model:\n"
        f'              expr: rate(http_errors_total{{application=~"{name}"}}[5m])\n'
        "        noDataState: OK\n        execErrState: Error\n"
    )
    named = {"application.yml": "spring:\n  application:\n    name: booking\n"}
    repo = testing.repository({"files": {"ops/rules.yml": rule, **named}})
    assert [place.line for place in declared(repo)] == lines
