"""From the facts of a response to references: what is recorded, where, and if it can be true."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import islice

from agentaudit.above import Above
from agentaudit.evidence import Evidence
from agentaudit.expressions import regex
from agentaudit.hosting import self_hosted
from agentaudit.lineage.declared import Declared
from agentaudit.response import Reference, Response, Service
from agentaudit.semconv import PLACEHOLDERS
from agentaudit.span import Fact, Kind, Recorded, Span

COMMIT = regex(r"[0-9a-f]{7,64}")
_DIGEST = regex(r"(?:^|@|://)(sha256:[0-9a-f]{64})$|^([0-9a-f]{64})$")
_NOTHING = "sha256:" + hashlib.sha256(b"").hexdigest()
"""Digest of no bytes at all: no image has it."""
_REGISTRY = regex(r"models:/[^/@\s]+/[^/@\s]+|m-[0-9a-f]{32}")
_NAME = regex(r"[\w@+:-][\w.@+: /-]{0,199}")
_FRAMES = regex(
    r'File "(?P<py>[^"\n]{1,400})", line (?P<pyline>\d{1,7})'
    r"|\((?P<js>[^()\s:]{1,400}):(?P<jsline>\d{1,7})(?::\d{1,7})?\)"
)
_LIBRARY = regex(
    r"site-packages|dist-packages|/lib/python\d|node_modules|^<|^node:|/rustc/|^jdk\.|^java\."
)
MOST_FRAMES = 20
MOST_CONFLICTS = 20
"""Other values that are named of one fact."""


def periodic(text: str) -> bool:
    """Whether hex digits repeat with a period of at most 16: made up, never a real digest."""
    return len(text) > 16 and any(text == (text[:n] * len(text))[: len(text)] for n in range(1, 17))


def commits(response: Response, declared: Declared) -> Iterator[Reference]:
    """One per service; in conflict with other commits of the same instance."""
    said = _said(response, "git.commit", _commits)
    for service in response.services:
        fact = service.fact("git.commit")
        text = fact.text.strip().lower() if fact else ""
        good = bool(COMMIT.fullmatch(text)) and not periodic(text)
        known = said[_identity(service)] if good else []
        others = (v for v in known if not (v.startswith(text) or text.startswith(v)))
        yield _of_service(
            "commit", service, fact, text, good, tuple(islice(others, MOST_CONFLICTS))
        )


def _commits(fact: Fact) -> set[str]:
    text = fact.text.strip().lower()
    return {text} if COMMIT.fullmatch(text) else set()


def _said(
    response: Response, key: str, values: Callable[[Fact], set[str]], *, by_name: bool = False
) -> dict[tuple[str, ...], list[str]]:
    """Every value that each instance recorded, whichever of its resources did, sorted; apart for
    each attribute name where `by_name` is set."""
    found: dict[tuple[str, ...], set[str]] = {}
    for service in response.services:
        who = _identity(service)
        found.setdefault(who, set())
        for fact in service.values(key):
            found.setdefault((*who, fact.attribute) if by_name else who, set()).update(values(fact))
    return {who: sorted(held) for who, held in found.items()}


def _identity(service: Service) -> tuple[str, ...]:
    span = service.spans[0]
    keys = ("service.namespace", "service.name", "instance.id")
    return tuple(span.resource_fact(k).text for k in keys)


def images(response: Response, declared: Declared) -> Iterator[Reference]:
    """One per service; in conflict with other digests of the same instance and attribute."""
    said = _said(response, "image.digest", _digests, by_name=True)
    for service in response.services:
        fact = service.fact("image.digest")
        digests = sorted(_digests(fact)) if fact else []
        known = said.get((*_identity(service), fact.attribute), [])
        others = islice((v for v in known if v not in digests), MOST_CONFLICTS)
        value = digests[0] if digests else (fact.text if fact else "")
        yield _of_service("image", service, fact, value, bool(digests), tuple(others))


def _digests(fact: Fact) -> set[str]:
    values = fact.value if isinstance(fact.value, list) else [fact.value]
    found = {_DIGEST.search(str(value).strip()) for value in values}
    bare = {(m[1] or f"sha256:{m[2]}") for m in found if m}
    return {d for d in bare if d != _NOTHING and not periodic(d.removeprefix("sha256:"))}


def _of_service(
    kind: str, service: Service, fact: Fact, value: str, good: bool, others: tuple[str, ...]
) -> Reference:
    state = Recorded.MALFORMED if fact and not good else fact.state
    evidence = fact.evidence() or (Evidence(service.spans[0].at(), f"service {service.name}"),)
    return Reference(
        kind,
        service.name,
        value,
        state,
        fact.key,
        service.spans[0].span_id,
        evidence,
        others,
    )


def models(response: Response, declared: Declared) -> Iterator[Reference]:
    """One per LLM call to a self-hosted model; `model_map` where telemetry says nothing."""
    for span in response.of(Kind.LLM):
        if not self_hosted(span):
            continue
        fact = response.inherited(span, "model.registry")
        entry = None if fact else declared.model(_aliases(response, span), span.start_ns)
        if entry is None:
            good = _versioned(fact.text.strip()) if fact else True
            yield _of_span("registry version", response, span, fact, fact.text.strip(), good)
            continue
        good = _versioned(entry.uri)
        yield Reference(
            "registry version",
            response.service_name(span),
            entry.uri,
            Recorded.RECORDED if good else Recorded.MALFORMED,
            fact.key,
            span.span_id,
            (entry.evidence,),
        )


def _versioned(uri: str) -> bool:
    """Whether a registry URI names one version: `latest` and the like name none."""
    return bool(_REGISTRY.fullmatch(uri)) and uri.rpartition("/")[2].lower() not in PLACEHOLDERS


def _aliases(response: Response, span: Span) -> tuple[str, ...]:
    facts = (
        span.fact("model.requested"),
        span.fact("model.answered"),
        response.inherited(span, "agent.name"),
    )
    return (*(f.text for f in facts if f), response.service_name(span))


def adapters(response: Response, declared: Declared) -> Iterator[Reference]:
    """One per self-hosted LLM call that names an adapter."""
    for span in response.of(Kind.LLM):
        name = response.inherited(span, "model.adapter")
        if name and self_hosted(span):
            version = response.inherited(span, "model.adapter.version")
            value = f"{name.text}@{version.text if version else ''}"
            yield _of_span("adapter", response, span, version, value, True)


def prompts(response: Response, declared: Declared) -> Iterator[Reference]:
    """One per LLM call; recorded only when name and version both are."""
    for span in response.of(Kind.LLM):
        name, version = (response.from_above(span, k) for k in ("prompt.name", "prompt.version"))
        fact = version if name else name
        value = f"{name.text}@{version.text}" if name and version else ""
        good = all(_NAME.fullmatch(f.text) and ".." not in f.text for f in (name, version) if f)
        yield _of_span("prompt", response, span, fact, value, good)


def code(response: Response, declared: Declared) -> Iterator[Reference]:
    """One per step (its own code attributes, else those of the nearest span above in the same
    service), and one per application frame of each traceback."""
    above = Above(response, _has_code)
    for span in response.steps:
        holder = _holder(span, above)
        file, function = holder.fact("code.file"), holder.fact("code.function")
        line = holder.fact("code.line")
        fact = file if file and (function or line) else function
        if not fact:
            lacking = line if file else file
            yield _of_span("code", response, span, lacking, "", True, key="code.file")
            continue
        value = _code_value(*(f.text if f else "" for f in (file, line, function)))
        yield _of_span("code", response, span, fact, value, True, key="code.file")
    for span in response.spans:
        yield from _frames(response, span)


def _code_value(path: str, line: str, symbol: str) -> str:
    """`path:line symbol`; a symbol without a path ends in `()`."""
    if not path:
        return f"{symbol}()"
    return f"{path}{f':{line}' if line else ''}{f' {symbol}' if symbol else ''}"


def _has_code(span: Span) -> bool:
    return bool(span.fact("code.file") or span.fact("code.function"))


def _holder(span: Span, above: Above) -> Span:
    """The span whose code attributes say where a step runs; the step itself when none does."""
    if _has_code(span):
        return span
    found = above.of(span)
    return found if found is not None and found.resource == span.resource else span


def _frames(response: Response, span: Span) -> Iterator[Reference]:
    for event in span.events:
        trace = span.event_fact(event, "exception.stacktrace")
        if not trace:
            continue
        places = {
            f"{found['py'] or found['js']}:{found['pyline'] or found['jsline']}": None
            for found in _FRAMES.finditer(trace.text[-50_000:])
            if not _LIBRARY.search(found["py"] or found["js"])
        }
        for value in list(places)[-MOST_FRAMES:]:
            evidence = (Evidence(span.at("exception.stacktrace"), value),)
            yield Reference(
                "code",
                response.service_name(span),
                value,
                Recorded.RECORDED,
                "exception.stacktrace",
                span.span_id,
                evidence,
            )


def snapshots(response: Response, declared: Declared) -> Iterator[Reference]:
    """One per retrieval."""
    for span in response.of(Kind.RETRIEVER):
        source, version = span.fact("retrieval.source"), span.fact("retrieval.snapshot")
        value = f"{source.text if source else ''}@{version.text}" if version else ""
        yield _of_span("index snapshot", response, span, version, value, True)


def traces(response: Response, declared: Declared) -> Iterator[Reference]:
    """Other traces that the entry links to, and earlier responses that calls continue."""
    entry = response.entry
    for linked in response.shape.linked:
        yield _link(response, entry, f"trace:{linked}", Evidence(entry.at("links"), linked))
    for span in response.of(Kind.LLM, Kind.AGENT):
        previous = span.fact("previous_response.id")
        if previous:
            yield _link(response, span, f"response:{previous.text}", *previous.evidence())


def _link(response: Response, span: Span, value: str, *evidence: Evidence) -> Reference:
    place = response.service_name(span)
    return Reference("trace", place, value, Recorded.RECORDED, "trace.link", span.span_id, evidence)


def _of_span(
    kind: str,
    response: Response,
    span: Span,
    fact: Fact,
    value: str,
    good: bool,
    key: str = "",
) -> Reference:
    state = Recorded.MALFORMED if fact and not good else fact.state
    evidence = fact.evidence() or (Evidence(span.at(), span.name),)
    return Reference(
        kind,
        response.service_name(span),
        value if fact else "",
        state,
        key or fact.key,
        span.span_id,
        evidence,
    )
