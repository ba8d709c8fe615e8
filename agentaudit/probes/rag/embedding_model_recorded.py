from __future__ import annotations

from agentaudit.above import of_kind
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.rag.retrievals import told_near, unseen
from agentaudit.response import Response
from agentaudit.span import Fact, Kind, Recorded, Span

RETRIEVAL = {"name": "retrieval kb"}
MODEL = {"gen_ai.request.model": "text-embedding-3-small"}
EMBEDDING = {"name": "embeddings text-embedding-3-small"}


@probe(
    "rag-embedding-model-recorded",
    fix="Trace the embedding of the query below the retrieval, or say it there: "
    '`span.set_attribute("embedding.model", "text-embedding-3-small")`; `none` for a search by '
    "keywords.",
    examples=[
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**RETRIEVAL, "attributes": {"embedding.model": "e5-v2"}}]}},
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [RETRIEVAL, {**EMBEDDING, "attributes": MODEL}]}},
            "the embedding span below it",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {"name": "invoke_agent planner"},
                        {
                            "name": "CreateEmbeddings",
                            "attributes": {"embedding.model_name": "text-embedding-3-small"},
                        },
                        RETRIEVAL,
                    ]
                }
            },
            "the embedding span beside it, OpenInference",
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [{**RETRIEVAL, "attributes": {"embedding.model": "none"}}]}},
            "a search by keywords embeds nothing, and says so",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [RETRIEVAL]}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [RETRIEVAL, EMBEDDING]}},
            "an embedding whose model nobody recorded",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "chat gpt-4o"}], "shows": {"planner": ["RETRIEVER"]}}},
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{"name": "chat gpt-4o"}]}}),
    ],
)
def embedding_model_recorded(response: Response) -> Answer:
    """Is the embedding model recorded that turned each retrieval's query into a vector?

    A query embedded by another model than the documents finds noise that looks like results. It
    must be known for the query as well as for the index.
    """
    retrievals = response.of(Kind.RETRIEVER)
    if not retrievals:
        return unseen(response)
    gaps = Gaps(len(retrievals))
    told = told_near(response, "embedding.model")
    embedded = _embeddings(response)
    for span in retrievals:
        place, fact = response.service_name(span), told[span.span_id]
        own = embedded.get(span.span_id) or embedded.get(span.parent_id) or Fact("embedding.model")
        if fact.state is Recorded.PLACEHOLDER and str(fact.value).strip().lower() == "none":
            gaps.seen(*fact.evidence())
            continue
        best = fact if fact or not own else own
        gaps.need(best, f"embedding model of {span.name}", place, span.evidence())
    return gaps.answer("every retrieval records its embedding model")


def _embeddings(response: Response) -> dict[str, Fact]:
    """Models of embedding spans, by the retrieval above them and by their parent."""
    found: dict[str, Fact] = {}
    retrievers = of_kind(response, Kind.RETRIEVER)
    for span in response.of(Kind.EMBEDDING):
        model = _model(span)
        above = retrievers.of(span)
        for home in {span.parent_id, above.span_id if above else ""} - {""}:
            if model or home not in found:
                found[home] = model
    return found


def _model(span: Span) -> Fact:
    keys = ("embedding.model", "model.answered", "model.requested")
    return next((f for f in map(span.fact, keys) if f), Fact("embedding.model"))
