"""What clusters measure once infrastructure asks for it, the memory of every task and pod among it:
Container Insights and Lambda Insights of AWS, the monitoring of GKE and of AKS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.beside import is_alone
from agentaudit.probes.once import once
from agentaudit.source import Component, Place, Repo

_DECLARED = ("**/*.tf", "**/*.yml", "**/*.yaml", "**/*.json.tpl")
_STACKS = ("cdk.json", "Pulumi.yaml", "sst.config.ts")
_CODE = ("ts", "py", "go", "cs", "java")
_SAID = regex(
    r"(?i)\bcontainer_?insights(?:_?v2)?[\"']?\s{0,9}[:=,]\s{0,9}(?:true|[\"']?enabled|[\"']?enhanced"
    r"|[\w.]{0,60}ContainerInsights\.(?:ENABLED|ENHANCED)|value=[\"']?en)"
    r"|\bname[\"']?\s{0,9}[:=]\s{0,9}[\"']containerInsights[\"']\s{0,9},?\s{0,80}(?:[\w-]{0,20}\s)?\s{0,40}"
    r"[\"']?value[\"']?\s{0,9}[:=]\s{0,9}[\"']?en(?:abled|hanced)"
    r"|\bname:\s{0,9}containerInsights\s{0,80}value:\s{0,9}[\"']?en(?:abled|hanced)"
    r"|amazon-cloudwatch-observability|:layer:LambdaInsightsExtension(?:-Arm64)?:"
    r"|\binsights_?[vV]ersion[\"']?\s{0,9}[:=]\s{0,9}[\w.]{0,60}LambdaInsightsVersion\."
    r"|\bLambdaInsightsVersion\.(?:VERSION|fromInsightVersionArn|from_insight_version_arn)"
    r"|\bmonitoring_?service[\"']?\s{0,9}[:=]\s{0,9}[\"']monitoring\.googleapis\.com/kubernetes"
    r"|\bmonitoring_config\s{0,9}=?\s{0,9}\{\s{0,99}enable_components\s{0,9}=\s{0,9}\[\s{0,99}\"SYSTEM"
    r"|\b(?:oms_agent|monitor_metrics)\s{1,9}\{"
)
_WORDS = (
    *("nsights", "NSIGHTS", "cloudwatch-observability", "monitoring.googleapis.com"),
    *("monitoring_config", "oms_agent", "monitor_metrics"),
)
"""One of them stands wherever the expression can match: most files hold none."""


def insights(repo: Repo, component: Component) -> Iterator[Place]:
    """Where infrastructure switches it on; of several components, for those that it names. What the
    runtime of Bedrock AgentCore is handed runs in no cluster of its own."""
    if any(component.code.methods("BedrockAgentCoreApp")):
        return
    packed = _packed(repo)
    function = bool(packed) and not _is_packed(component)
    alone = len(packed) == 1 if packed and not function else is_alone(repo)
    runs = not function and _is_in_kubernetes(repo, component)
    for pattern in (*_DECLARED, *_programs(repo)):
        for file in repo.files(pattern):
            if file.repo != component.repo or repo.role(file) in ASIDE:
                continue
            text = (repo.read(file) or "")[:300_000]
            if not any(word in text for word in _WORDS):
                continue
            for found in _SAID.finditer(text):
                if function and "ambda" not in found[0]:
                    continue
                meant = alone or (runs and _OF_KUBERNETES.search(found[0]))
                if not meant and not _names(repo, file, component):
                    break
                start = text.rfind("\n", 0, found.start()) + 1
                if not re.match(r"\s*(?:#|//)", text[start : found.end()]):
                    line = text.count("\n", 0, found.start()) + 1
                    yield replace(file, line=line, text=found[0].split("\n")[0].strip())


@once
def _packed(repo: Repo) -> list[Component]:
    return [each for each in repo.components() if each.agentic and _is_packed(each)]


def _is_packed(component: Component) -> bool:
    """Whether it is built into an image, as what a cluster runs is: a function needs none."""
    return bool(component.build_files or component.images)


_OF_KUBERNETES = regex(r"(?i)monitoring|oms_agent|monitor_metrics|amazon-cloudwatch-observability")
"""What measures every pod of a cluster."""
_WORKLOAD = regex(r"(?m)^kind:\s{0,4}(?:Deployment|StatefulSet|DaemonSet|CronJob|Job|Pod)\b")
_CHART = regex(r"(?:^|/)values[\w.-]{0,40}\.ya?ml$")


def _is_in_kubernetes(repo: Repo, component: Component) -> bool:
    """Whether a chart or a manifest of Kubernetes starts it, or the values of a chart name an image
    that is called after it."""
    started = {(each.repo, each.path): each for each in component.built_by}
    told = [each for each in started.values() if each.path.endswith((".yaml", ".yml"))]
    return any(
        _CHART.search(each.path) or _WORKLOAD.search(repo.read(each) or "") for each in told
    ) or any(
        _CHART.search(each.place.path) and _is_image_of(component, each.value)
        for each in component.code.settings
        if each.name in ("repository", "image") and each.role in (Role.APP, Role.INFRA)
    )


def _is_image_of(component: Component, reference: str) -> bool:
    name = re.split(r"[:@]", reference.strip("\"' ").rpartition("/")[2])[0]
    own = component.path.rpartition("/")[2]
    return len(own) >= _SHORTEST and (name == own or name.endswith(f"-{own}"))


_SHORTEST = 4
"""Letters of a name that is not one of many."""


def _names(repo: Repo, file: Place, component: Component) -> bool:
    """Whether the cluster's directory names the component, whose tasks it may not run."""
    home = file.path.rpartition("/")[0]
    name = component.path.rpartition("/")[2] if component.path != "." else component.name
    others = {each.path.rpartition("/")[2] for each in repo.components()}
    named = {name} | ((_SERVING - others) if name in _SERVING else set())
    word = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(named)))})(?![\w-])")
    beside = repo.files(f"{home}/*.{file.path.rpartition('.')[2]}".lstrip("/"))
    return bool(word.search(home)) or any(word.search(repo.read(each) or "") for each in beside)


_SERVING = frozenset({"server", "backend"})
"""Two names of the same, where a repository has one of them."""


def _programs(repo: Repo) -> Iterator[str]:
    """Patterns of the code of stacks."""
    for name in _STACKS:
        for file in repo.files(f"**/{name}"):
            home = file.path.rpartition("/")[0]
            yield from (f"{home}/**/*.{end}".lstrip("/") for end in _CODE)
