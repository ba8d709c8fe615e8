"""Questions about responses."""

from typing import Annotated, Literal

import orjson
from pydantic import AfterValidator, Field

from agentaudit.evidence import Evidence
from agentaudit.finding import Answer, Cause
from agentaudit.parse.closed import Record, nearest, wrong
from agentaudit.probe import Gaps, Probe, not_applicable, unknown
from agentaudit.response import Response
from agentaudit.semconv import FACTS, KEY_IDS, KEYS, MARKERS
from agentaudit.span import Fact, Kind, Recorded, Span

_MARKER_NAMES = frozenset(n.text for k in KEYS if k.marker for n in k.names if not n.prefix)
_FACT_NAMES = frozenset(n.text for k in KEYS if not k.marker for n in k.names)


def _marker(name: str) -> str:
    if name in MARKERS or name in _MARKER_NAMES - _FACT_NAMES:
        return name
    if name in FACTS or name in _FACT_NAMES:
        raise wrong(
            f"{name!r} is a fact, and only markers may decide whether a question applies",
            f"leaving the fact out would take the question away; use {', '.join(sorted(MARKERS))}",
        )
    raise wrong(
        f"{name!r} is not a marker that says what a span is",
        nearest(name, MARKERS | _MARKER_NAMES),
    )


def _attribute(name: str) -> str:
    if not name.strip() or len(name) > 200:
        raise wrong("an attribute name has between 1 and 200 characters", "name the attribute")
    return name


Marker = Annotated[str, AfterValidator(_marker)]
AgenticKind = Literal[
    "LLM",
    "AGENT",
    "WORKFLOW",
    "CHAIN",
    "TOOL",
    "RETRIEVER",
    "RERANKER",
    "EMBEDDING",
    "GUARDRAIL",
    "EVALUATOR",
    "PROMPT",
    "MEMORY",
]
_RETRIEVAL = frozenset({"vector_store", "retriever"})
_TRADES: dict[Kind, frozenset[str]] = {
    Kind.RETRIEVER: _RETRIEVAL,
    Kind.RERANKER: _RETRIEVAL,
    Kind.LLM: frozenset({"model", "agent"}),
    Kind.GUARDRAIL: frozenset({"guardrail"}),
}
"""Kind of step → libraries whose absence in a component says that it does nothing of the kind."""


class SpanAttribute(Record):
    """Every span of certain kinds carries certain attributes."""

    kind: Literal["span_attribute"]
    spans: tuple[AgenticKind, ...] = ()
    """Kinds of spans that are asked; empty: every step."""
    where: dict[Marker, str | int | bool] = Field(default_factory=dict)
    """Further narrows which spans are asked, by exact value. Markers only, by our key or by
    attribute name: never a fact, or leaving the fact out would take the question away."""
    require: Annotated[tuple[Annotated[str, AfterValidator(_attribute)], ...], Field(min_length=1)]
    """What each of them must carry on itself or on its resource: our keys (`prompt.version`, any
    convention's spelling counts) or attribute names, spelled exactly."""

    @property
    def attributes(self) -> frozenset[str]:
        """Attribute names that readers must keep for this question: those that are no key."""
        return frozenset((*self.require, *self.where)) - KEY_IDS

    def compile(self, id: str, fix: str) -> Probe:
        """The probe that asks it."""

        def answer(response: Response) -> Answer:
            asked = [span for span in response.steps if self._asks(span)]
            if not asked:
                return self._none(response)
            gaps = Gaps(len(asked) * len(self.require))
            for span in asked:
                for name in self.require:
                    _require(gaps, response, span, name)
            return gaps.answer(f"{len(asked)} spans carry {', '.join(self.require)}")

        answer.__doc__ = f"Does every {self._what} carry {', '.join(self.require)}?"
        return Probe(id, answer, fix, (), frozenset({"response"}))

    @property
    def _what(self) -> str:
        kinds = " or ".join(self.spans) or "agentic"
        where = " and ".join(f"{k}={_said(v)}" for k, v in self.where.items())
        return f"{kinds} span{f' with {where}' if where else ''}"

    def _asks(self, span: Span) -> bool:
        if self.spans and span.kind.value not in self.spans:
            return False
        return all(_fact(span, name).text == _said(v) for name, v in self.where.items())

    def _none(self, response: Response) -> Answer:
        """No span is asked: there is none, or it may have happened unseen."""
        kinds = frozenset(Kind(kind) for kind in self.spans)
        if kinds and kinds <= _TRADES.keys() and not response.of(*kinds):
            return _unseen(response, kinds)
        return not_applicable(f"no {self._what} in this response", response.entry.evidence())


