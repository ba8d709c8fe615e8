"""Which setting makes an instrumentation record messages in full."""

from __future__ import annotations

from agentaudit.span import Span

_OTEL = (
    "set OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_AND_EVENT "
    "(NO_CONTENT, SPAN_ONLY, EVENT_ONLY or SPAN_AND_EVENT; the former `true` is rejected)"
)
_TRACELOOP = "set TRACELOOP_TRACE_CONTENT=true"
_OPENINFERENCE = (
    "unset OPENINFERENCE_HIDE_INPUTS, OPENINFERENCE_HIDE_OUTPUTS, "
    "OPENINFERENCE_HIDE_INPUT_MESSAGES and OPENINFERENCE_HIDE_OUTPUT_MESSAGES"
)
_MLFLOW = "call mlflow.<library>.autolog(log_traces=True) without a span processor that masks"
_LANGFUSE = "drop capture_input=False, capture_output=False and the `mask` of the Langfuse client"
_LIMITS = (
    "raise OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT to 10000 (the default of 128 drops the oldest, "
    "the system prompt first) and unset OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"
)
_OTEL_SCOPES = (
    "opentelemetry.util.genai",
    "opentelemetry.instrumentation.openai_v2",
    "opentelemetry.instrumentation.google_genai",
)


def remedy(span: Span, problem: str = "") -> str:
    """The exact setting to change, by the convention the span was written in.

    `problem` is that of a `Transcript`; a truncated one is mended at the attribute limits.
    """
    if problem == "truncated":
        return _LIMITS
    names = " ".join(span.attributes)
    if span.scope.startswith("openinference") or "openinference." in names:
        return _OPENINFERENCE
    if "traceloop." in names:
        return _TRACELOOP
    if span.scope.startswith("mlflow") or "mlflow." in names:
        return _MLFLOW
    if span.scope.startswith("langfuse") or "langfuse." in names:
        return _LANGFUSE
    if span.scope.startswith("opentelemetry.instrumentation.") and not span.scope.startswith(
        _OTEL_SCOPES
    ):
        return _TRACELOOP
    return _OTEL
