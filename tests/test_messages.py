"""Messages of an LLM span, in every dialect and with every way of losing them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentaudit import testing
from agentaudit.messages import Message, Part, remedy, returned, sent

SYSTEM = Message("system", (Part("text", "You plan."),))
USER = Message("user", (Part("text", "Weather?"),))
CALL = Message("assistant", (Part("tool_call", '{"city":"Rome"}', "c1", "weather"),))
RESULT = Message("tool", (Part("tool_result", "rain", "c1"),))
ANSWER = Message("assistant", (Part("text", "Rain."),))
CHAT = [
    {"role": "system", "content": "You plan."},
    {"role": "user", "content": "Weather?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "rain"},
]
PARTS = [
    {"role": "system", "parts": [{"type": "text", "content": "You plan."}]},
    {"role": "user", "parts": [{"type": "text", "content": "Weather?"}]},
    {
        "role": "assistant",
        "parts": [
            {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Rome"}}
        ],
    },
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "rain"}]},
]
ANTHROPIC = {
    "model": "claude",
    "system": "You plan.",
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Rome"}}
            ],
        },
        {
            "role": "tool",
            "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "rain"}],
        },
    ],
}
RESPONSES = {
    "model": "gpt-4o",
    "instructions": "You plan.",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Weather?"}]},
        {
            "type": "function_call",
            "call_id": "c1",
            "name": "weather",
            "arguments": '{"city":"Rome"}',
        },
        {"type": "function_call_output", "call_id": "c1", "output": "rain"},
    ],
}


def flat(prefix: str, value: Any) -> dict[str, Any]:
    """`{"a": [{"b": 1}]}` → `{"prefix.a.0.b": 1}`."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return {k: v for key, below in pairs for k, v in flat(f"{prefix}.{key}", below).items()}
    return {} if value is None else {prefix: value}


def openinference(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "message": {
                **message,
                "tool_calls": [{"tool_call": call} for call in message.get("tool_calls", [])],
            }
        }
        for message in messages
    ]


def text(value: Any) -> str:
    return orjson.dumps(value).decode()


def llm(attributes: dict[str, Any], **more: Any) -> Any:
    return testing.span({"name": "chat gpt-4o", "attributes": attributes, **more})


TRACELOOP = [
    *CHAT[:2],
    {
        "role": "assistant",
        "tool_calls": [{"id": "c1", "name": "weather", "arguments": '{"city":"Rome"}'}],
    },
    CHAT[3],
]
INPUTS = {
    "otel json": {"gen_ai.input.messages": text(PARTS)},
    "otel structured": {"gen_ai.input.messages": PARTS},
    "otel with instructions apart": {
        "gen_ai.input.messages": text(PARTS[1:]),
        "gen_ai.system_instructions": text([{"type": "text", "content": "You plan."}]),
    },
    "openinference": flat("llm.input_messages", openinference(CHAT)),
    "openinference, only the request": {"input.value": text({"model": "m", "messages": CHAT})},
    "traceloop, old": flat("gen_ai.prompt", TRACELOOP),
    "mlflow": {"mlflow.spanInputs": text({"messages": CHAT, "temperature": 0})},
    "mlflow, structured": {"mlflow.spanInputs": {"messages": CHAT}},
    "langfuse": {"langfuse.observation.input": text(CHAT)},
    "anthropic request": {"input.value": text(ANTHROPIC)},
    "responses request": {"input.value": text(RESPONSES)},
    "batch of one": {"mlflow.spanInputs": text({"messages": [CHAT]})},
}
OUTPUTS = {
    "otel": {
        "gen_ai.output.messages": text(
            [{"role": "assistant", "parts": [{"type": "text", "content": "Rain."}]}]
        )
    },
    "openinference": {
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.contents.0.message_content.type": "text",
        "llm.output_messages.0.message.contents.0.message_content.text": "Rain.",
    },
    "traceloop, old": {
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Rain.",
    },
    "mlflow": {
        "mlflow.spanOutputs": text(
            {"choices": [{"message": {"role": "assistant", "content": "Rain."}}]}
        )
    },
    "langfuse, text": {"langfuse.observation.output": "Rain."},
    "anthropic answer": {
        "output.value": text(
            {"role": "assistant", "content": [{"type": "text", "text": "Rain."}], "usage": {}}
        )
    },
    "gemini answer": {
        "output.value": text(
            {"candidates": [{"content": {"role": "model", "parts": [{"text": "Rain."}]}}]}
        )
    },
    "responses answer": {
        "output.value": text(
            {
                "output": [
                    {
                        "type": "message",
                        "role": "assistant",
                        "content": [{"type": "output_text", "text": "Rain."}],
                    }
                ]
            }
        )
    },
    "langchain answer": {
        "output.value": text(
            {"generations": [[{"message": {"kwargs": {"type": "ai", "content": "Rain."}}}]]}
        )
    },
}


