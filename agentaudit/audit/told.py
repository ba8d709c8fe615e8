"""What one response recorded, dimension by dimension: where it stands and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized

from msgspec import Struct
from msgspec.structs import replace

from agentaudit.evidence import digest
from agentaudit.hosting import hosted
from agentaudit.messages import returned, sent
from agentaudit.response import Reference, Response, Service
from agentaudit.semconv import EVALUATION_EVENT
from agentaudit.span import Fact, Kind, Recorded, Span


class Told(Struct, frozen=True):
    """One thing a response recorded, or should have."""

    what: str
    """E.g. `planner: commit`."""
    recorded: str
    """The value, or how it is lacking: `missing`, `placeholder`, ..."""
    there: bool
    where: str
    """Trace id/span id and attribute; empty when nothing recorded it."""
    leads_to: str = ""
    """Where following it led; empty for a plain fact."""
    resolution: str = ""
    """not_looked, broken, resolved, verified; empty for a plain fact."""


def told(response: Response, dimension: str) -> tuple[Told, ...]:
    """Everything the response recorded that belongs to a dimension; what several spans say alike
    is told once, with the first of them."""
    alike: dict[tuple[str, ...], list[Told]] = {}
    for item in _TELLERS[dimension](response):
        key = (item.what, item.recorded, item.leads_to, item.resolution)
        alike.setdefault(key, []).append(item)
    return tuple(_once(items) for items in alike.values())


def _once(items: list[Told]) -> Told:
    places = len({item.where for item in items})
    if places == 1:
        return items[0]
    return replace(items[0], what=f"{items[0].what} ({places} times)")


def _who(response: Response, span: Span) -> str:
    """The agent that acted, else the span's own name."""
    name = response.from_above(span, "agent.name")
    return name.text if name else span.name


def _fact(what: str, fact: Fact) -> Told:
    if fact:
        return Told(what, fact.text, True, str(fact.location))
    return Told(what, fact.state.value.replace("_", " "), False, "")


def _reference(what: str, ref: Reference) -> Told:
    there = ref.recorded is Recorded.RECORDED
    value = ref.value if there else ref.recorded.value.replace("_", " ")
    where = str(ref.evidence[0].location) if there and ref.evidence else ""
    if not there:
        return Told(what, value, False, where)
    if ref.conflicts:
        value += f" in conflict with {', '.join(ref.conflicts)}"
    return Told(what, value, True, where, ref.target.detail, ref.target.resolution.value)


def _private(what: str, span: Span, text: str) -> Told:
    return Told(what, digest(text), True, str(span.at()))


def _environment(response: Response) -> Iterator[Told]:
    for service in response.services:
        name = service.name
        if service.container is False:
            yield _fact(
                f"{name}: host (declared to run without a container)", service.fact("host.id")
            )
            yield from _of_service(response, service, "lock", "lock file")
        else:
            yield from _of_service(response, service, "image", "image")
            yield from _of_service(response, service, "packages", "packages in the image")
        for what, keys in (
            ("os", ("env.os", "env.os.version")),
            ("runtime", ("env.runtime", "env.runtime.version")),
            ("version", ("service.version",)),
            ("deployment", ("env.name",)),
            ("configuration", ("env.config",)),
        ):
            yield _joined(f"{name}: {what}", [service.fact(key) for key in keys])


def _joined(what: str, facts: list[Fact]) -> Told:
    lacking = next((f for f in facts if not f), None)
    if lacking is not None and not any(facts):
        return _fact(what, lacking)
    there = [f for f in facts if f]
    text = " ".join(f.text for f in there)
    if lacking is not None:
        text += f" ({lacking.key} {lacking.state.value.replace('_', ' ')})"
    return Told(what, text, lacking is None, str(there[0].location))


def _of_service(response: Response, service: Service, kind: str, what: str) -> Iterator[Told]:
    for ref in response.refs_of(kind, service.resource):
        yield _reference(f"{service.name}: {what}", ref)


def _telemetry(response: Response) -> Iterator[Told]:
    entry = response.entry
    if entry.end_ns >= entry.start_ns > 0:
        seconds = (entry.end_ns - entry.start_ns) / 1e9
        yield Told("latency", f"{seconds:.3f} s", True, str(entry.at()))
    else:
        yield Told("latency", "missing", False, "")
    for span in response.of(Kind.LLM):
        usage = [span.fact("usage.input"), span.fact("usage.output")]
        yield _joined(f"{_who(response, span)}: tokens in, out", usage)
    for service in response.services:
        yield _fact(f"{service.name}: peak memory", service.fact("process.memory"))
    records = f"{len(response.logs)} found by the trace id" if response.logs else "missing"
    there = response.trace_id if response.logs else ""
    yield Told("log records", records, bool(response.logs), there)
    for span in response.spans:
        for event in span.events:
            trace = span.event_fact(event, "exception.type")
            if trace:
                yield _fact(f"{span.name}: exception", trace)
    for ref in response.refs("code"):
        if ref.fact == "exception.stacktrace":
            yield _reference("stack frame", ref)
    for ref in response.refs("trace"):
        yield _reference("earlier turn", ref)


