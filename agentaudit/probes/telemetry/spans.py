"""Tracing by the means of an SDK or of OpenTelemetry itself, without a library for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Call, Role, Setting, Strength, Use, Value
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.once import once
from agentaudit.probes.telemetry.active_spans import PROVIDERS, is_brought
from agentaudit.probes.telemetry.adot import shut, traces_models
from agentaudit.probes.telemetry.destinations import unaddressed, unswitched
from agentaudit.probes.telemetry.development import installed
from agentaudit.probes.telemetry.dotnet_sources import is_added
from agentaudit.probes.telemetry.dotnet_spans import written
from agentaudit.probes.telemetry.image_agents import agents
from agentaudit.probes.telemetry.keys import CREDENTIAL, provided
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.probes.telemetry.releases import oldest
from agentaudit.probes.telemetry.samplers import is_bare, never_sampled
from agentaudit.probes.telemetry.started_behind import go_flag_off
from agentaudit.probes.telemetry.told_off import told_off
from agentaudit.source import Component, Place, Repo

_SPANS = frozenset(
    {
        *("set_attribute", "setAttribute", "set_attributes", "setAttributes", "SetAttributes"),
        *("start_as_current_span", "startActiveSpan", "start_span", "startSpan", "span"),
    }
)
"""Calls that tell a span something, or begin one."""
_PREFIXES = ("gen_ai.", "llm.", "openinference.", "ai.model", "langfuse.")


def own_spans(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines that trace by the means of an SDK or of OpenTelemetry itself."""
    yield from (call.place for call in _calls(repo, component))
    yield from written(repo, component)
    yield from _begun_in_go(repo, component)


_ASKS = r"(?:chat|text_completion|generate_content|embeddings)"
"""What a span of a model's call is named after by the conventions, before the model."""
_BEGUN = regex(
    r"(?m)^(?!\s{0,80}//)[^\n]{0,200}\.Start\([^\n,\"]{1,80},\s{0,4}(?:fmt\.Sprintf\()?"
    rf"\"{_ASKS} (?:[^\s\"]{{0,60}}(?:\d|%[svq])[^\s\"]{{0,60}}\"|\"\s?\+)"
)
_OTEL = '"go.opentelemetry.io/otel'


