from __future__ import annotations

from collections.abc import Iterator

from agentaudit.below import Below
from agentaudit.finding import Answer, Outcome
from agentaudit.hosting import host_of, self_hosted
from agentaudit.probe import Example, Gaps, not_applicable, passed, probe
from agentaudit.probes.telemetry.amounts import MEBIBYTE, amount, at_least
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import Response
from agentaudit.span import Fact, Kind, Span

LOCAL = {"name": "chat qwen3-8b"}
HOSTED = {"name": "chat gpt-4o", "attributes": {"server.address": "api.openai.com"}}
ELSEWHERE = {"server.address": "vllm.internal"}
NO_GPU = {"service.name": "planner", "host.gpu.count": 0}
SERVER = {"service.name": "vllm", "gpu.memory.peak_bytes": 21_474_836_480}
LOOPBACK = frozenset({None, "localhost", "127.0.0.1", "::1", "0.0.0.0"})
"""Where a call stays on its host; without an address the model runs in the process."""


@probe(
    "telemetry-gpu-memory-recorded",
    fix="Record the peak on the LLM span: "
    '`span.set_attribute("gpu.memory.peak_bytes", torch.cuda.max_memory_allocated())`; a host '
    "without a GPU says so with `OTEL_RESOURCE_ATTRIBUTES=host.gpu.count=0`.",
    examples=[
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [{**LOCAL, "attributes": {"gpu.memory.peak_bytes": 21_474_836_480}}]
                }
            },
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {**LOCAL, "attributes": ELSEWHERE},
                        {"name": "POST /v1", "otel_kind": "SERVER", "resource": SERVER},
                    ]
                }
            },
            "the model server recorded it, below the call",
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**LOCAL, "resource": NO_GPU}]}},
            "the serving host has no GPU",
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [LOCAL], "series": ["gpu.memory"]}},
            "a metric series covers it",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [LOCAL]}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**LOCAL, "resource": {**NO_GPU, "host.gpu.count": -1}}]}},
            "no host has fewer than no GPU",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**LOCAL, "attributes": {"gpu.memory.peak_bytes": 1}}]}},
            "no model fits in one byte",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**LOCAL, "attributes": ELSEWHERE, "resource": NO_GPU}]}},
            "the host of the caller is not the host of the model",
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{**LOCAL, "resource": None}]}}),
        Example(Outcome.NOT_APPLICABLE, {"response": {"spans": [HOSTED]}}, "a provider serves it"),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [{"name": "execute_tool post"}]}},
            "nothing says that no model was called",
        ),
    ],
)
def gpu_memory_recorded(response: Response) -> Answer:
    """Is the GPU memory of every self-hosted model recorded, or that its host has no GPU?

    A full GPU ends a stream in the middle of a sentence or kills the server. Providers account for
    theirs; a model that the team serves itself is the team's to account for.
    """
    if not response.of(Kind.LLM):
        return MODEL_CALLS.unseen(response)
    calls = [span for span in response.of(Kind.LLM) if self_hosted(span)]
    if not calls:
        return not_applicable(
            "a provider serves every model that was called", response.entry.evidence()
        )
    if "gpu.memory" in response.series:
        return passed("a metric series covers every call", response.entry.evidence())
    gaps, under = Gaps(len(calls)), _Under(response)
    for span in calls:
        place = response.service_name(span)
        memory = _memory(span, response, under)
        gaps.need(memory, f"GPU memory of {span.name}", place, span.evidence())
    return gaps.answer("every self-hosted call records GPU memory, or that there is no GPU")


class _Under:
    """What the spans below a call, and their services, say."""

    def __init__(self, response: Response) -> None:
        self._recording = Below(response, lambda span: _quality(_used(span)))
        self._stating = Below(
            response, lambda span: "none" if _none(span.fact("host.gpu.count")) else ""
        )
        self._without = Below(
            response,
            lambda span: span.resource.key if _none(span.resource_fact("host.gpu.count")) else "",
        )

    def memory(self, span: Span) -> Iterator[Fact]:
        """The nearest use of memory, and the nearest value that cannot be one."""
        for other in ("poor", "good"):
            below = self._recording.of(span, other)
            if below is not None:
                yield _used(below)

    def none(self, span: Span) -> Iterator[Fact]:
        """The nearest statement that there is no GPU: by a span, or by another resource."""
        below = self._stating.of(span)
        if below is not None:
            yield below.fact("host.gpu.count")
        other = self._without.of(span, span.resource.key)
        if other is not None:
            yield other.resource_fact("host.gpu.count")


def _used(span: Span) -> Fact:
    own = at_least(span.fact("gpu.memory"), MEBIBYTE)
    held = at_least(span.resource_fact("gpu.memory"), MEBIBYTE)
    return own if own or not held.location else held


def _quality(memory: Fact) -> str:
    return "good" if memory else "poor" if memory.location else ""


def _none(count: Fact) -> bool:
    return amount(count) == 0


def _memory(span: Span, response: Response, under: _Under) -> Fact:
    """GPU memory around the call, or the statement that its host has none."""
    service = response.service(span)
    facts = [at_least(span.fact("gpu.memory"), MEBIBYTE), *under.memory(span)]
    if service is not None:
        facts.append(at_least(service.fact("gpu.memory"), MEBIBYTE))
    counts = [span.fact("host.gpu.count"), *under.none(span)]
    if service is not None and not _elsewhere(span):
        counts.append(service.fact("host.gpu.count"))
    facts += [fact for fact in counts if _none(fact)]
    return next((f for f in facts if f), next((f for f in facts if f.location), facts[-1]))


def _elsewhere(span: Span) -> bool:
    """Whether the call went to another host than the caller's."""
    return host_of(span) not in LOOPBACK
