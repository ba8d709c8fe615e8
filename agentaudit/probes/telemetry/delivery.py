"""Whether spans that a library writes are taken by anybody, and of what models they are."""

from __future__ import annotations

from agentaudit.code import Role, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.remarks import blanked
from agentaudit.probes.telemetry.dotnet_sources import unheard
from agentaudit.probes.telemetry.samplers import never_sampled
from agentaudit.probes.telemetry.unmade import unmade
from agentaudit.source import Component, Repo

_INSTRUMENTOR = regex(r"(?:openinference|opentelemetry)-instrumentation-([\w-]{1,60})")
_SENT = regex(
    r"register(?:_otel)?\(|configure_azure_monitor|opentelemetry-(?:instrument|distro)\b|OTEL_EXPORTER"
    r"|OTEL_TRACES_EXPORTER|logfire|langfuse|[Ll]angsmith|traceloop|Traceloop|Laminar|ddtrace|dd-trace"
    r"|openlit|mlflow|weave|agentops|opik|braintrust|newrelic|elasticapm|splunk|honeycomb|aws_?opentel"
    r"|phoenix|uptrace|axiom|sentry|SpanProcessor\(\s*(?!Simple|Console|InMemory)|otlp|OTLP|zipkin"
    r"|jaeger|set_up_opentelemetry|AzureMonitor|CloudTrace|X-?[Rr]ay"
)
"""What takes spans somewhere, by whatever product or protocol."""
_PRINTED = regex(r"ConsoleSpanExporter|InMemorySpanExporter")
_OFF = regex(
    r"(?:\w{1,30}\.)*(?:ALWAYS_OFF|(?:new\s+)?AlwaysOffSampler\(\)"
    r"|(?:new\s+)?(?:TraceIdRatioBased|TraceIdRatioBasedSampler)\(\s*0(?:\.0+)?\s*\))"
)
_PROVIDERS = ("TracerProvider", "NodeTracerProvider", "NodeSDK", "BasicTracerProvider")
_FRAMEWORKS = {
    "langchain": "langchain|langgraph|deepagents",
    "llama-index": "llama_?-?index|llama_?-?cloud|workflows",
    "llamaindex": "llama_?-?index|llama_?-?cloud|workflows",
    **{name: name for name in ("crewai", "dspy", "haystack", "agno", "smolagents")},
}
"""Frameworks that an instrumentor sees, and how their modules and packages are called."""


def undelivered(repo: Repo, component: Component, use: Use) -> tuple[Place, str] | None:
    """Where and why what a library writes down about models reaches nobody."""
    if sampler := _sampled_out(component) or never_sampled(repo, component):
        return sampler, "its provider samples none of the traces"
    if _never_started(repo, component, use):
        return use.place, "the SDK that it is given to is never started"
    if why := unheard(repo, component, use):
        return use.place, why
    if unmade(repo, component, use):
        return use.place, "nothing in it makes a span of what models are asked"
    named = _INSTRUMENTOR.fullmatch(use.library)
    if named is None:
        return None
    if _is_of_another(component, named[1]):
        return use.place, "nothing in it uses the library that this instruments"
    return _untaken(repo, use) if use.place.path.endswith(".py") else None


_STARTS = regex(r"\.start\(\s*\)")


def _never_started(repo: Repo, component: Component, use: Use) -> bool:
    """Whether its file makes the SDK of Node, and no script of the component starts anything."""
    if "new NodeSDK(" not in (repo.read(use.place) or ""):
        return False
    home = "" if component.path == "." else component.path + "/"
    return not any(
        _STARTS.search(blanked(repo.read(file) or "", file.path))
        for kind in ("ts", "js", "mjs", "cjs")
        for file in repo.files(f"{home}**/*.{kind}")
    )


def _sampled_out(component: Component) -> Place | None:
    for call in component.code.methods(*_PROVIDERS):
        given = call.argument("sampler")
        if call.reached and given and _OFF.fullmatch(given.written.strip()[:120]):
            return call.place
    return None


def _is_of_another(component: Component, name: str) -> bool:
    """Whether models are asked, and never by the framework that is instrumented."""
    if (words := _FRAMEWORKS.get(name)) is None:
        return False
    known = regex(words)
    imports = (row.module for row in component.code.imports if row.role is Role.APP)
    needs = (need.name for each in component.manifests for need in each.dependencies)
    names = [each for each in (*imports, *needs) if "instrumentation" not in each]
    return bool(component.uses("model")) and not any(known.search(each[:200]) for each in names)


def _untaken(repo: Repo, use: Use) -> tuple[Place, str] | None:
    """Spans are taken by what anything in the repository names, be it code or deployment."""
    printed = named = False
    kinds = ("py", "toml", "txt", "yaml", "yml", "sh", "env", "tf", "bicep", "json")
    patterns = (*(f"**/*.{kind}" for kind in kinds), "**/Dockerfile*", "**/.env*", "**/Makefile")
    for pattern in patterns:
        for file in repo.files(pattern):
            if repo.role(file) in ASIDE:
                continue
            text = (repo.read(file) or "")[:200_000]
            printed = printed or bool(_PRINTED.search(text))
            if _SENT.search(text) and not file.path.endswith((".txt", ".toml")):
                return None
            named = named or _SENT.search(text) is not None
    if named and not printed:
        return None
    why = "its spans are only printed" if printed else "no provider sends its spans anywhere"
    return use.place, why
