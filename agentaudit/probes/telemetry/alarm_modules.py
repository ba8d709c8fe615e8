"""Alarms that a module of Terraform, or a library of CDK, declares for those who use it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.beside import is_alone
from agentaudit.probes.telemetry.alerts import is_aside
from agentaudit.source import Component, Place, Repo

_MODULE = regex(r"^[ \t]*module\s+\"[\w-]{1,100}\"\s*\{", re.MULTILINE)
_SOURCE = regex(r"^\s*source\s*=\s*\"([^\"\n]{1,400})\"", re.MULTILINE)
_ALARMS = regex(r"(?i)alarms?\b|alerts?\b|alert[-_]polic|monitoring[-_]alert|metric[-_]alert")
"""How modules of alarms are called: `modules/metric-alarm`, `observability/ecs-alarms`."""
_SERVICE = regex(
    r"(?i)\b(?:ecs|alb|elb|nlb|lb|lambda|api[-_]?gateway|apigw|app[-_]?service|container[-_]?apps?"
    r"|cloud[-_]?run|gke|eks|aks|rds|http|service)\b[-_]|memory|mem\b|latency|duration|5xx|errors?|failure"
)
"""What an alarm is about that has a memory, answers slowly, or fails."""
_NOTHING = regex(r"^\s*(?:count\s*=\s*0|(?:create\w{0,40}|enabled)\s*=\s*false)\s*$", re.MULTILINE)
_CONSTRUCT = regex(
    r"\bnew\s+(?:cloudwatch\.|cw\.)?Alarm\(|\bcloudwatch\.Alarm\(|\bcw\.Alarm\(|\.create_?[aA]larm\("
    r"|\baddAlarm\(|\bnew\s+aws\.cloudwatch\.MetricAlarm\(|\baws\.cloudwatch\.MetricAlarm\("
    r"|\b(?:gcp\.)?monitoring\.AlertPolicy\(|\bdatadog\.Monitor\(|\binsights\.MetricAlert\("
    r"|\badd\w{0,40}(?:[fF]ault|[eE]rror|[lL]atency|[fF]ailure|[mM]emory|[dD]uration|[aA]vailability)"
    r"\w{0,30}_?[aA]larm\s{0,4}[:=]"
)
"""An alarm of CDK, of the facade over it, or of Pulumi."""
_TELLS = regex(
    r"(?i)metric_?errors?\b|metric_?duration|metric_?throttles|metricMemory|memory_?utili[sz]ation"
    r"|latency|5xx|target_?response|failed|failure|error|fault_?rate"
)
_HINTS = ("larm", "lertPolicy", "datadog.Monitor", "MetricAlert")
_STACKS = ("cdk.json", "Pulumi.yaml", "sst.config.ts")
_NEAR = 900
_END = regex(r"\n\s{0,20}\}?\)[;,]?\s*\n")
"""Where the arguments of a construct end."""
_ENDED = regex(r";|\n\s{0,20}\n")
"""Where a statement ends before one that makes an alarm of a metric."""


def by_modules(repo: Repo) -> Iterator[Place]:
    """First line of each use of a module whose alarms are on memory, latency or errors."""
    for place, _ in _modules(repo):
        yield place


def _modules(repo: Repo) -> Iterator[tuple[Place, str]]:
    """The same, with the block."""
    for file in repo.files("**/*.tf"):
        text = "" if repo.role(file) in ASIDE else (repo.read(file) or "")[:300_000]
        modules = list(_MODULE.finditer(text)) if "module" in text else []
        nexts = [*(found.start() for found in modules[1:]), len(text)]
        for found, following in zip(modules, nexts, strict=False):
            block = _bare(text[found.start() : following].partition("\n}")[0])
            source = _SOURCE.search(block)
            if source and _alarms(source[1]) and not _NOTHING.search(block):
                said = source[1].rpartition("//")[2] + block[source.end() :]
                if _SERVICE.search(said):
                    yield _place(file, text, found), block


_MEMORY = regex(r"(?i)memory")


def of_memory(repo: Repo, component: Component) -> Iterator[Place]:
    """First line of each module of alarms on the memory of a service of containers that is named
    like the component, or of all of them where there is but one that asks models."""
    alone = is_alone(repo)
    name = component.path.rpartition("/")[2]
    for place, block in _modules(repo):
        if _MEMORY.search(block) and (alone or name in re.findall(r"\w+", block)):
            yield place


def by_constructs(repo: Repo) -> Iterator[Place]:
    """First line of each alarm of that kind that a stack of CDK or Pulumi makes."""
    homes = {file.path.rpartition("/")[0] for name in _STACKS for file in repo.files(f"**/{name}")}
    for suffix in ("ts", "py") if homes else ():
        for file in repo.files(f"**/*.{suffix}"):
            inside = any(not home or file.path.startswith(f"{home}/") for home in homes)
            text = (repo.read(file) or "")[:300_000] if inside else ""
            if repo.role(file) in ASIDE or not any(word in text for word in _HINTS):
                continue
            for found in _CONSTRUCT.finditer(text):
                near = text[max(0, found.start() - 120) : found.start() + _NEAR]
                ends = _END.search(text, found.end(), found.end() + _NEAR)
                own = text[found.start() : ends.start() if ends else found.end() + _NEAR]
                if found[0][0] == ".":
                    own = _ENDED.split(text[max(0, found.start() - 300) : found.start()])[-1] + own
                if _TELLS.search(near) and not is_aside(own.split("\n")):
                    yield _place(file, text, found)


def _alarms(source: str) -> bool:
    """Whether a module is one of alarms, told by the last part of where it comes from."""
    path = source.partition("?")[0].rstrip("/")
    return bool(_ALARMS.search(path.rpartition("/")[2])) or "/metric-alarm" in path


def _bare(block: str) -> str:
    """Without comments."""
    return re.sub(r"(?m)^\s*(?:#|//).*$", "", block)


def _place(file: Place, text: str, found: re.Match[str]) -> Place:
    line = text.count("\n", 0, found.start()) + 1
    return replace(file, line=line, text=found[0].strip()[:300])
