"""What all responses of an audit show together: shares, and whether a dimension applies at all."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from agentaudit.audit.request import Request, Sources
from agentaudit.code import Strength
from agentaudit.evidence import Evidence, Location
from agentaudit.hosting import hosted
from agentaudit.lineage.subjects import Uses
from agentaudit.response import Response
from agentaudit.score.layout import Applicability, Applies
from agentaudit.semconv import EVALUATION_EVENT
from agentaudit.source import Component, Ledger
from agentaudit.span import Kind, Span
from agentaudit.survey import Survey

_RETRIEVAL = (Kind.RETRIEVER, Kind.RERANKER, Kind.EMBEDDING)
DECIDED_LAST = frozenset({"rag", "fine_tuning"})
"""Dimensions that may not apply, which is known only when everything was read."""
_RAG_TRADES = ("vector_store", "retriever")


class Observed(Struct):
    """Filled one response at a time."""

    survey: Survey
    retrieval: Evidence | None = None
    """A retrieval, of the response with the smallest id."""
    own_model: Evidence | None = None
    """A model that is not positively hosted, likewise."""
    calls: int = 0
    """LLM calls seen."""
    images: Uses = field(default_factory=Uses)
    """Images that they ran in."""
    _from: dict[str, str] = field(default_factory=dict)

    def observe(self, response: Response) -> None:
        """Count one response in."""
        carried = (
            ("session.id", _anywhere(response, "session.id")),
            ("tenant.id", _anywhere(response, "tenant.id")),
            ("evaluation", _evaluated(response)),
        )
        self.survey.observe(response, carried)
        calls = response.of(Kind.LLM)
        self.calls += len(calls)
        self.images.observe(response)
        self._note("retrieval", response, response.of(*_RETRIEVAL))
        self._note("own_model", response, (s for s in calls if not hosted(s)))

    def _note(self, what: str, response: Response, spans: Iterable[Span]) -> None:
        known = self._from.get(what)
        if known is not None and known <= response.id:
            return
        for span in spans:
            self._from[what] = response.id
            setattr(self, what, Evidence(span.at(), span.name))
            return

    def applicability(
        self, sources: Sources, components: tuple[Component, ...] | None
    ) -> dict[str, Applicability]:
        """Whether rag and fine_tuning apply (DESIGN.md §5.5); every other dimension always does."""
        read = self.survey.responses > 0
        declared = _declared(components, _RAG_TRADES)
        rag = _applies("retrieval", (*declared, *_given(self.retrieval)))
        if not rag.evidence:
            rag = _absent("retrieval", {"repository": components is not None, "traces": read})
        tuning = _applies("fine-tuning", _declared(components, ("trainer",)))
        if not tuning.evidence:
            if read and self.calls and self.own_model is None:
                tuning = Applicability(
                    Applies.NO, "every model that answered is hosted by a known provider"
                )
            else:
                looked = {
                    "repository": components is not None,
                    "traces": read,
                    "registry": sources.registry is not None,
                }
                tuning = _absent("fine-tuning", looked)
        return {"rag": rag, "fine_tuning": tuning}


def survey(request: Request, sources: Sources, ledgers: Iterable[Ledger]) -> Survey:
    """An empty survey that knows the window of what was read."""
    times = [t for ledger in ledgers for t in (ledger.first_ns, ledger.last_ns) if t]
    return Survey(
        name=sources.traces.name if sources.traces else "",
        first_ns=min(times, default=0),
        last_ns=max(times, default=0),
        as_of_ns=request.identity.as_of_ns,
        retention_days=request.retention_days,
    )


def _anywhere(response: Response, key: str) -> bool:
    return any(span.fact(key) or span.resource_fact(key) for span in response.spans)


def _evaluated(response: Response) -> bool:
    return any(
        event.name == EVALUATION_EVENT and span.event_fact(event, "evaluation.result")
        for span in response.spans
        for event in span.events
    )


def _given(evidence: Evidence | None) -> tuple[Evidence, ...]:
    return () if evidence is None else (evidence,)


def _declared(
    components: tuple[Component, ...] | None, trades: tuple[str, ...]
) -> tuple[Evidence, ...]:
    """What manifests name; where none does, what code takes from a project beside it."""
    asked = [(component, trade) for component in components or () for trade in trades]
    found = [d for component, trade in asked for d in component.declares.get(trade, ())]
    said = [(d.place, d.name) for d in found] or [
        (use.place, use.library)
        for component, trade in asked
        for use in component.uses(trade)
        if use.strength >= Strength.IMPORTED
    ]
    return tuple(Evidence(Location(at.repo, at.path, at.line), name) for at, name in said[:5])


def _applies(what: str, evidence: tuple[Evidence, ...]) -> Applicability:
    return Applicability(Applies.YES, f"{what} is shown", evidence[:5])


def _absent(what: str, looked: dict[str, bool]) -> Applicability:
    """Not applicable only if every kind of source that could show it was read."""
    missing = [source for source, read in looked.items() if not read]
    if missing:
        return Applicability(
            Applies.UNKNOWN, f"{what} could not be ruled out without {' and '.join(missing)}"
        )
    return Applicability(Applies.NO, f"{' and '.join(looked)} were read and show no {what}")
