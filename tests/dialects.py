"""Complete responses in four dialects: every applicable criterion of levels 2 and 3 holds.

One small story in each: a planner agent retrieves, calls the model with a tool, executes the tool,
calls the model again, and a guardrail looks at the answer. `traces()` gives OTLP JSON documents.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

START_NS = 1_795_219_200_000_000_000
SECOND = 1_000_000_000
SYSTEM_PROMPT = "You are the planner of Acme."
QUESTION = "Weather in Paris?"
DOCUMENT = "Paris is in France."
RESULT = "rain 14C"
ANSWER = "Paris is rainy, 14C."
TOOL = {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {}}}}
ARGUMENTS = '{"city": "Paris"}'
MODEL = "scripted-planner-2026-10-01"
REGISTRY = "models:/scripted-planner/3"
DIGEST = "sha256:" + hashlib.sha256(b"an image").hexdigest()

REPOSITORY = {
    "planner.py": "def plan(question):\n    return question\n\n\n"
    "def retrieve(query):\n    return []\n",
    "prompts/planner/3.md": SYSTEM_PROMPT + "\n",
    "pyproject.toml": '[project]\nname = "planner"\nrequires-python = ">=3.11,<3.12"\n'
    'dependencies = ["openai==1.0.0", "chromadb==1.0.0"]\n',
    "Dockerfile": "FROM python:3.11-slim\nCOPY . /app\n",
}
"""Files of the commit that the responses name."""


def image(files: Mapping[str, str] = REPOSITORY) -> dict[str, Any]:
    """The image that the responses name, built from those files as their Dockerfile says."""
    return {
        "digest": DIGEST,
        "files": {f"app/{path}": text for path, text in files.items()},
        "deb": {"python3.11-minimal": "3.11.2-6"},
        "python": {"openai": "1.0.0", "chromadb": "1.0.0"},
    }


def resource(commit: str) -> dict[str, Any]:
    """Resource attributes of a careful service."""
    return {
        "service.name": "planner",
        "service.version": "1.4.2",
        "service.instance.id": "planner-0",
        "deployment.environment.name": "prod",
        "container.image.repo_digests": [f"registry.example/acme/planner@{DIGEST}"],
        "os.type": "linux",
        "os.version": "12",
        "process.runtime.name": "cpython",
        "process.runtime.version": "3.11.9",
        "env.config.digest": "sha256:" + hashlib.sha256(b"a config").hexdigest(),
        "vcs.ref.head.revision": commit,
        "vcs.dirty": False,
        "host.gpu.count": 0,
        "process.memory.peak_bytes": 123_456_789,
        "model.registry.uri": REGISTRY,
    }


@dataclass
class Step:
    """One span before it gets ids: a part of the story and its attributes in one dialect."""

    part: str
    name: str
    attributes: dict[str, Any]
    parent: str = "agent"
    scope: str = "planner"
    kind: int = 1
    events: list[dict[str, Any]] = field(default_factory=list)


def _code(symbol: str, line: int) -> dict[str, Any]:
    return {
        "code.function.name": symbol,
        "code.file.path": "planner.py",
        "code.line.number": line,
    }


def _own() -> dict[str, Any]:
    """What no convention names, on every LLM span."""
    return {"model.base": MODEL, "server.address": "10.0.0.5", "host.gpu.count": 0}


def gen_ai() -> list[Step]:
    """OpenTelemetry GenAI, current names."""

    def message(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
        return {"role": role, "parts": list(parts)}

    system = message("system", {"type": "text", "content": SYSTEM_PROMPT})
    user = message("user", {"type": "text", "content": QUESTION})
    call = message(
        "assistant",
        {"type": "tool_call", "id": "call_1", "name": "get_weather", "arguments": ARGUMENTS},
    )
    result = message("tool", {"type": "tool_call_response", "id": "call_1", "response": RESULT})
    final = message("assistant", {"type": "text", "content": ANSWER})
    llm = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "acme",
        "gen_ai.request.model": MODEL,
        "gen_ai.response.model": MODEL,
        "gen_ai.request.temperature": 0.2,
        "gen_ai.usage.input_tokens": 40,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.prompt.name": "planner",
        "gen_ai.prompt.version": "3",
        "gen_ai.tool.definitions": json.dumps([{"type": "function", **TOOL}]),
        **_own(),
    }
    document = {"id": "doc-1", "score": 0.9, "content": DOCUMENT}
    return [
        Step(
            "agent",
            "invoke_agent planner",
            {
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": "planner",
                "gen_ai.conversation.id": "s0",
                "gen_ai.output.messages": json.dumps([final]),
                "tenant.id": "acme",
                **_code("plan", 1),
            },
            parent="entry",
        ),
        Step(
            "retriever",
            "retrieval kb",
            {
                "gen_ai.operation.name": "retrieval",
                "gen_ai.data_source.id": "kb",
                "retrieval.source.snapshot": "2026-11-01",
                "gen_ai.retrieval.query.text": QUESTION,
                "gen_ai.retrieval.documents": json.dumps([document]),
                "embedding.model": "scripted-embedder-2026-10-01",
                **_code("retrieve", 5),
            },
        ),
        Step(
            "llm1",
            f"chat {MODEL}",
            llm
            | {
                "gen_ai.input.messages": json.dumps([system, user]),
                "gen_ai.output.messages": json.dumps([call]),
            },
            kind=3,
        ),
        Step(
            "tool",
            "execute_tool get_weather",
            {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": "get_weather",
                "gen_ai.tool.call.id": "call_1",
                "gen_ai.tool.call.arguments": ARGUMENTS,
                "gen_ai.tool.call.result": RESULT,
            },
        ),
        Step(
            "llm2",
            f"chat {MODEL}",
            llm
            | {
                "gen_ai.input.messages": json.dumps([system, user, call, result]),
                "gen_ai.output.messages": json.dumps([final]),
            },
            kind=3,
        ),
        Step(
            "guardrail",
            "run_guardrail amounts",
            {
                "gen_ai.operation.name": "run_guardrail",
                "guardrail.name": "amounts",
                "guardrail.version": "1",
                "guardrail.verdict": "pass",
            },
        ),
    ]


def _flat(prefix: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        f"{prefix}.{n}.message.{key}": value
        for n, message in enumerate(messages)
        for key, value in message.items()
    }


def openinference() -> list[Step]:
    """OpenInference."""
    system = {"role": "system", "content": SYSTEM_PROMPT}
    user = {"role": "user", "content": QUESTION}
    call = {
        "role": "assistant",
        "tool_calls.0.tool_call.id": "call_1",
        "tool_calls.0.tool_call.function.name": "get_weather",
        "tool_calls.0.tool_call.function.arguments": ARGUMENTS,
    }
    result = {"role": "tool", "content": RESULT, "tool_call_id": "call_1"}
    final = {"role": "assistant", "content": ANSWER}
    llm = {
        "openinference.span.kind": "LLM",
        "llm.system": "acme",
        "llm.model_name": MODEL,
        "llm.invocation_parameters": json.dumps({"model": MODEL, "temperature": 0.2}),
        "llm.token_count.prompt": 40,
        "llm.token_count.completion": 7,
        "prompt.id": "planner",
        "llm.prompt_template.version": "3",
        "llm.tools.0.tool.json_schema": json.dumps(TOOL),
        **_own(),
    }
    return [
        Step(
            "agent",
            "planner",
            {
                "openinference.span.kind": "AGENT",
                "agent.name": "planner",
                "session.id": "s0",
                "tenant.id": "acme",
                "input.value": QUESTION,
                "output.value": ANSWER,
                **_code("plan", 1),
            },
            parent="entry",
        ),
        Step(
            "retriever",
            "search",
            {
                "openinference.span.kind": "RETRIEVER",
                "input.value": QUESTION,
                "retrieval.documents.0.document.id": "doc-1",
                "retrieval.documents.0.document.score": 0.9,
                "retrieval.documents.0.document.content": DOCUMENT,
                "retrieval.source.id": "kb",
                "retrieval.source.snapshot": "2026-11-01",
                "embedding.model_name": "scripted-embedder-2026-10-01",
                **_code("retrieve", 5),
            },
        ),
        Step(
            "llm1",
            "ChatCompletion",
            llm
            | _flat("llm.input_messages", [system, user])
            | _flat("llm.output_messages", [call]),
            scope="openinference.instrumentation.openai",
        ),
        Step(
            "tool",
            "get_weather",
            {
                "openinference.span.kind": "TOOL",
                "tool.name": "get_weather",
                "tool_call.id": "call_1",
                "tool.parameters": ARGUMENTS,
                "input.value": ARGUMENTS,
                "output.value": RESULT,
            },
        ),
        Step(
            "llm2",
            "ChatCompletion",
            llm
            | _flat("llm.input_messages", [system, user, call, result])
            | _flat("llm.output_messages", [final]),
            scope="openinference.instrumentation.openai",
        ),
        Step(
            "guardrail",
            "amounts",
            {
                "openinference.span.kind": "GUARDRAIL",
                "guardrail.name": "amounts",
                "guardrail.version": "1",
                "guardrail.verdict": "pass",
                "input.value": ANSWER,
                "output.value": "pass",
            },
        ),
    ]


def traceloop() -> list[Step]:
    """OpenLLMetry / Traceloop, with the flattened messages of its older releases."""

    def flat(prefix: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            f"{prefix}.{n}.{key}": value
            for n, message in enumerate(messages)
            for key, value in message.items()
        }

    system = {"role": "system", "content": SYSTEM_PROMPT}
    user = {"role": "user", "content": QUESTION}
    call = {
        "role": "assistant",
        "tool_calls.0.id": "call_1",
        "tool_calls.0.name": "get_weather",
        "tool_calls.0.arguments": ARGUMENTS,
    }
    result = {"role": "tool", "content": RESULT, "tool_call_id": "call_1"}
    final = {"role": "assistant", "content": ANSWER}
    llm = {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "acme",
        "gen_ai.request.model": MODEL,
        "gen_ai.response.model": MODEL,
        "gen_ai.request.temperature": 0.2,
        "gen_ai.usage.input_tokens": 40,
        "gen_ai.usage.output_tokens": 7,
        "traceloop.prompt.key": "planner",
        "traceloop.prompt.version": "3",
        "llm.request.functions.0.name": "get_weather",
        "llm.request.functions.0.parameters": json.dumps(TOOL["parameters"]),
        **_own(),
    }
    scope = "opentelemetry.instrumentation.openai.v1"
    return [
        Step(
            "agent",
            "planner.agent",
            {
                "traceloop.span.kind": "agent",
                "traceloop.entity.name": "planner",
                "traceloop.entity.output": ANSWER,
                "traceloop.association.properties.session_id": "s0",
                "traceloop.association.properties.tenant": "acme",
                **_code("plan", 1),
            },
            parent="entry",
        ),
        Step(
            "retriever",
            "chroma.query",
            {
                "traceloop.entity.input": QUESTION,
                "gen_ai.retrieval.documents": json.dumps(
                    [{"id": "doc-1", "score": 0.9, "content": DOCUMENT}]
                ),
                "db.collection.name": "kb",
                "retrieval.source.snapshot": "2026-11-01",
                "embedding.model": "scripted-embedder-2026-10-01",
                **_code("retrieve", 5),
            },
            scope="opentelemetry.instrumentation.chromadb",
            kind=3,
        ),
        Step(
            "llm1",
            "openai.chat",
            llm | flat("gen_ai.prompt", [system, user]) | flat("gen_ai.completion", [call]),
            scope=scope,
            kind=3,
        ),
        Step(
            "tool",
            "get_weather.tool",
            {
                "traceloop.span.kind": "tool",
                "traceloop.entity.name": "get_weather",
                "tool_call.id": "call_1",
                "traceloop.entity.input": ARGUMENTS,
                "traceloop.entity.output": RESULT,
            },
        ),
        Step(
            "llm2",
            "openai.chat",
            llm
            | flat("gen_ai.prompt", [system, user, call, result])
            | flat("gen_ai.completion", [final]),
            scope=scope,
            kind=3,
        ),
        Step(
            "guardrail",
            "amounts.task",
            {
                "traceloop.span.kind": "task",
                "traceloop.entity.name": "amounts",
                "traceloop.entity.output": "pass",
                "guardrail.name": "amounts",
                "guardrail.version": "1",
                "guardrail.verdict": "pass",
            },
        ),
    ]


def mlflow() -> list[Step]:
    """MLflow tracing, as it exports to OTLP: values are JSON texts."""

    def text(attributes: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: json.dumps(value) if key.startswith("mlflow.") else value
            for key, value in attributes.items()
        }

    system = {"role": "system", "content": SYSTEM_PROMPT}
    user = {"role": "user", "content": QUESTION}
    function = {"name": "get_weather", "arguments": ARGUMENTS}
    call = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
    }
    result = {"role": "tool", "content": RESULT, "tool_call_id": "call_1"}
    final = {"role": "assistant", "content": ANSWER}

    def llm(messages: list[dict[str, Any]], answer: dict[str, Any]) -> dict[str, Any]:
        return text(
            {
                "mlflow.spanType": "CHAT_MODEL",
                "mlflow.llm.provider": "acme",
                "mlflow.llm.model": MODEL,
                "mlflow.spanInputs": {"model": MODEL, "messages": messages, "temperature": 0.2},
                "mlflow.spanOutputs": {
                    "id": "chatcmpl-1",
                    "model": MODEL,
                    "choices": [{"index": 0, "message": answer}],
                },
                "mlflow.chat.tokenUsage": {"input_tokens": 40, "output_tokens": 7},
                "mlflow.chat.tools": [{"type": "function", "function": TOOL}],
                "mlflow.linkedPrompts": [{"name": "planner", "version": "3"}],
                **_own(),
            }
        )

    page = {"page_content": DOCUMENT, "id": "doc-1", "metadata": {"score": 0.9}}
    return [
        Step(
            "agent",
            "planner",
            text(
                {
                    "mlflow.spanType": "AGENT",
                    "mlflow.spanInputs": {"question": QUESTION},
                    "mlflow.spanOutputs": ANSWER,
                    "mlflow.trace.session": "s0",
                    "agent.name": "planner",
                    "tenant.id": "acme",
                    **_code("plan", 1),
                }
            ),
            parent="entry",
        ),
        Step(
            "retriever",
            "search",
            text(
                {
                    "mlflow.spanType": "RETRIEVER",
                    "mlflow.spanInputs": {"query": QUESTION},
                    "mlflow.spanOutputs": [page],
                    "retrieval.source.id": "kb",
                    "retrieval.source.snapshot": "2026-11-01",
                    "embedding.model": "scripted-embedder-2026-10-01",
                    **_code("retrieve", 5),
                }
            ),
        ),
        Step("llm1", "Completions", llm([system, user], call)),
        Step(
            "tool",
            "get_weather",
            text(
                {
                    "mlflow.spanType": "TOOL",
                    "tool.name": "get_weather",
                    "tool_call.id": "call_1",
                    "mlflow.spanInputs": {"city": "Paris"},
                    "mlflow.spanOutputs": RESULT,
                }
            ),
        ),
        Step("llm2", "Completions", llm([system, user, call, result], final)),
        Step(
            "guardrail",
            "amounts",
            text(
                {
                    "mlflow.spanType": "GUARDRAIL",
                    "mlflow.spanInputs": {"answer": ANSWER},
                    "mlflow.spanOutputs": "pass",
                    "guardrail.name": "amounts",
                    "guardrail.version": "1",
                    "guardrail.verdict": "pass",
                }
            ),
        ),
    ]


DIALECTS: dict[str, Callable[[], list[Step]]] = {
    "gen_ai": gen_ai,
    "openinference": openinference,
    "traceloop": traceloop,
    "mlflow": mlflow,
}


def bare(steps: list[Step]) -> list[Step]:
    """Only what still lets a span be recognised: scope, span name, span kind marker."""
    markers = {"openinference.span.kind", "gen_ai.operation.name", "mlflow.spanType"}
    markers |= {"traceloop.span.kind"}
    return [
        Step(
            s.part,
            s.name,
            {k: v for k, v in s.attributes.items() if k in markers},
            s.parent,
            s.scope,
            s.kind,
        )
        for s in steps
    ]


def attribute(value: Any) -> dict[str, Any]:
    """An OTLP JSON AnyValue."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [attribute(v) for v in value]}}
        case _:
            return {"stringValue": str(value)}


