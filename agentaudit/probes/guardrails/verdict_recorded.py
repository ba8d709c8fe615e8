from __future__ import annotations

from msgspec.structs import replace

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, failed, probe
from agentaudit.probes.visibility import GUARDRAILS
from agentaudit.response import Response
from agentaudit.semconv.values import vacant
from agentaudit.span import Fact, Kind, Recorded, Span

VERDICTS = frozenset(
    {"pass", "passed", "allow", "allowed", "safe", "ok", "block", "blocked", "deny", "denied"}
    | {"fail", "failed", "unsafe", "modify", "modified", "redact", "redacted", "flag", "flagged"}
    | {"warn", "warned", "warning", "escalate", "escalated", "review", "approve", "approved"}
    | {"accept", "accepted", "reject", "rejected", "refuse", "refused", "mask", "masked"}
    | {"intervened", "guardrail_intervened", "filtered", "rewrite", "rewritten", "true", "false"}
)
NAMELESS = frozenset({"guardrail", "guardrails", "guard", "run_guardrail"})
AGENT = {"name": "invoke_agent planner"}
JUDGED = {"guardrail.name": "amounts", "guardrail.verdict": "pass"}


@probe(
    "guardrails-verdict-recorded",
    fix="Record what the guardrail decided, as a span of its own: "
    '`span.set_attribute("guardrail.name", "amounts")`, '
    '`span.set_attribute("guardrail.verdict", "block")` (pass, block or modify) and '
    '`span.set_attribute("guardrail.version", "3")`.',
    examples=[
        Example(
            Outcome.PASS,
            {"response": {"spans": [AGENT, {"name": "amounts", "attributes": JUDGED}]}},
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        AGENT,
                        {
                            "name": "amounts",
                            "attributes": {
                                "openinference.span.kind": "GUARDRAIL",
                                "output.value": "pass",
                            },
                        },
                    ]
                }
            },
            "OpenInference: the span's name, and a verdict as its output",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [AGENT, {"name": "run_guardrail amounts"}]}},
            "it ran, and nobody knows what it said",
        ),
        *(
            Example(
                Outcome.FAIL,
                {"response": {"spans": [AGENT, {"name": "run_guardrail", "attributes": told}]}},
                because,
            )
            for told, because in (
                ({**JUDGED, "guardrail.verdict": "yes?"}, "no verdict that anyone can act on"),
                ({**JUDGED, "guardrail.name": "unknown"}, "`unknown` names no guardrail"),
            )
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [AGENT], "shows": {"planner": ["GUARDRAIL"]}}},
            "its service shows a guardrail elsewhere; this answer passed none",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [AGENT]}},
            "nothing says whether there is a guardrail",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [AGENT], "declares": {"planner": ["model"]}}},
            "its component is known and has none",
        ),
    ],
)
def verdict_recorded(response: Response) -> Answer:
    """Where there is a guardrail, did one judge this response, and is every verdict recorded?

    A guardrail that was skipped looks exactly like one that passed unless its verdict is kept. It
    matters where the repository declares a guardrail library, or a span shows one, in a service
    that took part.
    """
    spans = response.of(Kind.GUARDRAIL)
    with_one = [
        service
        for service in response.services
        if Kind.GUARDRAIL in service.shows or "guardrail" in (service.declares or ())
    ]
    if not spans and with_one:
        return failed(
            f"{with_one[0].name} has a guardrail, and none judged this response",
            with_one[0].evidence(),
            reason="guardrail_absent",
            fact="guardrail.span",
            place=with_one[0].name,
        )
    if not spans:
        return GUARDRAILS.unseen(response)
    gaps = Gaps(len(spans))
    for span in spans:
        _ask(gaps, span, response.service_name(span))
    return gaps.answer("every guardrail is recorded with name and verdict")


def _ask(gaps: Gaps, span: Span, place: str) -> None:
    name, verdict = span.fact("guardrail.name"), _verdict(span.fact("guardrail.verdict"))
    if name.state is not Recorded.MISSING or _nameless(span):
        gaps.need(name, f"name of {span.name}", place, span.evidence())
    gaps.need(
        verdict or _spoken(span) or verdict, f"verdict of {span.name}", place, span.evidence()
    )


def _nameless(span: Span) -> bool:
    called = span.name.strip().removeprefix("run_guardrail ")
    return called.lower() in NAMELESS or vacant(called)


def _verdict(fact: Fact) -> Fact:
    """The fact, unless it is no verdict; the word `redacted` is one, and no mask."""
    if fact.value == "redacted":
        return replace(fact, state=Recorded.RECORDED)
    if not fact or fact.text.strip().strip('"').lower() in VERDICTS:
        return fact
    return replace(fact, state=Recorded.MALFORMED)


def _spoken(span: Span) -> Fact:
    """A verdict that stands as the whole output."""
    found = _verdict(span.fact("step.output"))
    return found if found else Fact("guardrail.verdict", Recorded.MISSING)
