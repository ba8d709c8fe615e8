from __future__ import annotations

import re

from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.hosting import self_hosted
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Fact, Kind, Recorded, Span

_ROUTE = regex(r"(?:models/|(?:[a-z0-9_.-]+/)+)?(.+)", re.DOTALL)
_FIXED = regex(
    r"sha256:[0-9a-f]{64}|(?<![0-9A-Za-z.])(?:20\d{2}-?[01]\d-?[0-3]\d|[01]\d-20\d{2}|2\d[01]\d"
    r"|[01]\d[0-3]\d|00\d)(?![0-9A-Za-z.])"
)
"""A digest, a date as providers write it, or a numbered release such as `-002`."""


def _call(requested: str, answered: str, **more: str) -> dict[str, object]:
    names = {"gen_ai.request.model": requested, "gen_ai.response.model": answered}
    hosted = {"server.address": "api.openai.com"}
    return {"name": f"chat {requested}", "attributes": {**names, **hosted, **more}}


DATED = "gpt-4o-2026-08-06"
OWN = {"server.address": "vllm.internal"}


@probe(
    "models-answered-as-requested",
    fix="Ask for a dated version instead of an alias: "
    '`client.chat.completions.create(model="gpt-4o-2026-08-06", ...)`; for an own model record '
    "`model.registry.uri`.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [_call(DATED, DATED)]}}),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [_call("p", "p", **OWN, **{"model.registry.uri": "models:/planner/7"})]
                }
            },
            "an own model, fixed by its registry version",
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [_call(f"openai/{DATED}", DATED)]}},
            "a router's prefix is no other model",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [_call("gpt-4o", DATED)]}},
            "an alias may be answered by another model tomorrow",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [_call("gpt-4o", "gpt-4o")]}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [_call(DATED, "gpt-4o-mini-2026-08-06")]}},
            "another model answered",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [{"name": "chat gpt-4o"}]}}, "no names"),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "execute_tool post"}], "shows": {"planner": ["LLM"]}}},
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{"name": "execute_tool post"}]}}),
    ],
)
def answered_as_requested(response: Response) -> Answer:
    """Is the model that answered the one that was asked for, and can neither change?

    An alias such as `gpt-4o` names a moving target: the answer cannot be made again once it moves.
    A dated id, a digest of the weights or a registry version names one model for ever.
    """
    calls = response.of(Kind.LLM)
    if not calls:
        return MODEL_CALLS.unseen(response)
    gaps = Gaps(len(calls))
    versions = {
        ref.span_id
        for ref in response.refs("registry version")
        if ref.recorded is Recorded.RECORDED
    }
    for span in calls:
        pinned = span.span_id in versions or bool(response.inherited(span, "model.weights"))
        _ask(gaps, span, response.service_name(span), self_hosted(span) and pinned)
    return gaps.answer("every call was answered by the immutable model it asked for")


def _ask(gaps: Gaps, span: Span, place: str, pinned: bool) -> None:
    """`pinned`: a registry version or a digest of the weights fixes an own model."""
    seen = span.evidence()
    requested, answered = span.fact("model.requested"), span.fact("model.answered")
    named = gaps.need(requested, f"requested model of {span.name}", place, seen)
    if not span.failed:
        named &= gaps.need(answered, f"answering model of {span.name}", place, seen)
    if not named:
        return
    asked = _plain(requested)
    got = asked if span.failed else _plain(answered)
    fixed = pinned or bool(_FIXED.search(asked))
    if asked == got and fixed:
        return
    problem = "model_alias_mutable" if _alias_of(asked, got) else "model_mismatch"
    message = {
        "model_alias_mutable": f"{requested.text} is an alias that can move",
        "model_mismatch": f"{requested.text} was asked for, {answered.text} answered",
    }[problem]
    evidence = (*requested.evidence(), *answered.evidence())
    gaps.fail(message, *evidence, fact="model.requested", place=place, reason=problem)


def _plain(fact: Fact) -> str:
    """The name without the route to it: `openai/gpt-4o` → `gpt-4o`."""
    found = _ROUTE.fullmatch(fact.text.strip())
    return found[1].lower() if found else fact.text


def _alias_of(asked: str, got: str) -> bool:
    """Whether `got` is `asked` with a date or release number behind it, or the same name."""
    rest = got.removeprefix(asked.removesuffix("-latest"))
    return asked == got or (rest != got and bool(re.fullmatch(r"[-@:.]?[0-9v.:@-]+", rest)))
