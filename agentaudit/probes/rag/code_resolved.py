from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.rag.retrievals import unseen
from agentaudit.response import Response
from agentaudit.span import Kind

SHA = "8c5ab1f2e90d47361b7a2c4d5e6f708192a3b4c5"
BUILT = {"service.name": "planner", "vcs.ref.head.revision": SHA}
CODE = {"code.file.path": "app/retrieve.py", "code.line.number": 12}
RETRIEVAL = {"name": "retrieval kb", "attributes": CODE, "resource": BUILT}
OPENS: dict[str, object] = {SHA: {}, "app/retrieve.py:12": {}}


@probe(
    "rag-code-resolved",
    fix="Record commit and place: `OTEL_RESOURCE_ATTRIBUTES=vcs.ref.head.revision=$(git rev-parse "
    'HEAD)`, and on the retrieval span `span.set_attribute("code.file.path", "app/retrieve.py")` '
    'and `span.set_attribute("code.line.number", 12)`.',
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [RETRIEVAL], "opens": OPENS}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [RETRIEVAL], "opens": {SHA: {}}}},
            "that line does not exist at the commit",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{"name": "retrieval kb"}], "opens": OPENS}},
            "neither commit nor place is recorded",
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [RETRIEVAL]}}, "no repository to look in"),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "chat gpt-4o"}], "shows": {"planner": ["RETRIEVER"]}}},
        ),
    ],
)
def code_resolved(response: Response) -> Answer:
    """Does the code of every retrieval open, at the commit of the service that ran it?

    How a query is rewritten, filtered and cut decides what the model reads. The question "what was
    the code that generated the context" is answered by a commit and a place in it.
    """
    retrievals = response.of(Kind.RETRIEVER)
    if not retrievals:
        return unseen(response)
    gaps = Gaps(2 * len(retrievals))
    resources = {span.resource for span in retrievals}
    ids = {span.span_id for span in retrievals}
    for ref in response.refs("commit"):
        if response.by_id[ref.span_id].resource in resources:
            gaps.follow(ref, f"commit of {ref.place}")
    for ref in response.refs("code"):
        if ref.span_id in ids and ref.fact == "code.file":
            gaps.follow(ref, f"code of {response.by_id[ref.span_id].name}")
    return gaps.answer("the code of every retrieval opens")
