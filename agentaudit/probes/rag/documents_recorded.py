from __future__ import annotations

from agentaudit.evidence import Evidence, digest
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.rag.documents import found
from agentaudit.probes.rag.retrievals import unseen
from agentaudit.response import Response
from agentaudit.span import Fact, Kind, Span

QUERY = {"gen_ai.retrieval.query.text": "refund period"}
DOCUMENTS = '[{"id": "doc-1", "score": 0.9, "content": "30 days"}]'
HASHED = f'[{{"id": "doc-1", "score": 0.9, "content_sha256": "{"9f86d081" * 8}"}}]'
NO_CONTENT = '[{"id": "doc-1", "score": 0.9}]'
OPENINFERENCE = {
    "openinference.span.kind": "RETRIEVER",
    "input.value": "refund period",
    "retrieval.documents.0.document.id": "doc-1",
    "retrieval.documents.0.document.score": 0.9,
    "retrieval.documents.0.document.content": "30 days",
}
MLFLOW = {
    "mlflow.spanType": "RETRIEVER",
    "mlflow.spanInputs": '{"q": "refund period"}',
    "mlflow.spanOutputs": '[{"page_content": "30 days", "metadata": {"doc_uri": "doc-1", '
    '"score": 0.9}}]',
}


def _with(documents: str, **more: object) -> dict[str, object]:
    attributes = {**QUERY, "gen_ai.retrieval.documents": documents}
    return {"response": {"spans": [{"name": "retrieval kb", "attributes": attributes, **more}]}}


@probe(
    "rag-documents-recorded",
    fix="Record query and documents on the retrieval span: "
    '`span.set_attribute("gen_ai.retrieval.query.text", query)` and '
    '`span.set_attribute("gen_ai.retrieval.documents", json.dumps([{"id": d.id, "score": d.score, '
    '"content_sha256": sha256(d.text.encode()).hexdigest()} for d in found]))`.',
    examples=[
        Example(Outcome.PASS, _with(DOCUMENTS)),
        Example(Outcome.PASS, _with(HASHED), "a hash stands for private content"),
        Example(Outcome.PASS, _with("[]"), "nothing was found, and that is recorded"),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{"name": "kb", "attributes": OPENINFERENCE}]}},
            "OpenInference",
        ),
        Example(
            Outcome.PASS, {"response": {"spans": [{"name": "kb", "attributes": MLFLOW}]}}, "MLflow"
        ),
        Example(Outcome.FAIL, _with(NO_CONTENT), "id and score alone do not say what was read"),
        Example(Outcome.FAIL, _with(DOCUMENTS.replace("doc-1", "unknown")), "names no document"),
        Example(Outcome.FAIL, _with(DOCUMENTS.replace("0.9", '""')), "a score is a number"),
        Example(Outcome.FAIL, _with(DOCUMENTS.replace("30 days", "  ")), "blanks say nothing"),
        Example(Outcome.FAIL, _with(HASHED.replace("9f86d081" * 8, "todo")), "no hash"),
        Example(Outcome.FAIL, {"response": {"spans": [{"name": "retrieval kb"}]}}),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "chat gpt-4o"}], "shows": {"planner": ["RETRIEVER"]}}},
            "the service shows its retrievals elsewhere",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [{"name": "chat gpt-4o"}]}},
            "nothing says that nothing was retrieved",
        ),
    ],
)
def documents_recorded(response: Response) -> Answer:
    """Does every retrieval record its query, and each document's id, score and content or hash?

    Wrong context is the commonest cause of a wrong answer. Ids alone do not help once a document is
    changed: its content, or a hash of it, says what the model read.
    """
    retrievals = response.of(Kind.RETRIEVER)
    if not retrievals:
        return unseen(response)
    gaps = Gaps(len(retrievals))
    for span in retrievals:
        place, query = response.service_name(span), span.fact("retrieval.query")
        if query:
            gaps.seen(_private(query, span))
        else:
            gaps.need(query, f"query of {span.name}", place, span.evidence())
        if not span.failed:
            _documents(gaps, span, place)
    return gaps.answer("every retrieval records its query and what it found")


def _private(fact: Fact, span: Span) -> Evidence:
    return Evidence(span.at(fact.attribute), digest(fact.text))


def _documents(gaps: Gaps, span: Span, place: str) -> None:
    what = found(span)
    reasons = {d.lacks: None for d in what.documents if d.lacks}
    for reason in [what.problem] if what.problem else reasons:
        gaps.fail(
            f"documents of {span.name}: {reason.replace('_', ' ')}",
            span.evidence(),
            fact="retrieval.documents",
            place=place,
            reason=reason,
        )
    if not what.problem and not reasons:
        gaps.seen(_private(what.fact, span))
