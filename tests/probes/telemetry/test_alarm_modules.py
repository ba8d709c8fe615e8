"""Alarms that modules of Terraform and constructs of CDK and Pulumi declare."""

from __future__ import annotations

from time import process_time

import pytest

from agentaudit import testing
from agentaudit.probes.telemetry.alarm_modules import by_constructs, by_modules, of_memory

MODULE = 'module "alarm" {{\n  source = "{}"\n  name   = "planner"\n{}}}\n'
GIT = "git::https://git.example/modules.git//observability/{}?ref=v1.0.1-ecs-alarms"


@pytest.mark.parametrize(
    ("source", "more", "found"),
    [
        (GIT.format("ecs-alarms"), "", True),
        ("../modules/alb-alerts", "", True),
        ("terraform-aws-modules/cloudwatch/aws//modules/metric-alarm", 'm = "Errors"\n', True),
        ("terraform-aws-modules/cloudwatch/aws//modules/metric-alarm", 'm = "Disk"\n', False),
        (GIT.format("ecs-alarms"), "  count = 0\n", False),
        (GIT.format("ecs-service"), "", False),
        (GIT.format("cloudwatch-slack-integration"), "", False),
        ("../modules/budget-alarms", "", False),
    ],
)
def test_modules_of_terraform(source: str, more: str, found: bool) -> None:
    files = {"infra/ecs.tf": MODULE.format(source, more)}
    assert bool(list(by_modules(testing.repository({"files": files})))) is found


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("cdk/s.ts", "new cloudwatch.Alarm(this, 'A', { metric: fn.metricErrors() });", True),
        ("cdk/s.py", "fn.metric_errors().create_alarm(self, 'A', threshold=1)", True),
        ("cdk/s.ts", "new Alarm(this, 'A', { metric: queue.metricOldest() });", False),
        ("other/s.ts", "new cloudwatch.Alarm(this, 'A', { metric: fn.metricErrors() });", False),
        ("cdk/s.ts", "facade.monitorLambdaFunction({ addLatencyP99Alarm: { W: x } });", True),
        ("cdk/s.py", "facade.monitor_lambda_function(add_fault_rate_alarm={'W': x})", True),
        ("cdk/s.ts", "facade.monitorLambdaFunction({ addLowTpsAlarm: { W: x } });", False),
        (
            "cdk/s.ts",
            "new Alarm(this, 'A', {\n  alarmName: `planner-extractor-errors`,\n"
            "  metric: fn.metricErrors() });",
            False,
        ),
        (
            "cdk/s.ts",
            "new Alarm(this, 'A', {\n  alarmName: `planner-errors`,\n"
            "  metric: fn.metricErrors() });",
            True,
        ),
        ("cdk/s.py", "cloudwatch.Alarm(self, 'A', metric=orders.metric_user_errors())", False),
        (
            "cdk/s.ts",
            "new Alarm(this, 'A', { metric: this.usersTable.metric('E errors') });",
            False,
        ),
        (
            "cdk/s.ts",
            "new cloudwatch.Alarm(this, 'SlowErrors', {\n  metric: new cloudwatch.Metric({\n"
            "    namespace: 'AWS/DynamoDB', metricName: 'SuccessfulRequestLatency',\n  }),\n});",
            False,
        ),
        (
            "cdk/s.py",
            "t = tables.metric_system_errors_for_operations(\n    period=FIVE,\n)"
            ".create_alarm(self, 'Errors', threshold=1)",
            False,
        ),
        (
            "cdk/s.py",
            "shown = tables.metric_user_errors()\n\n"
            "fn.metric_errors().create_alarm(self, 'Errors', threshold=1)",
            True,
        ),
        ("cdk/s.ts", "new Alarm(this, 'TableToolErrors', { metric: fn.metricErrors() });", True),
        ("cdk/s.ts", "new Alarm(this, 'A', { metric: restApi.metricLatency() });", True),
        ("cdk/tests/s.ts", "new Alarm(this, 'A', { metric: fn.metricErrors() });", False),
    ],
)
def test_alarms_of_stacks(path: str, text: str, found: bool) -> None:
    files = {"cdk/cdk.json": "{}", path: text}
    assert bool(list(by_constructs(testing.repository({"files": files})))) is found


@pytest.mark.parametrize(
    ("more", "home", "found"),
    [
        ("memory = module.planner.memory\n", "planner", True),
        ("memory = module.planner.memory\n", "web", False),
        ("", "planner", False),
    ],
)
def test_modules_that_watch_the_memory_of_a_component(more: str, home: str, found: bool) -> None:
    image = {"Dockerfile": "FROM python:3.12\n", "requirements.txt": "openai==1.93.0\n"}
    image["app.py"] = "from openai import OpenAI\nOpenAI()\n"
    files = {f"{at}/{name}": text for at in ("planner", "web") for name, text in image.items()}
    files["infra/ecs.tf"] = MODULE.format(GIT.format("ecs-alarms"), more)
    repo = testing.repository({"files": files})
    component = testing.component({"files": files, "path": home})
    assert bool(list(of_memory(repo, component))) is found


def test_modules_that_do_not_close_at_the_start_of_a_line_end_where_another_begins() -> None:
    rows = [f'module "m{n}" {{ source = "./"\n x = module.m{n + 1}.y }}\n' for n in range(6000)]
    repo = testing.repository({"files": {"main.tf": "".join(rows)}})
    began = process_time()
    assert list(by_modules(repo)) == []
    assert process_time() - began < 1.5
