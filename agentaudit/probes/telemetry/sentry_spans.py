"""Spans of model calls by Sentry, whose SDK instruments the libraries that it finds by itself."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Call, Role, Strength
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.source import Component, Repo

_BY_ITSELF = frozenset(
    {
        *("openai", "anthropic", "cohere", "huggingface-hub", "langchain", "langgraph"),
        *("langchain-core", "openai-agents", "pydantic-ai", "google-genai"),
    }
)
"""Libraries of Python that Sentry instruments without being asked; LiteLLM is none of them."""
_NOTHING = regex(r"|None|False|0|0\.0+")
_OLD = regex(
    r"sentry[-_]sdk(?:\[[^\]]{0,60}\])?[\"'\s]{0,4}[=~^<(]{0,3}[\"'\s]{0,4}[=^]?[\"'\s]{0,2}\^?[01]\."
)
"""Before version 2 no model call had a span."""


def sentry_spans(repo: Repo, component: Component) -> Iterator[Place]:
    """Where Sentry starts with a rate of traces, beside a library whose calls it traces, and what
    deploys it gives it an address."""
    asking = {
        use.library
        for trade in ("model", "agent")
        for use in component.uses(trade)
        if use.strength >= Strength.CALLED and use.place.path.endswith(".py")
    }
    if not asking & _BY_ITSELF or _is_old(component):
        return
    if kept_off(component):
        return
    for call in component.code.called("sentry_sdk.init"):
        if not (_is_written(call) or _addressed(component)):
            continue
        if call.reached and _traces(repo, call) and loaded(repo, component, call.place):
            yield call.place


_WRITTEN = regex(r"https?://\w{1,100}(?::\w{1,100})?@[\w.-]{1,200}/\d{1,20}")


_STARTS = regex(r"|lifespan|main|(?:create_|make_|get_)?app(?:lication)?|(?:on_)?start_?up")


def _is_written(call: Call) -> bool:
    """Whether the address stands in the code, being no secret, and nothing is asked before."""
    if call.condition is not None or not _STARTS.fullmatch(call.scope.rpartition(".")[2]):
        return False
    given = call.argument("dsn") or call.at(0)
    return given is not None and _WRITTEN.fullmatch(given.text or "") is not None


_ASKED = regex(r"\(?(?:[^,()]{0,80}\()?[^()]{0,120},\s{0,4}[\"']?(?:False|false|0)[\"']?\s{0,4}\)")
"""Asks a variable that is false by default."""


def kept_off(component: Component) -> Place | None:
    """Where Sentry starts, and is told to trace nothing unless a variable says otherwise."""
    for call in component.code.called("sentry_sdk.init"):
        asked = call.argument("enable_tracing")
        if asked is None or not call.reached:
            continue
        if asked.text == "False" or asked.written == "False" or _ASKED.search(asked.written[:300]):
            return call.place
    return None


_GIVEN = regex(r"[\"']traces_sample_rate[\"']\s{0,9}:\s{0,9}(?:1\.0|0?\.\d{0,3}[1-9])")
"""A rate among options that are handed on as a whole."""


def _traces(repo: Repo, call: Call) -> bool:
    if any(a.name == "" and a.value.written.startswith("**") for a in call.arguments):
        return _GIVEN.search((repo.read(call.place) or "")[:200_000]) is not None
    for name in ("traces_sample_rate", "traces_sampler"):
        given = call.argument(name)
        if given and not _NOTHING.fullmatch((given.text or given.written).strip()):
            limits = ("disabled_integrations", "default_integrations", "auto_enabling_integrations")
            return not any(map(call.argument, limits))
    return False


def _addressed(component: Component) -> bool:
    """Whether a deployment sets the address, not only a template with nothing in it."""
    return any(
        each.value.strip("\"' ") and each.role in (Role.APP, Role.INFRA, Role.CI)
        for each in component.code.settings
        if (each.value if each.name == "name" else each.name) == "SENTRY_DSN"
    )


def _is_old(component: Component) -> bool:
    needs = (need for each in component.manifests for need in each.dependencies)
    return any(need.name == "sentry-sdk" and _OLD.search(need.place.text) for need in needs)
