"""Every recorded dialect is read for what the raw JSON says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentaudit.response import Response
from agentaudit.span import Kind
from tests.sources.traces.written import opened

FIXTURES = Path(__file__).parents[2] / "fixtures" / "traces"
FILES = sorted(FIXTURES.glob("*.jsonl"))


def raw(path: Path) -> Iterator[dict[str, Any]]:
    """Spans of a file, by an independent reading: attributes as a mapping of their first value."""
    for written in path.read_text().splitlines():
        for group in json.loads(written)["resourceSpans"]:
            for scope in group["scopeSpans"]:
                for span in scope["spans"]:
                    pairs = span.get("attributes", [])
                    values = {p["key"]: next(iter(p["value"].values())) for p in pairs}
                    yield {**span, "attributes": values}


def read(path: Path) -> list[Response]:
    with opened(path) as store:
        return list(store.responses())


def llm(path: Path) -> list[tuple[dict[str, Any], Any]]:
    """Raw and read spans of model calls, side by side."""
    by_id = {span["spanId"]: span for span in raw(path)}
    return [(by_id[s.span_id], s) for r in read(path) for s in r.of(Kind.LLM)]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_span_is_in_one_response(path: Path) -> None:
    written = list(raw(path))
    with opened(path) as store:
        found = [span for response in store.responses() for span in response.spans]
        ledger = store.ledgers()[0]
    assert sorted(s.span_id for s in found) == sorted(s["spanId"] for s in written)
    assert (ledger.spans, ledger.unread, ledger.unrecognised) == (len(written), 0, {})
    assert ledger.traces == len({s["traceId"] for s in written})
    assert ledger.read == len(path.read_text().splitlines())


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_times_names_errors_and_parents_are_those_recorded(path: Path) -> None:
    by_id = {span["spanId"]: span for span in raw(path)}
    for response in read(path):
        for span in response.spans:
            given = by_id[span.span_id]
            assert span.trace_id == given["traceId"]
            assert span.parent_id == given.get("parentSpanId", "")
            assert span.name == given["name"]
            assert str(span.start_ns) == given["startTimeUnixNano"]
            assert str(span.end_ns) == given["endTimeUnixNano"]
            assert span.error == (given["status"].get("code") == 2)


@pytest.mark.parametrize(
    ("stem", "kinds"),
    [
        ("otlp-openinference", {"LLM": 38, "RETRIEVER": 20, "GUARDRAIL": 18}),
        ("otlp-otel-content", {"LLM": 38, "RETRIEVER": 20}),
        ("otlp-otel-nocontent", {"LLM": 38, "RETRIEVER": 20}),
        ("otlp-traceloop", {"LLM": 38, "RETRIEVER": 20}),
    ],
)
def test_steps_are_recognised(stem: str, kinds: dict[str, int]) -> None:
    found = [span.kind.value for r in read(FIXTURES / f"{stem}.jsonl") for span in r.steps]
    assert {kind: found.count(kind) for kind in kinds} == kinds


DIALECTS = [
    (
        "otlp-openinference",
        {
            "usage.input": "llm.token_count.prompt",
            "usage.output": "llm.token_count.completion",
            "model.answered": "llm.model_name",
        },
    ),
    (
        "otlp-otel-content",
        {
            "usage.input": "gen_ai.usage.input_tokens",
            "model.requested": "gen_ai.request.model",
            "model.answered": "gen_ai.response.model",
            "llm.input": "gen_ai.input.messages",
            "response.id": "gen_ai.response.id",
        },
    ),
    (
        "otlp-otel-nocontent",
        {
            "usage.output": "gen_ai.usage.output_tokens",
            "model.requested": "gen_ai.request.model",
            "llm.input": "gen_ai.input.messages",
        },
    ),
    (
        "otlp-traceloop",
        {
            "usage.input": "gen_ai.usage.input_tokens",
            "model.requested": "gen_ai.request.model",
            "llm.input": "gen_ai.input.messages",
            "llm.output": "gen_ai.output.messages",
        },
    ),
]


@pytest.mark.parametrize(("stem", "names"), DIALECTS, ids=[d[0] for d in DIALECTS])
def test_facts_are_the_raw_attributes(stem: str, names: dict[str, str]) -> None:
    pairs = llm(FIXTURES / f"{stem}.jsonl")
    assert pairs
    for given, span in pairs:
        for key, name in names.items():
            fact, recorded = span.fact(key), given["attributes"].get(name)
            assert (fact.text if fact else None) == recorded, (key, name)


def test_openinference_prompt_is_the_flattened_list() -> None:
    for given, span in llm(FIXTURES / "otlp-openinference.jsonl"):
        start = "llm.input_messages."
        recorded = {k[len(start) :] for k in given["attributes"] if k.startswith(start)}
        fact = span.fact("llm.input")
        assert recorded
        assert set(fact.value) == recorded
        invoked = json.loads(given["attributes"]["llm.invocation_parameters"])
        requested = invoked.get("model") or json.loads(given["attributes"]["input.value"])["model"]
        assert span.fact("model.requested").text == requested


def test_content_that_was_not_captured_is_missing() -> None:
    assert not any(
        span.fact("llm.input") for _, span in llm(FIXTURES / "otlp-otel-nocontent.jsonl")
    )


def test_resource_facts_and_stack_traces_are_kept() -> None:
    path = FIXTURES / "otlp-openinference.jsonl"
    failed = [span for r in read(path) for span in r.spans if span.error]
    assert failed
    assert {s.resource_fact("git.commit").text for s in failed} == {
        "0123456789abcdef0123456789abcdef01234567"
    }
    traces = [s.event_fact(e, "exception.stacktrace") for s in failed for e in s.events]
    assert any(fact and "Traceback" in fact.text for fact in traces)