@pytest.mark.parametrize("attributes", INPUTS.values(), ids=INPUTS)
def test_input_is_read_in_every_dialect(attributes: dict[str, Any]) -> None:
    found = sent(llm(attributes))
    assert (found.problem, found.detail) == ("", "")
    assert found.messages == (SYSTEM, USER, CALL, RESULT)


@pytest.mark.parametrize("attributes", OUTPUTS.values(), ids=OUTPUTS)
def test_output_is_read_in_every_dialect(attributes: dict[str, Any]) -> None:
    found = returned(llm(attributes))
    assert found.problem == ""
    assert found.messages == (ANSWER,)


def test_details_event_carries_both_sides() -> None:
    details = {
        "name": "gen_ai.client.inference.operation.details",
        "attributes": {
            "gen_ai.system_instructions": [{"type": "text", "content": "You plan."}],
            "gen_ai.input.messages": PARTS[1:2],
            "gen_ai.output.messages": PARTS[2:3],
        },
    }
    span = llm({"gen_ai.usage.input_tokens": 4}, events=[details])
    assert sent(span).messages == (SYSTEM, USER)
    assert returned(span).messages == (CALL,)


def test_older_events_are_one_message_each() -> None:
    events = [
        {"name": "gen_ai.system.message", "attributes": {"body": {"content": "You plan."}}},
        {"name": "gen_ai.user.message", "attributes": {"body": '{"content": "Weather?"}'}},
        {"name": "gen_ai.assistant.message", "attributes": {"body": CHAT[2]}},
        {"name": "gen_ai.tool.message", "attributes": {"body": {"id": "c1", "content": "rain"}}},
        {
            "name": "gen_ai.choice",
            "attributes": {"body": {"index": 0, "message": {"content": "Rain."}}},
        },
    ]
    span = llm({}, events=events)
    assert sent(span).messages == (SYSTEM, USER, CALL, RESULT)
    assert returned(span).messages == (ANSWER,)


