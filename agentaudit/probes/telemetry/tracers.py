"""Libraries that trace models and agents where customers are served, and what keeps one off."""

from __future__ import annotations

from typing import NamedTuple

from agentaudit.code import Condition, Strength, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.callers import uncalled
from agentaudit.probes.telemetry.delivery import undelivered
from agentaudit.probes.telemetry.development import for_development
from agentaudit.probes.telemetry.keys import only_offered, provided, unstarted
from agentaudit.probes.telemetry.lent import runs_here
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.probes.telemetry.made_off import made_off
from agentaudit.probes.telemetry.optional_keys import asks_key_of, emptied, optional_key
from agentaudit.probes.telemetry.sentry_spans import kept_off
from agentaudit.probes.telemetry.spans import is_off
from agentaudit.probes.telemetry.spring import is_unbridged
from agentaudit.probes.telemetry.started_behind import behind
from agentaudit.probes.telemetry.switches import (
    call_of,
    doubtful,
    lacks_only_credentials,
    local_only,
    offered_only,
    set_behind_key,
    switch,
    waits_for_variable,
)
from agentaudit.source import Component, Repo

_STACKS = regex(
    r"langsmith|openinference-instrumentation[\w-]*|opentelemetry-instrumentation[\w-]*|logfire"
    r"|arize-phoenix-otel|@langchain/langsmith|mlflow"
)
"""Tracers that write the stack of an exception into the span that it leaves."""


def keeps_stacks(repo: Repo, component: Component) -> Use | None:
    """A tracer that is on, and writes down with its stack whatever leaves the call of a model."""
    found = (u for u in component.uses("tracing") if _STACKS.fullmatch(u.library))
    on = (use for use in found if runs(component, use))
    return next((use for use in on if hindered(repo, component, use) is None), None)


class Held(NamedTuple):
    """What keeps a library from running, or may."""

    use: Use
    place: Place
    known: bool
    """Whether it is known to; else nobody can tell."""
    why: str


def runs(component: Component, use: Use) -> bool:
    call = call_of(component, use)
    on = use.strength is Strength.ON and not (call is not None and is_off(call))
    return on or lacks_only_credentials(component, use)


def hindered(repo: Repo, component: Component, use: Use) -> Held | None:
    """What keeps a called library from running where customers are served."""
    call = call_of(component, use)
    condition = call.condition if call else None
    if condition and local_only(condition):
        return Held(use, condition.place, True, "does not run in production")
    if keyless := _keyless(repo, component, use, condition):
        return keyless
    if waits_for_variable(repo, component, use):
        return _unset(repo, component, use)
    if found := switch(repo, component, use):
        return Held(use, found, True, "waits for a switch that nothing in the repository sets")
    if only_offered(repo, component, use.place):
        return Held(use, use.place, False, "is switched on in a template of settings only")
    if shown := for_development(repo, component, use.library):
        return Held(use, shown, True, "is not installed where it serves")
    if not runs_here(repo, component, use.place):
        return Held(use, use.place, True, "stands in code that it does not call")
    if not loaded(repo, component, use.place):
        return Held(use, use.place, True, "stands in a script that nothing loads")
    if is_unbridged(component, use):
        return Held(use, use.place, True, "nothing in it makes spans of what is observed")
    if told := _told_off(repo, component, use):
        return told
    never = (call and (uncalled(repo, component, call) or behind(repo, component, call))) or None
    if never := never or undelivered(repo, component, use):
        return Held(use, never[0], True, never[1])
    if condition and doubtful(condition):
        why = f"stands behind `{condition.text}`, and nothing says whether that holds"
        return Held(use, condition.place, False, why)
    return None


_FLOWS = ("promptflow", "promptflow-tracing")
_ENABLED = "app_insights_enabled"
"""Of an endpoint of Azure Machine Learning: the server of flows sends their spans there."""


def _is_unsent(repo: Repo, component: Component, use: Use) -> bool:
    """Whether functions are only marked for a trace that nobody begins."""
    if use.library not in _FLOWS or any(component.code.methods("start_trace")):
        return False
    kinds = ("py", "yml", "yaml", "bicep")
    return not any(
        _ENABLED in (repo.read(file) or "")
        for kind in kinds
        for file in repo.files(f"**/*.{kind}", saying=(_ENABLED,))
    )


def _told_off(repo: Repo, component: Component, use: Use) -> Held | None:
    """What its start says that keeps it from tracing, or that nothing starts it."""
    if _is_unsent(repo, component, use):
        return Held(use, use.place, True, "nothing starts it, and no deployment sends its spans")
    if silent := made_off(component, use):
        return Held(use, silent, True, "its client is told to send nothing")
    if use.library == "sentry-sdk" and (off := kept_off(component)):
        return Held(use, off, True, "is told to trace nothing by default")
    return None


def _unset(repo: Repo, component: Component, use: Use) -> Held:
    """What keeps it off where no variable that is read switches it on."""
    if offered := offered_only(repo, component, use):
        return Held(use, offered, False, "is switched on in a template of settings only")
    return Held(use, use.place, True, "does nothing until a variable says so")


def _keyless(
    repo: Repo, component: Component, use: Use, condition: Condition | None
) -> Held | None:
    """What keeps it off where nobody provides a key."""
    asks = condition and (use.off or asks_key_of(condition, use.library))
    if condition and asks and not provided(repo, component, condition):
        return Held(use, condition.place, True, "waits for a key that nothing in it provides")
    if empty := emptied(repo, component, use.library):
        return Held(use, empty, True, "is deployed with a key that is empty")
    if asked := optional_key(repo, component, use.library):
        return Held(use, asked, True, "needs a key that is optional, and that nothing provides")
    if behind := set_behind_key(repo, use):
        return Held(use, behind, True, "is switched on only where a key is set")
    if started := unstarted(repo, component, use):
        return Held(use, started, True, "waits for a client that is made only where a key is set")
    return None
