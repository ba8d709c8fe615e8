"""Where a response begins, what belongs to it, and what is odd about its trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agentaudit.response import Response
from tests.sources.traces.written import TRACE, line, log, logs, opened, span, write

SERVER, CONSUMER, CLIENT = 2, 5, 3
OTHER = "ab" * 16


def cut(tmp_path: Path, *docs: Any, **options: Any) -> list[Response]:
    with opened(write(tmp_path / "t.jsonl", *docs), **options) as store:
        found = list(store.responses())
    return sorted(found, key=lambda r: r.entry.start_ns)


def entries(responses: list[Response]) -> dict[int, list[int]]:
    """Number of the entry span → numbers of its spans."""
    return {int(r.entry.span_id, 16): [int(s.span_id, 16) for s in r.spans] for r in responses}


def plain(number: int, parent: int | None = None, **given: Any) -> Any:
    return span(number, parent, **{"name": "work", **given})


def server(number: int, parent: int | None = None, kind: int = SERVER, **given: Any) -> Any:
    return plain(number, parent, kind=kind, **given)


CASES: dict[str, tuple[list[Any], dict[int, list[int]]]] = {
    "a root": ([plain(1), span(2, 1)], {1: [1, 2]}),
    "a lone step": ([span(1)], {1: [1]}),
    "a server at the root": ([server(1), span(2, 1)], {1: [1, 2]}),
    "outermost server only": ([server(1), server(2, 1), span(3, 2)], {1: [1, 2, 3]}),
    "a server below a client": ([plain(1, kind=CLIENT), server(2, 1), span(3, 2)], {2: [2, 3]}),
    "two servers": (
        [plain(1), server(2, 1), server(3, 1), span(4, 2), span(5, 3)],
        {2: [2, 4], 3: [3, 5]},
    ),
    "a batch of consumers": (
        [plain(1), *(server(n, 1, CONSUMER) for n in (2, 3, 4)), span(5, 2), span(6, 4)],
        {2: [2, 5], 4: [4, 6]},
    ),
    "an agent above a server": (
        [span(1, name="invoke_agent a"), server(2, 1), span(3, 2)],
        {1: [1, 2, 3]},
    ),
    "an agent beside a server": (
        [plain(1), span(2, 1, name="invoke_agent a"), server(3, 1), span(4, 3)],
        {1: [1, 2], 3: [3, 4]},
    ),
    "several roots": ([span(1), span(2), plain(3)], {1: [1], 2: [2]}),
    "an orphan root": ([span(1), span(2, 99), span(3, 2)], {1: [1], 2: [2, 3]}),
    "a cycle": ([plain(1, 2), plain(2, 1), span(3, 2)], {1: [1, 2, 3]}),
    "a cycle with a server": (
        [plain(1, 2), plain(2, 1), server(3, 2), span(4, 3)],
        {3: [3, 4]},
    ),
    "its own parent": ([span(1, 1), span(2, 1)], {1: [1, 2]}),
    "a cycle beside a root": ([span(1), span(2, 3), span(3, 2)], {1: [1], 2: [2, 3]}),
    "an evaluator beside": (
        [plain(1), span(2, 1), span(3, 1, attributes={"openinference.span.kind": "EVALUATOR"})],
        {1: [1, 2, 3]},
    ),
    "only an evaluator": ([span(1, attributes={"openinference.span.kind": "EVALUATOR"})], {}),
    "nothing recognised": ([server(1), plain(2, 1)], {}),
    "a server over an evaluator": (
        [plain(1), server(2, 1), span(3, 2, attributes={"openinference.span.kind": "EVALUATOR"})],
        {},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_entry(tmp_path: Path, name: str) -> None:
    spans, expected = CASES[name]
    assert entries(cut(tmp_path, line(*spans))) == expected
    assert entries(cut(tmp_path, *(line(s) for s in reversed(spans)))) == expected


def test_ids_name_the_span_only_where_there_are_several(tmp_path: Path) -> None:
    assert [r.id for r in cut(tmp_path, line(span(1)))] == [TRACE]
    several = cut(tmp_path, line(span(1), span(2)))
    assert [r.id for r in several] == [f"{TRACE}:{1:016x}", f"{TRACE}:{2:016x}"]
    assert {r.trace_id for r in several} == {TRACE}


NAMED: dict[str, tuple[list[Any], dict[int, list[int]]]] = {
    "in a batch": (
        [server(1), plain(2, 1, name="handle"), plain(3, 1, name="handle"), span(4, 2), span(5, 3)],
        {2: [2, 4], 3: [3, 5]},
    ),
    "nested": (
        [plain(1, name="handle"), plain(2, 1, name="handle"), span(3, 2)],
        {1: [1, 2, 3]},
    ),
    "nested with a clock behind": (
        [plain(9, name="handle"), plain(2, 9, name="handle"), span(3, 2)],
        {9: [2, 3, 9]},
    ),
    "without a step below": (
        [server(1), plain(2, 1, name="handle"), span(3, 1)],
        {1: [1, 2, 3]},
    ),
    "absent": ([server(1), span(2, 1)], {1: [1, 2]}),
    "in a cycle": (
        [plain(1, 2, name="handle"), plain(2, 1, name="handle"), span(3, 2)],
        {1: [1, 2, 3]},
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_named_entry(tmp_path: Path, name: str) -> None:
    spans, expected = NAMED[name]
    assert entries(cut(tmp_path, line(*spans), entry="handle")) == expected
    assert entries(cut(tmp_path, *(line(s) for s in reversed(spans)), entry="handle")) == expected


def test_the_shape_tells_roots_orphans_links_and_sampling(tmp_path: Path) -> None:
    links = [{"traceId": OTHER, "spanId": ""}, {"traceId": TRACE, "spanId": ""}]
    doc = line(span(1, links=links), span(2), span(3, 77))
    first, second, _ = cut(tmp_path, doc, sampling="head 1.0")
    assert (first.shape.roots, first.shape.orphans) == (2, (f"{3:016x}",))
    assert (first.shape.linked, second.shape.linked) == ((OTHER,), ())
    assert first.shape.sampling == "head 1.0"
    assert first.shape.counters


@pytest.mark.parametrize(
    "change",
    [
        {"attributes": {"session.id": "b"}},
        {"name": "chat other"},
        {"parentSpanId": ""},
        {"endTimeUnixNano": "5"},
        {"status": {"code": 2}},
        {"status": {"message": "x"}},
        {"kind": 3},
        {"droppedAttributesCount": 1},
        {"traceState": "ot=th:8"},
        {"links": [{"traceId": OTHER, "spanId": ""}]},
    ],
    ids=str,
)
def test_two_bodies_of_one_span_are_a_conflict_whatever_the_order(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    one, two = span(2, 1), {**span(2, 1), **change}
    if "attributes" in change:
        two = span(2, 1, attributes=change["attributes"])
    results = []
    for pair in ((one, two), (two, one), (one, two, one, two)):
        responses = cut(tmp_path, line(span(1)), *(line(s) for s in pair))
        results.append([(r.id, r.spans[-1].name, str(r.shape)) for r in responses])
        assert all(r.shape.conflicts == (f"{2:016x}",) for r in responses)
    assert results[0] == results[1] == results[2]


def test_equal_copies_of_a_span_are_one(tmp_path: Path) -> None:
    (response,) = cut(tmp_path, line(span(1), span(1)), line(span(1)))
    assert len(response.spans) == 1
    assert response.shape.conflicts == ()


def test_logs_go_to_their_span_or_to_the_first_response(tmp_path: Path) -> None:
    def body(text: str) -> dict[str, str]:
        return {"stringValue": text}

    records = logs(
        log(body=body("of 2"), spanId=f"{2:016x}"),
        log(body=body("of none")),
        log(body=body("of none")),
        log(body=body("of nobody"), spanId=f"{99:016x}"),
    )
    first, second = cut(tmp_path, line(span(1), span(2)), records)
    assert [r.body for r in first.logs] == ["of none"]
    assert [r.body for r in second.logs] == ["of 2"]
    assert first.logs_read


def test_services_are_resources_with_more_than_transport(tmp_path: Path) -> None:
    (response,) = cut(
        tmp_path,
        line(server(1), resource={"service.name": "gateway"}),
        line(span(2, 1), resource={"service.name": "b"}),
        line(plain(3, 2), resource={"service.name": "a", "service.version": "1"}),
        line(plain(4, 2), resource={"service.version": "1", "service.name": "a"}),
    )
    assert [(s.name, len(s.spans)) for s in response.services] == [("a", 2), ("b", 1)]