def attributes(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An OTLP JSON attribute list."""
    return [{"key": key, "value": attribute(value)} for key, value in given.items()]


def trace(
    number: int, steps: list[Step], resource_attributes: Mapping[str, Any], *, logs: bool = True
) -> Iterator[dict[str, Any]]:
    """One trace as OTLP JSON documents: one with spans, one with its log record."""
    trace_id = hashlib.md5(f"trace {number}".encode()).hexdigest()
    span_ids = {s.part: hashlib.md5(f"{number} {s.part}".encode()).hexdigest()[:16] for s in steps}
    span_ids["entry"] = hashlib.md5(f"{number} entry".encode()).hexdigest()[:16]
    begin = START_NS + number * 60 * SECOND
    entry = Step("entry", "POST /ask", {}, parent="", kind=2)
    spans: dict[str, list[dict[str, Any]]] = {}
    for place, step in enumerate([entry, *steps]):
        offset = 0 if step.part in {"entry", "agent"} else place
        length = 20 if step.part in {"entry", "agent"} else 1
        spans.setdefault(step.scope, []).append(
            {
                "traceId": trace_id,
                "spanId": span_ids[step.part],
                "parentSpanId": span_ids.get(step.parent, ""),
                "name": step.name,
                "kind": step.kind,
                "startTimeUnixNano": str(begin + offset * SECOND),
                "endTimeUnixNano": str(begin + (offset + length) * SECOND),
                "traceState": "ot=th:0",
                "attributes": attributes(step.attributes),
                "events": step.events,
                "status": {},
            }
        )
    who = {"attributes": attributes(resource_attributes)}
    scopes = [{"scope": {"name": scope}, "spans": found} for scope, found in spans.items()]
    yield {"resourceSpans": [{"resource": who, "scopeSpans": scopes}]}
    if logs:
        record = {
            "timeUnixNano": str(begin + SECOND),
            "severityText": "INFO",
            "body": {"stringValue": "answered"},
            "traceId": trace_id,
            "spanId": span_ids["agent"],
        }
        scope_logs = [{"scope": {"name": "planner"}, "logRecords": [record]}]
        yield {"resourceLogs": [{"resource": who, "scopeLogs": scope_logs}]}
