"""Tracing that is asked for where a program is started or deployed: by the server and the command
line of Google's ADK, by the agents of New Relic and Datadog, by what a workflow hands LangSmith."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Call, Role, Strength
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.beside import is_alone
from agentaudit.probes.telemetry.image_agents import agents
from agentaudit.probes.telemetry.unasked import serving
from agentaudit.source import Component, Place, Repo, Step

_FLAGS = ("trace_to_cloud", "otel_to_cloud")
_ENGINES = ("enable_tracing",)
"""How the server is asked for it, and how `AdkApp` is."""
_NOTEBOOK = ".ipynb"
"""What somebody runs by hand: it neither starts nor deploys a program."""
_DEPLOYED = regex(
    r"\badk\s{1,9}(?:deploy\s{1,9}\w{1,30}|api_server)\b[^\n#]{0,600}\s--(?:trace|otel)_to_cloud\b"
)
_ORDERS = ("**/Makefile", "**/*.mk", "**/*.sh", "**/*.yml", "**/*.yaml", "**/justfile")
_FOLDED = regex(r"\\\r?\n\s*")


def launched(repo: Repo, component: Component) -> Iterator[Place]:
    """Where its start or its deployment asks that models and agents are traced."""
    if any(u.library == "google-adk" and _asks(u.strength) for u in component.uses("agent")):
        shipped = [call for call in component.code.calls if _is_shipped(call)]
        for call in dict.fromkeys((*serving(component), *shipped)):
            if call.place.path.endswith(_NOTEBOOK):
                continue
            asked = [call.argument(each) for each in (_ENGINES if _is_shipped(call) else _FLAGS)]
            held = call.condition is not None and call.condition.default is not True
            if any(each and each.text in ("True", "true") for each in asked) and not held:
                yield call.place
        yield from _ordered(repo, component)
    yield from _watched(repo, component)
    yield from _patched(repo, component)
    yield from _handed(repo, component)


def _is_shipped(call: Call) -> bool:
    """Whether it wraps an agent for Vertex AI Agent Engine, as a script by hand ships it."""
    return call.method == "AdkApp" and call.role in (Role.APP, Role.INFRA)


_TRACED = regex(
    r"(?:@langchain/)?(?:langchain|langgraph|langsmith)(?:[-/][\w-]{1,40})?|@langchain/.+"
)
"""Libraries that trace themselves once the environment asks for it."""
_ON = r"\b(?:LANGSMITH|LANGCHAIN)_TRACING(?:_V2)?=[\"']?(?:true|1)\b"
_ASKED = regex(
    r"^[\"']?(?:LANGSMITH|LANGCHAIN)_TRACING(?:_V2)?[\"']?\s{0,4}[=:]\s{0,4}[\"']?(?:true|1)[\"']?,?$"
    rf"|\becho\s{{1,4}}[\"']?{_ON}[\"']?\s{{0,4}}>>?\s{{0,4}}[\w./~-]{{0,60}}env\b"
    rf"|(?:env[-_]vars|\s--?e(?:nv)?\b)[^#\n]{{0,400}}?{_ON}"
)
"""A line of the environment of what is deployed, or the order that hands it over."""
_SENT = regex(
    r"\b(?:ssh|scp|rsync|systemctl\s(?:re)?start|docker[ -]compose\s[^\n]{0,80}\bup)\b"
    r"|\b(?:gcloud\s[^\n]{0,40}deploy|az\s(?:webapp|containerapp)|fly(?:ctl)?\sdeploy)\b"
    r"|uses: [\w-]{1,40}/(?:ssh-action|[\w-]{0,40}deploy[\w-]{0,40})@"
)
"""How a workflow brings it where it serves."""
_KEY = regex(r"\b(?:LANGSMITH|LANGCHAIN)_API_KEY\b")


def _handed(repo: Repo, component: Component) -> Iterator[Place]:
    """Where the job that deploys switches LangSmith on and hands over its key; of several
    components, for the only one that LangSmith can trace."""
    steps = repo.steps()
    asking = [each for each in steps if _ASKED.search(each.text) and not _is_foreign(each, steps)]
    if not asking or [x.id for x in repo.components() if _is_traced(x)] != [component.id]:
        return
    for step in asking:
        job = (step.workflow, step.job)
        around = [each.text for each in steps if (each.workflow, each.job) == job]
        if any(map(_SENT.search, around)) and any(map(_KEY.search, around)):
            yield step.place


_FETCHED = regex(
    r"--image[=\s]{1,4}[\"']?((?:docker\.io|ghcr\.io|quay\.io)/[\w./-]{1,200}|[\w-]{1,60}/[\w-]{1,60}\b(?!/))"
)
"""An image that a public registry gives, by its name."""
_MAKES = regex(r"(?i)build|push|\btags?=")


def _is_foreign(step: Step, steps: tuple[Step, ...]) -> bool:
    """Whether it deploys an image of somebody else, which no step makes."""
    found = _FETCHED.search(step.text)
    return found is not None and not any(
        found[1] in each.text and _MAKES.search(each.text) for each in steps
    )


def _is_traced(component: Component) -> bool:
    uses = [u for trade in ("model", "agent", "tracing") for u in component.uses(trade)]
    return any(_TRACED.fullmatch(u.library) and _asks(u.strength) for u in uses)


def _asks(strength: Strength) -> bool:
    return strength >= Strength.CALLED


def _ordered(repo: Repo, component: Component) -> Iterator[Place]:
    """Commands that deploy it so; of several components, those that name it."""
    name = component.path.rpartition("/")[2]
    alone = is_alone(repo)
    files = [each.place for each in component.build_files]
    files += [f for kind in _ORDERS for f in repo.files(kind, saying=_FLAGS)]
    for file in files:
        text = "" if repo.role(file) in ASIDE else (repo.read(file) or "")[:200_000]
        for found in _DEPLOYED.finditer(_FOLDED.sub(" ", text)):
            row = next((r for r in text.split("\n") if found[0][:30] in r), "")
            if (alone or name in found[0]) and not row.lstrip().startswith("#"):
                yield replace(file, text=found[0][:300])


_MONITORED = regex(r"(?i)\s*ai_monitoring\.enabled\s*[=:]\s*(?:true|on|yes|1)\s*(?:#.*)?")
_SILENT = regex(r"(?i)\s*monitor_mode\s*[=:]\s*(?:false|off|no|0)\s*(?:#.*)?")
_SECTION = regex(r"\s*\[newrelic(?::(\w{1,40}))?\]\s*")
_WATCHED = frozenset({"openai", "langchain", "langchain-openai", "langchain-core", "boto3"})
"""Libraries whose calls the agent of New Relic traces."""


def _watched(repo: Repo, component: Component) -> Iterator[Place]:
    """The line of `newrelic.ini` that asks for it, where the program is started under the agent."""
    uses = [u for trade in ("model", "agent") for u in component.uses(trade)]
    if not any(u.library in _WATCHED and _asks(u.strength) for u in uses):
        return
    started = [each for each in agents(repo, component) if "newrelic-admin" in each.text]
    started += [c.place for c in serving(component) if c.below("newrelic.agent.initialize")]
    for file in repo.files("**/newrelic.ini") if started else ():
        yield from _switched_on(file, repo.read(file) or "")
    if _is_required(repo, component):
        for kind in ("js", "cjs"):
            for file in repo.files(f"**/newrelic.{kind}"):
                if _OBJECT.search(repo.read(file) or ""):
                    yield file


_PATCHED = regex(
    r"(?:@langchain/)?(?:langchain|langgraph)(?:[-/][\w-]{1,40})?|openai|openai-agents|anthropic|bedrock"
    r"|boto3|google-genai|vertexai|litellm|crewai|pydantic-ai|mcp"
)
"""Libraries whose calls the agent of Datadog traces unasked."""
_UNPATCHED = regex(
    r"DD_(?:TRACE|TRACE_(?:OPENAI|ANTHROPIC|LANGCHAIN|LANGGRAPH|BOTOCORE|LITELLM|CREWAI))_ENABLED"
)


def _patched(repo: Repo, component: Component) -> Iterator[Place]:
    """The line that starts it under the agent of Datadog, where nothing keeps that off models."""
    uses = [u for trade in ("model", "agent") for u in component.uses(trade)]
    if not any(_PATCHED.fullmatch(u.library) and _asks(u.strength) for u in uses):
        return
    told = (each for each in component.code.settings if _UNPATCHED.fullmatch(each.name[:80]))
    if not any(each.value.strip("\"' ").lower() in ("false", "0") for each in told):
        yield from (each for each in agents(repo, component) if "ddtrace-run" in each.text)


def _switched_on(file: Place, text: str) -> Iterator[Place]:
    """What the sections for every environment, and for production, say."""
    section, found, silent = "", None, False
    for number, row in enumerate(text.split("\n"), 1):
        if named := _SECTION.fullmatch(row):
            section = named[1] or ""
        if section in ("", "production"):
            silent = silent or _SILENT.fullmatch(row) is not None
            if _MONITORED.fullmatch(row):
                found = replace(file, line=number, text=row.strip())
    if found and not silent:
        yield found


_OBJECT = regex(r"(?m)^\s*ai_monitoring\s*:\s*\{\s*enabled\s*:\s*true\b")
_REQUIRED = regex(r"\bnode\s[^\n]{0,100}?(?:-r|--require|--import)[\s=]newrelic\b")


def _is_required(repo: Repo, component: Component) -> bool:
    """Whether a program of Node.js loads the agent: by an import, or as it is started."""
    if any(each.module == "newrelic" for each in component.code.imports):
        return any(each.ecosystem == "node" for each in component.manifests)
    files = [each.place for each in component.build_files]
    files += [each.place for each in component.manifests]
    return any(_REQUIRED.search(repo.read(each) or "") for each in files)