TOKENS = {"gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 7}
ONE = {"llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "Hi"}
PROBLEMS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing at all": ({}, "missing"),
    "tokens only": (TOKENS, "content_not_captured"),
    "model only": ({"gen_ai.request.model": "gpt-4o"}, "content_not_captured"),
    "a request without messages": (
        {"input.value": '{"model": "m"}', "llm.model_name": "m"},
        "content_not_captured",
    ),
    "masked request": ({"input.value": "__REDACTED__"}, "redacted"),
    "masked message": (
        {**ONE, "llm.input_messages.0.message.content": "__REDACTED__"},
        "redacted",
    ),
    "empty parts": (
        {**TOKENS, "gen_ai.input.messages": '[{"role": "user", "parts": []}]'},
        "redacted",
    ),
    "empty parts without tokens": (
        {"gen_ai.input.messages": '[{"role": "user", "parts": []}]'},
        "redacted",
    ),
    "first index missing": (
        {k.replace(".0.", ".36."): v for k, v in ONE.items()},
        "truncated",
    ),
    "index gap": (
        {**ONE, **{k.replace(".0.", ".2."): v for k, v in ONE.items()}},
        "truncated",
    ),
    "role lost": ({"llm.input_messages.0.message.content": "Hi"}, "truncated"),
    "content of one lost": ({**ONE, "llm.input_messages.1.message.role": "user"}, "truncated"),
    "cut JSON": ({"gen_ai.input.messages": text(PARTS)[:60]}, "truncated"),
    "cut JSON with dots": ({"mlflow.spanInputs": text(CHAT)[:50] + "..."}, "truncated"),
    "cut text": ({**ONE, "llm.input_messages.0.message.content": "a" * 197 + "..."}, "truncated"),
    "a text that ends in dots": (
        {**ONE, "llm.input_messages.0.message.content": "Well..."},
        "",
    ),
    "no JSON": ({"gen_ai.input.messages": "[<Message object>]"}, "unparsable"),
}


@pytest.mark.parametrize(("attributes", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_problem_of_the_input(attributes: dict[str, Any], problem: str) -> None:
    assert sent(llm(attributes)).problem == problem


def test_dropped_attributes_may_have_been_the_prompt() -> None:
    assert sent(llm(ONE, dropped=72)).problem == "truncated"
    assert returned(llm(OUTPUTS["openinference"], dropped=72)).problem == "truncated"
    assert returned(llm(OUTPUTS["otel"], dropped=72)).problem == ""


def test_whole_request_mends_broken_messages() -> None:
    broken = {"llm.input_messages.3.message.role": "user"}
    found = sent(llm({**broken, "input.value": text({"messages": CHAT})}))
    assert found.messages == (SYSTEM, USER, CALL, RESULT)


def test_answer_without_tokens_may_be_empty() -> None:
    empty = {"gen_ai.output.messages": '[{"role": "assistant", "parts": []}]'}
    assert returned(llm({**empty, "gen_ai.usage.output_tokens": 0})).problem == ""
    assert returned(llm(empty)).problem == "redacted"


@pytest.mark.parametrize(
    ("span", "setting"),
    [
        (
            {"scope": "opentelemetry.util.genai.handler"},
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_AND_EVENT",
        ),
        ({"scope": "opentelemetry.instrumentation.openai_v2"}, "CAPTURE_MESSAGE_CONTENT"),
        ({"scope": "opentelemetry.instrumentation.openai.v1"}, "TRACELOOP_TRACE_CONTENT=true"),
        ({"scope": "openinference.instrumentation.openai"}, "OPENINFERENCE_HIDE_INPUT_MESSAGES"),
        ({"attributes": {"openinference.span.kind": "LLM"}}, "OPENINFERENCE_HIDE_INPUTS"),
        ({"attributes": {"mlflow.spanType": "LLM"}}, "mlflow."),
        ({"attributes": {"langfuse.observation.type": "generation"}}, "capture_input"),
    ],
)
def test_remedy_names_the_setting_of_the_convention(span: dict[str, Any], setting: str) -> None:
    assert setting in remedy(testing.span(span))


def test_remedy_of_truncation_is_the_attribute_limit() -> None:
    assert "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT" in remedy(llm({}), "truncated")


NAMES = [
    *("role", "content", "parts", "message", "messages", "choices", "text", "0", "type"),
    *("tool_calls", "function", "input", "output", "system", "tool_call", "contents"),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES) | st.text(max_size=4),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)
PLACES = [
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "mlflow.spanInputs",
    "mlflow.spanOutputs",
    "input.value",
    "output.value",
    "llm.input_messages.0.message",
    "llm.output_messages.0",
    "gen_ai.prompt.0.tool_calls.0",
]


@given(st.dictionaries(st.sampled_from(PLACES), VALUES | VALUES.map(text), max_size=4))
def test_nothing_recorded_makes_it_crash(attributes: dict[str, Any]) -> None:
    for found in (sent(llm(attributes)), returned(llm(attributes))):
        assert bool(found.messages) or bool(found.problem)


@pytest.mark.parametrize("key", ["input.value", "gen_ai.input.messages", "mlflow.spanInputs"])
@pytest.mark.parametrize("wrapper", ['{"message":', '{"input":', "[", '{"content":[', '{"a":'])
def test_deep_nesting_is_bounded(key: str, wrapper: str) -> None:
    closer = wrapper.translate({ord("{"): "}", ord("["): "]"})
    ends = "".join(c for c in closer if c in "}]")[::-1]
    for depth in (400, 50_000):
        found = sent(llm({key: wrapper * depth + "1" + ends * depth}))
        assert bool(found.messages) or bool(found.problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[REDACTED]", "redacted"),
        ("<redacted>", "redacted"),
        ("Redacted", "redacted"),
        ("***", "redacted"),
        ("  ", "redacted"),
        ("...", "truncated"),
        ("…", "truncated"),
        ("-", ""),
        ("What is ***?", ""),
        ("Why is it [REDACTED] here?", ""),
    ],
)
def test_content_that_stands_for_other_content(text: str, problem: str) -> None:
    made = testing.span(
        {
            "name": "chat m",
            "attributes": {
                "llm.input_messages.0.message.role": "user",
                "llm.input_messages.0.message.content": text,
            },
        }
    )
    assert sent(made).problem == problem
