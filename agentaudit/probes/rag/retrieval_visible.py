from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.rag.retrievals import hidden
from agentaudit.probes.visibility import RETRIEVALS
from agentaudit.response import Response
from agentaudit.span import Kind

RETRIEVAL = {"name": "retrieval kb", "id": "00000000000000b1"}
SEARCH = {"name": "execute_tool search_procedures", "id": "00000000000000c1"}
FOUND = {"gen_ai.retrieval.documents": '[{"id": "doc-1", "score": 0.9, "content": "30 days"}]'}


@probe(
    "rag-retrieval-visible",
    fix="Give what retrieves a span of its own: "
    '`tracer.start_as_current_span("retrieval kb", attributes={"gen_ai.operation.name": '
    '"retrieval"})`, with `gen_ai.retrieval.documents` on it.',
    examples=[
        Example(
            Outcome.PASS,
            {"response": {"spans": [RETRIEVAL, {"name": "embeddings text-embedding-3-small"}]}},
            "the embedding belongs to the retrieval",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [
                        {"name": "invoke_agent planner"},
                        SEARCH,
                        {**RETRIEVAL, "parent": "00000000000000c1"},
                    ]
                }
            },
            "a search tool with its retrieval below it",
        ),
        Example(
            Outcome.PASS,
            {"response": {"spans": [RETRIEVAL, {**SEARCH, "attributes": FOUND}]}},
            "a search tool that records what it found",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{"name": "invoke_agent planner"}, SEARCH]}},
            "a search whose documents nobody recorded",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {"name": "invoke_agent planner"},
                        {"name": "embeddings text-embedding-3-small"},
                    ]
                }
            },
            "something was embedded, and nothing retrieved",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {"name": "invoke_agent planner"},
                        {"name": "m", "attributes": {"gen_ai.operation.name": "search_memory"}},
                    ]
                }
            },
            "memory was read",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "chat gpt-4o"}], "shows": {"planner": ["RETRIEVER"]}}},
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{"name": "chat gpt-4o"}]}}),
    ],
)
def retrieval_visible(response: Response) -> Answer:
    """Is every retrieval visible as one, none hidden in a tool, a memory read or an embedding?

    A search behind a tool call feeds the model like any other retrieval, but nobody sees which
    documents it gave. Asked of tools whose name says that they search, of memory that is read, and
    of embeddings without a retrieval above or beside them.
    """
    hiding, retrievals = hidden(response), response.of(Kind.RETRIEVER)
    if not hiding and not retrievals:
        return RETRIEVALS.unseen(response)
    gaps = Gaps(len(hiding))
    for span in hiding:
        gaps.fail(
            f"{span.name} retrieves without recording what it found",
            span.evidence(),
            fact="retrieval.documents",
            place=response.service_name(span),
            reason="hidden_retrieval",
        )
    gaps.seen(*(span.evidence() for span in retrievals))
    return gaps.answer("no retrieval is hidden")
