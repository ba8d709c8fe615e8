"""Which steps look like a retrieval, and which documents are recorded."""

from __future__ import annotations

from typing import Any

import pytest

from agentaudit import testing
from agentaudit.probes.rag.documents import found
from agentaudit.probes.rag.retrievals import hidden

AGENT = {"name": "invoke_agent a", "id": "00000000000000a1"}


def _tool(name: str) -> dict[str, Any]:
    return {"name": f"execute_tool {name}", "attributes": {"gen_ai.tool.name": name}}


@pytest.mark.parametrize(
    ("name", "hides"),
    [
        ("search_docs", True),
        ("searchDocs", True),
        ("vector-lookup", True),
        ("RAGTool", True),
        ("query_database", True),
        ("retrieve", True),
        ("look_up_customer", True),
        ("research_plan", False),
        ("get_weather", False),
        ("post_invoice", False),
        ("enquiry", False),
    ],
)
def test_name_of_a_tool(name: str, hides: bool) -> None:
    response = testing.response({"spans": [AGENT, _tool(name)]})
    assert bool(hidden(response)) is hides


@pytest.mark.parametrize(
    ("operation", "hides"),
    [("search_memory", True), ("update_memory", False), ("delete_memory", False)],
)
def test_memory(operation: str, hides: bool) -> None:
    span = {"name": operation, "attributes": {"gen_ai.operation.name": operation}}
    assert bool(hidden(testing.response({"spans": [AGENT, span]}))) is hides


def test_embedding_belongs_to_the_retrieval_above_or_beside_it() -> None:
    retrieval = {"name": "retrieval kb", "id": "00000000000000b1"}
    embedding = {"name": "embeddings e5"}
    below = {**embedding, "parent": "00000000000000b1"}
    other = {"name": "invoke_agent b", "id": "00000000000000a2"}
    apart = {**embedding, "parent": "00000000000000a2"}
    assert not hidden(testing.response({"spans": [AGENT, retrieval, below]}))
    assert not hidden(testing.response({"spans": [AGENT, embedding, retrieval]}))
    assert hidden(testing.response({"spans": [AGENT, retrieval, other, apart]}))


DOCUMENTS: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "otel": ({"gen_ai.retrieval.documents": '[{"id": "1", "score": 0}]'}, ["content"], ""),
    "structured": ({"gen_ai.retrieval.documents": [{"id": "1", "content": "x"}]}, ["score"], ""),
    "openinference": (
        {
            "retrieval.documents.0.document.content": "x",
            "retrieval.documents.0.document.score": 0.5,
        },
        ["id"],
        "",
    ),
    "gap": ({"retrieval.documents.1.document.id": "1"}, ["content"], "truncated"),
    "mlflow": (
        {"mlflow.spanOutputs": [{"page_content": "x", "metadata": {"doc_uri": "1"}}]},
        ["score"],
        "",
    ),
    "masked": (
        {"gen_ai.retrieval.documents": '[{"id": "1", "content": "__REDACTED__"}]'},
        ["content"],
        "",
    ),
    "wrapped": ({"traceloop.entity.output": '{"documents": [{"id": "1"}]}'}, ["content"], ""),
    "empty": ({"gen_ai.retrieval.documents": []}, [], ""),
    "cut": ({"gen_ai.retrieval.documents": '[{"id": "1", "sc'}, [], "truncated"),
    "text": ({"traceloop.entity.output": "two documents"}, [], "unparsable"),
    "no list": ({"mlflow.spanOutputs": {"answer": 1}}, [], "unparsable"),
    "odd items": ({"gen_ai.retrieval.documents": "[1, null, [2]]"}, ["id", "id", "id"], ""),
    "nothing": ({}, [], "missing"),
}


@pytest.mark.parametrize(
    ("attributes", "lacks", "problem"), DOCUMENTS.values(), ids=list(DOCUMENTS)
)
def test_documents(attributes: dict[str, Any], lacks: list[str], problem: str) -> None:
    read = found(testing.span({"name": "retrieval kb", "attributes": attributes}))
    assert [d.lacks for d in read.documents] == [f"docs_without_{what}" for what in lacks]
    assert read.problem == problem
