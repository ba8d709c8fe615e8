"""The Agents SDK of OpenAI, which sends a trace of every run to OpenAI unless somebody objects."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Call, Role
from agentaudit.probes.telemetry.spans import is_off
from agentaudit.source import Component

_RUNS = (
    *("agents.Runner.run", "agents.Runner.run_sync", "agents.Runner.run_streamed"),
    *("@openai/agents.run", "@openai/agents.Runner", "@openai/agents.RealtimeSession"),
    *("@openai/agents-core.run", "@openai/agents-core.Runner"),
    *("@openai/agents/realtime.RealtimeSession", "@openai/agents-realtime.RealtimeSession"),
)
_PACKAGES = frozenset(
    {"openai-agents", "@openai/agents", "@openai/agents-core", "@openai/agents-realtime"}
)
_SWITCHES = ("OPENAI_AGENTS_DISABLE_TRACING", "OPENAI_TRACING_DISABLED")
_STOPS = ("set_tracing_disabled", "setTracingDisabled")
_ELSEWHERE = (
    *("AsyncAzureOpenAI", "AzureOpenAI", "LitellmModel", "aisdk", "set_trace_processors"),
    *("setTraceProcessors", "OpenAIChatCompletionsModel", "set_default_openai_client"),
    "setDefaultOpenAIClient",
)
"""Calls by which other models are asked, for which there may be no key of OpenAI, or by which
traces go elsewhere."""


def runs_traced(component: Component) -> Iterator[Call]:
    """Runs of agents whose traces nothing keeps from being sent."""
    declared = {use.library for use in component.uses("agent")} & _PACKAGES
    code = component.code
    if not declared or any(_stopped(component)) or any(code.methods(*_ELSEWHERE)):
        return
    for call in code.called(*_RUNS):
        if call.callee in _RUNS and call.reached and not is_off(call):
            yield call


def _stopped(component: Component) -> Iterator[bool]:
    """Whether each word about tracing switches it off."""
    code = component.code
    for name in _SWITCHES:
        said = (each for each in code.set(name) if each.role is not Role.TEST)
        yield from (each.value.strip("\"' ").lower() in ("true", "1", "yes") for each in said)
    for call in code.calls:
        if call.role is Role.TEST:
            continue
        first = call.at(0)
        yield call.method in _STOPS and not (first and _is_false(first.written))
        given = call.argument("tracing_disabled", "tracingDisabled")
        yield given is not None and not _is_false(given.written)


def _is_false(written: str) -> bool:
    return written.strip().lower() == "false"
