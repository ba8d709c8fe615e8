from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.rag.retrievals import told_near, unseen
from agentaudit.response import Response
from agentaudit.span import Kind

RETRIEVAL = {"name": "retrieval kb", "id": "00000000000000b1"}


@probe(
    "rag-index-named",
    fix="Name the index on the retrieval span: "
    '`span.set_attribute("gen_ai.data_source.id", "bookkeeping-procedures")`.',
    examples=[
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**RETRIEVAL, "attributes": {"gen_ai.data_source.id": "kb"}}]}},
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        RETRIEVAL,
                        {
                            "name": "query",
                            "otel_kind": "CLIENT",
                            "attributes": {"db.collection.name": "kb"},
                        },
                    ]
                }
            },
            "the database span below it says so",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [RETRIEVAL]}}),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "chat gpt-4o"}], "shows": {"planner": ["RETRIEVER"]}}},
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{"name": "chat gpt-4o"}]}}),
    ],
)
def index_named(response: Response) -> Answer:
    """Does every retrieval name the index or collection that it searched?

    Systems with customer-specific indexes fail for one customer only; without the name of the index
    nobody can tell which.
    """
    retrievals = response.of(Kind.RETRIEVER)
    if not retrievals:
        return unseen(response)
    gaps = Gaps(len(retrievals))
    told = told_near(response, "retrieval.source")
    for span in retrievals:
        place = response.service_name(span)
        gaps.need(told[span.span_id], f"index of {span.name}", place, span.evidence())
    return gaps.answer("every retrieval names its index")
