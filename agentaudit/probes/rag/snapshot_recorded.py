from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.rag.retrievals import told_near, unseen
from agentaudit.response import Response
from agentaudit.span import Kind

RETRIEVAL = {"name": "retrieval kb", "attributes": {"gen_ai.data_source.id": "kb"}}


def _with(**attributes: str) -> dict[str, object]:
    return {"response": {"spans": [{"name": "retrieval kb", "attributes": attributes}]}}


@probe(
    "rag-snapshot-recorded",
    fix="Record which state of the index was searched: "
    '`span.set_attribute("retrieval.source.snapshot", index.metadata["built_at"])`, or its version '
    "as `retrieval.source.version`.",
    examples=[
        Example(Outcome.PASS, _with(**{"retrieval.source.snapshot": "2026-11-01T04:00:00Z"})),
        Example(Outcome.PASS, _with(**{"retrieval.source.version": "kb-v17"})),
        Example(Outcome.FAIL, {"response": {"spans": [RETRIEVAL]}}),
        Example(
            Outcome.FAIL,
            _with(**{"retrieval.source.version": "latest"}),
            "`latest` names no state",
        ),
        Example(
            Outcome.FAIL,
            _with(**{"retrieval.source.snapshot": "current"}),
            "nor does `current`",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "chat gpt-4o"}], "shows": {"planner": ["RETRIEVER"]}}},
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{"name": "chat gpt-4o"}]}}),
    ],
)
def snapshot_recorded(response: Response) -> Answer:
    """Does every retrieval record the version, snapshot or as-of time of what it searched?

    An index is rebuilt every night; the procedure that misled the model last week may be gone
    today. Only a recorded state can be opened again.
    """
    retrievals = response.of(Kind.RETRIEVER)
    if not retrievals:
        return unseen(response)
    gaps = Gaps(len(retrievals))
    told = told_near(response, "retrieval.snapshot")
    for span in retrievals:
        place = response.service_name(span)
        gaps.need(told[span.span_id], f"snapshot of {span.name}", place, span.evidence())
    return gaps.answer("every retrieval records the state of its index")