def _require(gaps: Gaps, response: Response, span: Span, name: str) -> None:
    place = response.service_name(span)
    where = Evidence(span.at(), span.name)
    if not span.vocabulary.knows(name):
        message = f"{name}: not kept by the reader of this store"
        gaps.doubt(message, where, fact=name, place=place, reason="not_read")
        return
    gaps.need(_fact(span, name), name, place, where)


def _fact(span: Span, name: str) -> Fact:
    """What the span, else its resource, says about a key or attribute."""
    if not span.vocabulary.knows(name):
        held_by = {**(span.resource.attributes or {}), **span.attributes}
        raw = held_by.get(name)
        return Fact(name) if raw is None else Fact(name, Recorded.RECORDED, raw, name)
    own = span.fact(name)
    if own:
        return own
    held = span.resource_fact(name)
    return held if held or own.state is Recorded.MISSING else own


def _said(value: str | int | bool) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _unseen(response: Response, kinds: frozenset[Kind]) -> Answer:
    """DESIGN.md §5.5: what is not seen is only absent where each service shows it elsewhere, or
    its component declares no library for it."""
    trades = frozenset(trade for kind in kinds for trade in _TRADES[kind])
    what = " or ".join(sorted(kind.value for kind in kinds))
    reason = "retrieval_not_visible" if trades == _RETRIEVAL else "step_not_visible"
    doubtful = {
        Cause(f"{what} spans", service.name, reason)
        for service in response.services
        if not service.shows & kinds and (service.declares is None or service.declares & trades)
    }
    seen = response.entry.evidence()
    if doubtful:
        said = f"no {what} span is visible, and nothing says that there was none"
        return unknown(said, seen, reason=reason, causes=doubtful)
    return not_applicable(f"no {what} span here; its services show or declare none", seen)


class ReferenceKept(Record):
    """Every reference of a kind that the response should carry is recorded, or opens."""

    kind: Literal["reference"]
    of: Literal["commit", "image", "registry version", "prompt", "code", "index snapshot", "trace"]
    """commit and image: of every service; registry version: of every self-hosted model; prompt: of
    every LLM call; code: of every step; index snapshot: of every retrieval; trace: every linked
    one. Kinds that only appear once something names them (adapter, dataset, run, document) cannot
    be asked about here."""
    must_be: Literal["recorded", "resolved"]

    def compile(self, id: str, fix: str) -> Probe:
        """The probe that asks it."""

        def answer(response: Response) -> Answer:
            references = response.refs(self.of)
            if not references:
                return self._none(response)
            gaps = Gaps(len(references))
            for ref in references:
                ask = gaps.follow if self.must_be == "resolved" else gaps.record
                ask(ref, f"{self.of} of {ref.place}")
            return gaps.answer(f"{len(references)} of {len(references)} {self.must_be}")

        answer.__doc__ = f"Is every {self.of} reference of the response {self.must_be}?"
        return Probe(id, answer, fix, (), frozenset({"response"}))

    def _none(self, response: Response) -> Answer:
        if self.of == "index snapshot":
            return _unseen(response, frozenset({Kind.RETRIEVER}))
        if self.of in {"commit", "image", "code"}:
            return unknown(f"no {self.of} reference was collected", fact=self.of)
        return not_applicable(f"nothing in this response should carry a {self.of} reference")