def _begun_in_go(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines of Go that begin a span named after what a model is asked to do, and the model."""
    home = "" if component.path == "." else component.path + "/"
    for file in repo.files(f"{home}**/*.go", saying=(_OTEL,)):
        text = (repo.read(file) or "")[:300_000] if is_serving(repo, file) else ""
        found = _BEGUN.search(text)
        if found and _exports(repo, component) and loaded(repo, component, file):
            line = text.count("\n", 0, found.end()) + 1
            yield replace(file, line=line, text=found[0].strip()[:300])


def _calls(repo: Repo, component: Component) -> Iterator[Call]:
    code = component.code
    for call in code.methods("UseOpenTelemetry", "instrument_all"):
        if call.reached and not is_off(call) and is_added(component, call):
            yield call
    for call in code.calls:
        if call.role is not Role.APP or not call.reached or is_off(call):
            continue
        asked = call.argument("experimental_telemetry", "experimental_telemetry.isEnabled")
        if asked and not _is_switched(repo, component, asked) and _exports(repo, component):
            yield call
        if call.method in _SPANS and _speaks(call) and _exports(repo, component):
            yield call


_ASKED = regex(
    r"(?:!!\s*)?(?:\w{1,30}\.)*env\.(\w{1,80})\s*(?:={2,3}\s*[\"'](?:true|1|on|yes)[\"']"
    r"|\?\?\s*false|\|\|\s*false)?"
)
"""A variable that is off unless somebody says otherwise."""


def _is_switched(repo: Repo, component: Component, asked: Value) -> bool:
    """Whether it is false, or asks a variable that nothing sets."""
    written = asked.written
    if re.fullmatch(r"[A-Za-z_$][\w$]{0,60}", written) and asked.text is None:
        text = (repo.read(Place(asked.place.repo, asked.place.path)) or "")[:200_000]
        named = re.search(
            rf"\b{re.escape(written)}\s*(?::[^=\n]{{1,60}})?=\s*\{{([^{{}}]{{1,400}})\}}", text
        )
        written = named[1] if named else written
    written = written.rpartition("isEnabled:")[2].partition(",")[0].strip(" {},\n")
    variable = _ASKED.fullmatch(written[:200])
    if variable:
        return not any(
            each.value.strip("\"' ").lower() in ("true", "1", "on", "yes")
            for each in component.code.set(variable[1])
        )
    return "false" in (asked.text or asked.written).lower()


_NAMED = regex(
    r"(?i)(?:^|[._\s/-])(?:llm|chat[._-]?completions?|gen_?ai)(?:[._\s/-]|$)"
    rf"|^{_ASKS} [^\s]{{0,60}}\d[^\s]{{0,60}}$"
)
"""Names of spans around calls of models."""
_TELLS = frozenset({"set_attribute", "setAttribute"})
_KEY = regex(
    r"(?i)(?:llm[._]|ai[._]|chat[._])?model(?:[._](?:name|id|key))?"
    r"|(?:llm[._])?(?:usage[._])?(?:prompt|completion|input|output|total)_?tokens"
)
"""Keys of people's own for what a model was asked."""
_BEGIN = frozenset({"start_as_current_span", "startActiveSpan", "start_span", "startSpan"})


def _speaks(call: Call) -> bool:
    """Whether a span is told something about a model: by a key, by keys in what it is given, or by
    its name."""
    first = call.at(0)
    if first and first.text and first.text.startswith(_PREFIXES):
        return True
    if call.method in _TELLS and first and first.text and _KEY.fullmatch(first.text[:60]):
        return True
    if call.method in _BEGIN and first and first.text and _NAMED.search(first.text[:100]):
        return True
    return any(
        f"{quote}{key}" in a.value.written
        for a in call.arguments
        for key in _PREFIXES
        for quote in ('"', "'")
    )


def by_itself(repo: Repo, component: Component) -> Use | None:
    """A framework that writes spans of models and agents by itself, where they go somewhere."""
    if not _exports(repo, component):
        return None
    uses = (use for use in component.uses("self_traced") if use.strength >= Strength.CALLED)
    return next((use for use in uses if _is_ready(repo, component, use)), None)


_SINCE = {"agent-framework": (1, 6, 0), "agent-framework-core": (1, 6, 0)}
"""The release from which on a framework does so unasked."""


def _is_ready(repo: Repo, component: Component, use: Use) -> bool:
    since = _SINCE.get(use.library)
    return since is None or any(oldest(repo, component, each) >= since for each in _SINCE)


def is_off(call: Call) -> bool:
    """Whether the call does not run when nobody configures anything."""
    return call.condition is not None and call.condition.default is False


@once
def _exports(repo: Repo, component: Component) -> bool:
    """Whether spans go anywhere: somebody sets a provider up, be it what starts the program."""
    code = component.code
    if told_off(repo, component) or _keyless(repo, component):
        return False
    if started_under(repo, component):
        return True
    made = (call for call in code.methods(*PROVIDERS) if call.reached and not is_off(call))
    made = (call for call in made if not go_flag_off(repo, call.condition))
    if any(not is_bare(repo, call) for call in made):
        if never_sampled(repo, component):
            return False
        return not (unaddressed(repo, component) or unswitched(repo, component))
    return any(each.value.strip() for each in code.set("OTEL_EXPORTER_OTLP_ENDPOINT"))


def stay_here(repo: Repo, component: Component) -> bool:
    """Whether spans are made, and by default nobody is sent any."""
    made = any(call.reached for call in component.code.methods(*PROVIDERS))
    return made and not is_brought(component) and not _exports(repo, component)


_SENT = regex(
    r"(?i)aws-opentelemetry-distro|aws_distro|OTEL_\w{0,30}EXPORTER|--\w{0,20}exporter|otlp"
)
_SEES = regex(
    r"(?:opentelemetry|openinference)-instrumentation-(?:openai|anthropic|langchain|bedrock|vertexai"
    r"|google-gen|cohere|mistral|llama|litellm|crewai|groq|ollama)[\w-]{0,30}"
)


def started_under(repo: Repo, component: Component) -> Place | None:
    """The line that starts the program under the agent of OpenTelemetry, where its spans are sent
    somewhere."""
    started = [each for each in agents(repo, component) if "opentelemetry-instr" in each.text]
    if not started or told_off(repo, component):
        return None
    said = [repo.read(file.place) or "" for file in component.build_files]
    said += installed(repo, component)
    said += [each.name for each in component.code.settings if each.value.strip()]
    return started[0] if any(map(_SENT.search, said)) else None


def instrumented(repo: Repo, component: Component) -> Place | None:
    """Where the agent that starts the program finds an instrumentation of models installed, or
    brings one."""
    needs = installed(repo, component)
    seen = any(map(_SEES.fullmatch, needs)) or traces_models(repo, component)
    return started_under(repo, component) if seen else None


def declined(repo: Repo, component: Component) -> Setting | None:
    """What keeps spans from a program that is started under the agent of OpenTelemetry, or whose
    framework writes them by itself."""
    started = any("opentelemetry-instr" in each.text for each in agents(repo, component))
    if not started and not any(
        u.strength >= Strength.CALLED for u in component.uses("self_traced")
    ):
        return None
    return told_off(repo, component) or (shut(component) if started else None)


def _keyless(repo: Repo, component: Component) -> bool:
    """Whether every exporter is made only where a key is set that nothing provides."""
    made = [c for c in component.code.calls if c.role is Role.APP and _MADE.fullmatch(c.method)]
    conditions = [c.condition for c in made if c.condition and CREDENTIAL.search(c.condition.text)]
    waiting = [each for each in conditions if not provided(repo, component, each)]
    return bool(made) and len(waiting) == len(made)


_MADE = regex(r"(?!Console|InMemory)\w{1,60}Exporter")
