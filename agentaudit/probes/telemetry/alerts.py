"""Alerts that files of a repository declare: Prometheus, Grafana, Sloth and Pyrra, Terraform,
CloudFormation, Azure, Google Cloud.

Files are read line by line: most are templates that no parser of their format would accept.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.telemetry.counted import is_switched_off
from agentaudit.source import Place, Repo

PATTERNS = ("**/*.yml", "**/*.yaml", "**/*.tf", "**/*.bicep", "**/*.json", "**/*.rules")
_START = regex(
    r"""^\s*(?:-\s*)?["']?alert["']?\s*:\s*["']?\S
      |^\s*resource\s+"(?:aws_cloudwatch_metric_alarm|aws_cloudwatch_composite_alarm
          |google_monitoring_alert_policy|azurerm_monitor_(?:metric_alert|scheduled_query_rules_\w+)
          |datadog_monitor|grafana_rule_group|newrelic_nrql_alert_condition|betteruptime_monitor
          |sentry_(?:issue|metric)_alert|honeycombio_(?:trigger|burn_alert)|signalfx_detector)"
      |["']?Type["']?\s*:\s*["']?AWS::CloudWatch::(?:Composite)?Alarm
      |Microsoft\.Insights/(?:metricAlerts|scheduledQueryRules)
      |^\s*(?:-\s*)?["']?(?:grafana_alert|noDataState|execErrState)["']?\s*:
      |^\s*(?:-\s*)?["']?datasource_?[uU]id["']?\s*:\s*["']?(?:__expr__|-100)\b
      |^\s*(?:-\s*)?["']?condition(?:Threshold|PrometheusQueryLanguage|MonitoringQueryLanguage|Sql)["']?\s*:
      |^\s*(?:error_query|error_ratio_query|errorQuery|errorRatioQuery)\s*:
      |^\s*kind:\s*["']?(?:PodMonitoringAlert|AlertPolicy|ServiceLevelObjective)""",
    re.VERBOSE,
)
_OFF = regex(
    r"^\s*[\"']?(?:enabled|actions_enabled|ActionsEnabled|isPaused|is_paused|paused|count)[\"']?"
    r"\s*[:=]\s*(\S+)"
)
_STATES = {"isPaused": "true", "is_paused": "true", "paused": "true", "count": "0"}
_ALL_OFF = regex(r"\bdisabled?\s*:\s*true\b")
"""An objective asks for two alerts: Sloth switches each of them off, Pyrra both at once."""
_WORDS = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
SIGNALS = frozenset(
    {"memory", "mem", "oom", "oomkilled", "rss", "latency", "latencies", "duration", "slow"}
    | {"error", "errors", "failure", "failures", "failed", "fault", "faults", "5xx", "500"}
    | {"availability", "burn", "exception", "exceptions"}
)
"""Words that say what an alert is about: memory, latency or error rate."""
_TIMES = regex(
    r"response[_-]?time|p9[059]\b|quantile|5xx|5\.\.|status[^\n]{0,20}5|success\s*==\s*\"?false"
    r"|resultCode[^\n]{0,20}5|event_?frequency|first_seen_event",
    re.IGNORECASE,
)
LONGEST = 60
"""Lines of one alert that are looked at, before and after its first."""
_ELSEWHERE = regex(r"(?:^|/)(?:locales?|i18n|langs?|languages|translations)/|(?:^|/)pnpm-lock\.")


def declared(repo: Repo) -> Iterator[Place]:
    """First line of each alert on memory, latency or error rate of what is here; one that asks for
    an application by a name that nothing here has, can never fire."""
    seen: dict[str, bool] = {}
    for pattern in PATTERNS:
        for file in repo.files(pattern, saying=_HINTS):
            if not (repo.role(file) in ASIDE or _ELSEWHERE.search(file.path)):
                for place, named in _in_file(file, repo.read(file) or ""):
                    if is_switched_off(repo, place):
                        continue
                    if not named or not named.isdisjoint(_here(repo, file, named, seen)):
                        yield place


_SELECTED = regex(
    r"\b(?:application|app|app_name|service|service_name)\s*=~?\s*\\?[\"']([\w.-]{2,80})\\?[\"']"
)
"""The application or service that an expression asks for."""
_AFTER = regex(r"noDataState|execErrState|datasource_?[uU]id")
"""What Grafana writes after the expression of a rule."""
_UNIFIED = regex(r"^\s*(?:-\s*)?[\"']?datasource")
_NAMING = (
    *("**/*.yml", "**/*.yaml", "**/*.properties", "**/*.toml", "**/*.json", "**/*.xml", "**/*.tf"),
    *("**/*.env", "**/.env*", "**/Dockerfile*", "**/Makefile", "**/*.py", "**/*.ts", "**/*.js"),
    *("**/*.go", "**/*.java", "**/*.kt", "**/*.cs", "**/*.csproj", "**/*.sh", "**/*.bicep"),
)
"""Files in which an application gets its name."""
_DASHBOARD = regex(r"(?i)dashboards?/|\"panels\"\s*:")


def _here(repo: Repo, alert: Place, named: set[str], seen: dict[str, bool]) -> set[str]:
    """Those of the names that are here; each is looked for once, and only so many."""
    for name in sorted(named - seen.keys()):
        seen[name] = len(seen) >= _MOST or _is_here(repo, alert, name)
    return {name for name in named if seen[name]}


_MOST = 20


def _is_here(repo: Repo, alert: Place, name: str) -> bool:
    """Whether a file says the name, besides that of the alert and pictures of the same metrics."""
    for pattern in _NAMING:
        for file in repo.files(pattern):
            if file.path == alert.path:
                continue
            text = repo.read(file) or ""
            if name in file.path or (name in text and not _DASHBOARD.search(file.path + text)):
                return True
    return False


_REMARK = regex(r"\s#\s[^\"']*$")


def _in_file(file: Place, text: str) -> Iterator[tuple[Place, set[str]]]:
    lines = [
        _REMARK.sub("", line[:1000]) if "#" in line else line[:1000] for line in text.split("\n")
    ]
    hints = (*_HINTS, "datasource")
    told = [(at, line) for at, line in enumerate(lines) if any(hint in line for hint in hints)]
    starts = [at for at, line in told if _START.search(line)]
    for start, after in pairwise([*starts, len(lines)]):
        block = lines[start : min(after, start + LONGEST)]
        if _UNIFIED.match(block[0]):
            block = _rule(lines, start)
        if _speaks(block) and not (_off(block) or _never(block) or is_aside(block)):
            asked = _rule(lines, start) if _AFTER.search(block[0]) else block
            named = {name for line in asked for name in _SELECTED.findall(line)}
            yield replace(file, line=start + 1, text=lines[start].strip()), named


_RULE = regex(r"^\s*-\s+(?:uid|title):")


def _rule(lines: list[str], at: int) -> list[str]:
    """The rule of Grafana that a line stands in."""
    above = (n for n in range(at, max(-1, at - 3 * LONGEST), -1) if _RULE.match(lines[n]))
    first = next(above, at)
    below = (n for n in range(at + 1, min(len(lines), at + LONGEST)) if _RULE.match(lines[n]))
    return lines[first : next(below, min(len(lines), at + LONGEST))]


_HINTS = (
    *("alert", "Alert", "alarm", "Alarm", "monitor", "noDataState", "execErrState", "Quer"),
    *("__expr__", "grafana_rule_group", "condition", "rror_", "ServiceLevelObjective"),
    *("honeycombio_", "signalfx_"),
)


def _speaks(block: list[str]) -> bool:
    """Whether the alert is about memory, latency or errors."""
    shown = [line for line in block if not line.lstrip().startswith(("#", "//"))]
    if any(_ASKS.match(line) for line in shown):
        # What it asks counts, not what it is called.
        shown = [line for line in shown if not _NAMED.match(line)] or shown
    text = "\n".join(shown)
    words = {word.lower() for word in _WORDS.findall(text)}
    return bool(words & SIGNALS) or bool(_TIMES.search(text))


_ASKS = regex(
    r"^\s*(?:-\s*)?(?:model:\s*\{\s*)?[\"']?(?:expr|metric_name|MetricName|metricName)[\"']?"
    r"\s*[:=]\s*[^\s|>]"
)
"""A line that says on its own which metric is asked for."""
_NAMED = regex(
    r"^\s*(?:-\s*)?(?:resource\s|[\"']?(?:alert|name|alarm_?[nN]ame|AlarmName|display_?[nN]ame|title"
    r"|summary|(?:[aA]larm|alarm_)?[dD]escription)[\"']?\s*[:=])"
)
_JOBS = frozenset(
    {"job", "jobs", "cronjob", "cronjobs", "batch", "backup", "backups", "export", "etl"}
    | {"migration", "nightly", "workflow", "crawler", "sync", "ingest", "ingestion", "ingester"}
    | {"extractor", "extraction", "indexer", "eval", "evals", "evaluation"}
)
_SERVES = frozenset(
    {"http", "https", "request", "requests", "response", "responses", "latency", "latencies"}
    | {"api", "5xx", "elb", "alb", "gateway", "endpoint", "chat", "agent", "llm"}
)


_STORES = regex(
    r"[\"']AWS/(?:RDS|ES|AOSS|OpenSearch|ElastiCache|DocDB|Neptune|Redshift|DynamoDB|S3|Kafka|AmazonMQ"
    r"|EFS)[\"']|(?i:Microsoft\.(?:DBfor\w{1,20}|Cache|Sql|DocumentDB|Storage|Search)/)"
    r"|(?:cloudsql|redis|alloydb|spanner|bigquery|storage)\.googleapis\.com/"
    r"|\bscopes\s*=\s*\[\s*azurerm_(?:postgresql|mysql|mssql|mariadb|redis|cosmosdb|search|storage)_"
    r"|\bspring_cloud_(?:config_server|bus)_|\b(?:prometheus|alertmanager|loki|vault)_\w{1,80}[\s({\[]"
    r"|\b(?:instance|job|service|application|container|pod)=~?\"[\w-]{0,40}"
    r"(?:monitoring|config-?server|prometheus|grafana|alertmanager|vault)"
    r"|(?i:table|dynamo\w{0,20}|bucket|database|db_?(?:cluster|instance))\.metric"
    r"|\.metric_?(?i:user_?errors|system_?errors|throttled_?requests|successful_?request_?latency|freeable_?memory)"
)
"""Whose metric it is, where that is a store, or what watches and configures the others: what serves
may fail beside it unseen."""


def is_aside(block: list[str]) -> bool:
    """Whether the alert is about a store or what watches, or about a job, told by its name: all of
    them stand beside what serves."""
    return any(map(_STORES.search, block)) or _is_beside(block)


def _is_beside(block: list[str]) -> bool:
    """Whether what an alert is called names a job, or what fills an index or evaluates."""
    named = " ".join(line for line in block if _NAMED.match(line))
    told = {word.lower() for word in _WORDS.findall(named)}
    words = {word.lower() for line in block for word in _WORDS.findall(line)}
    return bool(told & _JOBS) and not words & _SERVES


_EXPRESSION = regex(r"^\s*(?:-\s*)?[\"']?(?:expr|expression|condition|query)[\"']?\s*[:=]\s*(.*)$")
_NUMBER = r"\s*(?:vector\s*\(\s*)?([\d.]{1,20})\s*\)?\s*"
_COMPARED = regex(rf"{_NUMBER}(==|!=|>=|<=|>|<){_NUMBER}")
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def _never(block: list[str]) -> bool:
    """Whether the alert asks for something that cannot become true: two numbers, or `false`."""
    for number, line in enumerate(block):
        found = _EXPRESSION.match(line[:2000])
        if found is None:
            continue
        text = found[1].strip()
        if text in ("|", ">", "|-", ">-", "") and number + 1 < len(block):
            text = block[number + 1]
        pieces = re.split(r"\s(?:and|&&)\s(?:on\s*\(\s*\)\s*)?", text.strip().strip("\"',"))
        if any(_is_false(piece) for piece in pieces):
            return True
    return False


def _is_false(text: str) -> bool:
    compared = _COMPARED.fullmatch(text[:400])
    if compared is None:
        return text.strip().lower() == "false"
    try:
        return not _HOLDS[compared[2]](float(compared[1]), float(compared[3]))
    except ValueError:
        return False


def _off(block: list[str]) -> bool:
    """Whether the alert is switched off where it is declared."""
    if len(_ALL_OFF.findall("\n".join(block))) >= (1 if "ServiceLevel" in block[0] else 2):
        return True
    for line in block:
        found = _OFF.match(line)
        if found:
            name = line.split(":")[0].split("=")[0].strip(" \"'-")
            if found[1].strip("\"',").lower() == _STATES.get(name, "false"):
                return True
    return False
