"""Hiding never helps: taking every carrier of a fact away makes no answer better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes import builtin
from agentaudit.semconv import FACTS, Vocabulary
from tests import dialects

COMMIT = "8c5ab1f2e90d47361b7a2c4d5e6f708192a3b4c5"
LIMITS = {"retries": 3, "entries": 10, "share": 1.0, "words": 5, "cases": 200, "commits": 50}
PROBES = [p for p in builtin().values() if p.subject == "response"]
OURS = [p for p in PROBES if p.id.startswith(("models-", "prompts-", "rag-", "guardrails-"))]
GOOD = {Outcome.PASS, Outcome.NOT_APPLICABLE}
OPENS: dict[str, Any] = {
    COMMIT: {},
    "prompts/planner/3.md": {"text": dialects.SYSTEM_PROMPT},
    "planner.py:1": {},
    "planner.py:5": {},
    dialects.REGISTRY: {},
    dialects.DIGEST: {},
}


def story(dialect: str) -> list[dict[str, Any]]:
    """The complete response of one dialect, as spans of an example."""
    ids = {"entry": "00000000000000e0"}
    resource = dialects.resource(COMMIT)
    spans: list[dict[str, Any]] = [
        {"name": "POST /ask", "id": ids["entry"], "otel_kind": "SERVER", "resource": resource}
    ]
    for number, step in enumerate(dialects.DIALECTS[dialect]()):
        ids[step.part] = f"{number + 1:016x}"
        spans.append(
            {
                "name": step.name,
                "id": ids[step.part],
                "parent": ids[step.parent],
                "scope": step.scope,
                "attributes": dict(step.attributes),
                "resource": resource,
            }
        )
    return spans


def without(spans: list[dict[str, Any]], names: Mapping[str, bool]) -> list[dict[str, Any]]:
    """The spans less the attributes called so; True stands for a prefix."""
    prefixes = tuple(name for name, prefix in names.items() if prefix)

    def kept(attributes: Mapping[str, Any]) -> dict[str, Any]:
        return {
            k: v
            for k, v in attributes.items()
            if k not in names and not (prefixes and k.startswith(prefixes))
        }

    return [
        {**s, "attributes": kept(s.get("attributes", {})), "resource": kept(s["resource"])}
        for s in spans
    ]


def carriers(fact: str) -> dict[str, bool]:
    return {name.text: name.prefix for name in Vocabulary()[fact].names}


def outcomes(probes: list[Probe], spans: list[dict[str, Any]]) -> dict[str, Outcome]:
    """What each probe says of one response; the references are followed once."""
    made = testing.build({"response": {"spans": spans, "opens": OPENS}})
    return {probe.id: probe.ask({"limits": LIMITS, **made}).outcome for probe in probes}


@pytest.mark.parametrize("dialect", dialects.DIALECTS)
def test_complete_response_passes_in_every_dialect(dialect: str) -> None:
    found = outcomes(OURS, story(dialect))
    assert {id: said for id, said in found.items() if said is not Outcome.PASS} == {}


@pytest.mark.parametrize("dialect", dialects.DIALECTS)
def test_bare_spans_pass_only_what_structure_shows(dialect: str) -> None:
    hidden = story(dialect)
    for fact in FACTS:
        hidden = without(hidden, carriers(fact))
    passing = {id for id, said in outcomes(OURS, hidden).items() if said in GOOD}
    assert passing <= {"rag-retrieval-visible"}


def _changed(spans: list[dict[str, Any]], how: str) -> list[dict[str, Any]]:
    """The story with something odd about it, so that more than missing facts is at stake."""
    made = [{**s, "attributes": dict(s.get("attributes", {}))} for s in spans]
    retriever, call, tool = made[2], made[3], made[4]
    match how:
        case "adapted":
            made[0]["resource"] = {**made[0]["resource"], "model.adapter.name": "lora"}
            call["attributes"] |= {"model.base": "llama", "model.adapter.name": "lora"}
        case "failed":
            call["error"] = tool["error"] = True
        case "repeated":
            made.append({**tool, "id": "00000000000000f1"})
        case "hidden":
            made.remove(retriever)
            tool["attributes"] |= {"tool.name": "search_docs", "gen_ai.tool.name": "search_docs"}
        case "unaccounted":
            made.remove(tool)
        case "hosted":
            call["attributes"]["server.address"] = "api.openai.com"
        case "embedded":
            made.append(
                {
                    "name": "embeddings e5",
                    "id": "00000000000000f2",
                    "parent": retriever["id"],
                    "attributes": {"gen_ai.request.model": "e5"},
                    "resource": retriever["resource"],
                }
            )
    return made


CHANGES = ["", "adapted", "failed", "repeated", "hidden", "unaccounted", "hosted", "embedded"]


def _attributes(spans: list[dict[str, Any]]) -> Iterator[str]:
    for span in spans:
        yield from span.get("attributes", {})
        yield from span["resource"]


@pytest.mark.parametrize("dialect", dialects.DIALECTS)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_hiding_a_fact_makes_no_answer_better(dialect: str, data: st.DataObject) -> None:
    whole = _changed(story(dialect), data.draw(st.sampled_from(CHANGES), label="change"))
    names = sorted(set(_attributes(whole)) - carriers("span.kind").keys() - {"guardrail.name"})
    lost = data.draw(st.lists(st.sampled_from(names), max_size=6), label="lost before")
    spans = without(whole, dict.fromkeys(lost, False))
    fact = data.draw(st.sampled_from(sorted(FACTS)), label="hidden")
    poorer = without(spans, carriers(fact))
    before, after = outcomes(PROBES, spans), outcomes(PROBES, poorer)
    better = {id for id, said in after.items() if said in GOOD and before[id] not in GOOD}
    assert not better


@pytest.mark.parametrize("dialect", dialects.DIALECTS)
def test_hiding_in_one_span_takes_no_question_away(dialect: str) -> None:
    spans = story(dialect)
    for number in range(1, len(spans)):
        for fact in sorted(FACTS):
            poorer = [*spans]
            poorer[number] = without([spans[number]], carriers(fact))[0]
            if poorer[number] != spans[number]:
                found = outcomes(OURS, poorer)
                assert Outcome.NOT_APPLICABLE not in found.values(), (fact, number)