def _models(response: Response) -> Iterator[Told]:
    for span in response.of(Kind.LLM):
        name = _who(response, span)
        yield _fact(f"{name}: requested", span.fact("model.requested"))
        yield _fact(f"{name}: answered", span.fact("model.answered"))
        yield _fact(f"{name}: parameters", span.fact("model.params"))
        if hosted(span):
            yield _fact(f"{name}: hosted by", span.fact("model.provider"))
    for kind in ("registry version", "adapter"):
        for ref in response.refs(kind):
            yield _reference(f"{_who(response, response.by_id[ref.span_id])}: {kind}", ref)


def _prompts(response: Response) -> Iterator[Told]:
    for span in response.of(Kind.LLM):
        for what, side in (("sent", sent(span)), ("returned", returned(span))):
            if side.problem:
                yield Told(
                    f"{_who(response, span)}: {what}", side.problem.replace("_", " "), False, ""
                )
            else:
                text = "\n".join(part.text for m in side.messages for part in m.parts)
                yield _private(
                    f"{_who(response, span)}: {_count(side.messages)} {what}", span, text
                )
    for ref in response.refs("prompt"):
        yield _reference(f"{_who(response, response.by_id[ref.span_id])}: prompt", ref)
    for span in response.of(Kind.AGENT, Kind.TOOL):
        output = span.fact("step.output")
        if output:
            yield _private(f"{span.name}: output", span, output.text)
        else:
            yield _fact(f"{span.name}: output", output)


def _count(messages: Sized) -> str:
    return f"{len(messages)} message{'' if len(messages) == 1 else 's'}"


def _inference_code(response: Response) -> Iterator[Told]:
    for service in response.services:
        yield from _of_service(response, service, "commit", "commit")
        yield from _of_service(response, service, "build", "code in the image")
        yield _fact(f"{service.name}: uncommitted changes", service.fact("git.dirty"))
    for ref in response.refs("code"):
        if ref.fact == "code.file":
            yield _reference(f"{response.by_id[ref.span_id].name}: code", ref)


def _rag(response: Response) -> Iterator[Told]:
    for span in response.of(Kind.RETRIEVER, Kind.RERANKER):
        query, documents = span.fact("retrieval.query"), span.fact("retrieval.documents")
        if query:
            yield _private(f"{span.name}: query", span, query.text)
        else:
            yield _fact(f"{span.name}: query", query)
        if documents:
            yield Told(
                f"{span.name}: documents", digest(documents.text), True, str(documents.location)
            )
        else:
            yield _fact(f"{span.name}: documents", documents)
        yield _fact(f"{span.name}: index", span.fact("retrieval.source"))
        yield _fact(f"{span.name}: embedding model", span.fact("embedding.model"))
    for ref in response.refs("index snapshot"):
        yield _reference(f"{response.by_id[ref.span_id].name}: snapshot", ref)


def _guardrails(response: Response) -> Iterator[Told]:
    for span in response.of(Kind.GUARDRAIL):
        yield _fact(f"{span.name}: verdict", span.fact("guardrail.verdict"))
        yield _fact(f"{span.name}: version", span.fact("guardrail.version"))
    for span in response.spans:
        for event in span.events:
            if event.name == EVALUATION_EVENT:
                name = span.event_fact(event, "evaluation.name")
                yield _fact(
                    f"evaluation {name.text if name else ''}".strip(),
                    span.event_fact(event, "evaluation.result"),
                )


def _fine_tuning(response: Response) -> Iterable[Told]:
    """Everything about training is reached through the registry version."""
    for ref in response.refs("registry version", "adapter"):
        yield _reference(f"{_who(response, response.by_id[ref.span_id])}: {ref.kind}", ref)


_TELLERS: dict[str, Callable[[Response], Iterable[Told]]] = {
    "environment": _environment,
    "telemetry": _telemetry,
    "models": _models,
    "prompts": _prompts,
    "inference_code": _inference_code,
    "rag": _rag,
    "guardrails": _guardrails,
    "fine_tuning": _fine_tuning,
}
