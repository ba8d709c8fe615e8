"""What is said of a component's guardrails, whichever were found."""

from __future__ import annotations

from agentaudit.code import Call, Strength, Use
from agentaudit.finding import Answer
from agentaudit.probe import failed, passed, unknown
from agentaudit.probes.guardrails.callers import is_switched, switch
from agentaudit.probes.guardrails.own import encloses, gaps_within, when
from agentaudit.probes.readable import step_missing
from agentaudit.source import Component, Repo


def ignored(component: Component, idle: list[Call]) -> Answer:
    message = f"nothing is stopped by default by what {idle[0].method} says"
    shown = [call.place.evidence() for call in idle[:3]]
    return failed(message, *shown, reason="ignored", fact="guardrail", place=component.id)


def unheard(component: Component, use: Use) -> Answer:
    message = f"{use.library} is asked, and nothing comes of what it says"
    at = use.place.evidence()
    return failed(message, at, reason="ignored", fact="guardrail", place=component.id)


def judged(repo: Repo, component: Component, live: list[Call], deciding: list[Call]) -> Answer:
    """Guardrails of its own run; does each judge when nobody configured it?"""
    open_ = [(c, gap) for c in live for gap in list(gaps_within(repo, component.code, c))[:1]]
    opened = [call for call, _ in open_]
    whole = [c for c in live if c not in opened and not any(encloses(c, each) for each in opened)]
    code = component.code
    sure = [c for c in whole if c in deciding and not is_switched(repo, code, c)]
    if sure:
        shown = [call.place.evidence() for call in sure[:3]]
        return passed(f"{sure[0].method} runs in the serving code", *shown)
    if open_:
        call, gap = open_[0]
        return failed(
            f"{call.method} lets everything pass {when(gap)}",
            call.place.evidence(),
            gap.place.evidence(gap.text),
            reason="fails_open",
            fact="guardrail",
            place=component.id,
        )
    condition = switch(repo, component.code, whole[0]) or whole[0].condition
    asked = (condition.setting or condition.text) if condition else "?"
    return unknown(
        f"whether {whole[0].method} runs depends on {asked}",
        whole[0].place.evidence(),
        reason="depends_on_setting",
        fact="guardrail",
        place=component.id,
    )


def lacking(component: Component, calls: list[Call], uses: list[Use]) -> Answer:
    """What was found on the way to a guardrail, and which step is missing."""
    fact, place = "guardrail", component.id
    for call in calls:
        if call.condition is not None and call.condition.default is False:
            asked, text = call.condition.setting, call.condition.text
            why = f"it asks {asked}" if asked else f"it stands behind `{text}`"
            message = f"{call.method} is off by default: {why}"
            shown = (call.place.evidence(), call.condition.place.evidence())
            return failed(message, *shown, reason="off_by_default", fact=fact, place=place)
    for use in uses:
        shown = (use.place.evidence(), *((use.off.evidence(),) if use.off else ()))
        reason = "off_by_default" if use.strength is Strength.CALLED else "not_called"
        return failed(step_missing(use), *shown, reason=reason, fact=fact, place=place)
    if calls:
        message = f"{calls[0].method} is written, but nothing reaches it by default"
        at = calls[0].place.evidence()
        return failed(message, at, reason="not_called", fact=fact, place=place)
    message = "no guardrail is visible between the question and the answer"
    return failed(message, component.evidence(), reason="missing", fact=fact, place=place)
