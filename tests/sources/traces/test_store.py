"""All traces together: which are taken, in what order, and that nothing depends on the files."""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest

from agentaudit.sources.traces import ReadOptions, TraceSource, open_traces
from agentaudit.span import Kind
from tests.sources.traces.written import (
    START,
    TRACE,
    line,
    log,
    logs,
    metric,
    opened,
    seen,
    span,
    write,
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "traces"


def trace(number: int) -> str:
    return f"{number:032x}"


def many(count: int, **given: Any) -> list[Any]:
    """One response a line."""
    return [line(span(n, traceId=trace(n), **given)) for n in range(1, count + 1)]


def hashed(ids: list[str], seed: int) -> list[str]:
    return sorted(ids, key=lambda id: hashlib.md5(f"{seed}:{id}".encode()).digest())


def test_responses_come_in_order_of_hash_and_samples_are_its_beginning(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", *many(40))
    for seed in (0, 7):
        expected = hashed([trace(n) for n in range(1, 41)], seed)
        with opened(path, seed=seed) as store:
            assert [r.id for r in store.responses()] == expected
            assert list(store.ids()) == expected
        with opened(path, seed=seed, sample=5) as store:
            assert store.population == 40
            assert [r.id for r in store.responses()] == expected[:5]
            assert list(store.ids()) == expected
            assert store.ledgers()[0].responses == 40


def test_a_sample_counts_traces_that_are_wanted(tmp_path: Path) -> None:
    plain = [line(span(n, name="GET /", traceId=trace(100 + n))) for n in range(1, 30)]
    path = write(tmp_path / "t.jsonl", *plain, *many(10))
    with opened(path, sample=4) as store:
        assert len(list(store.responses())) == 4
        assert store.population == 10
        assert store.ledgers()[0].unrecognised == {"planner": 29}


def test_the_census_is_the_same_before_and_after_reading(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", *many(9), line(span(50, name="x", traceId=trace(50))))
    with opened(path) as before, opened(path) as after, opened(path) as half:
        list(after.responses())
        next(half.responses())
        assert before.ledgers() == after.ledgers() == half.ledgers()
        assert (before.population, half.population) == (9, 9)


def test_the_window_is_of_the_entry(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.jsonl",
        *many(9),
        line(span(70, traceId=trace(70), startTimeUnixNano="0", endTimeUnixNano="0")),
        line(span(3, name="GET /", traceId=trace(71)), span(8, name="GET /", traceId=trace(72))),
    )
    with opened(path, since_ns=START + 3000, until_ns=START + 5000) as store:
        found = {r.id for r in store.responses()}
        ledger = store.ledgers()[0]
    assert found == {trace(n) for n in (3, 4, 5, 70)}
    assert (ledger.responses, ledger.recognised) == (4, {"planner": 4})
    assert ledger.unrecognised == {"planner": 1}


def test_where_looks_at_every_span_and_resource_and_leaves_no_mark(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.jsonl",
        line(span(1), span(2, 1, attributes={"color": "red", "n": 5, "yes": True})),
        line(span(3, 1), resource={"service.name": "b", "region": "eu"}),
        line(span(4, traceId=trace(4), attributes={"tags": ["x", "red"]})),
    )

    def found(*pairs: tuple[str, str]) -> list[str]:
        with opened(path, where=pairs) as store:
            return sorted(r.id for r in store.responses())

    assert found(("color", "red")) == [TRACE]
    assert found(("color", "red"), ("region", "eu"), ("n", "5"), ("yes", "true")) == [TRACE]
    assert found(("tags", "red")) == [trace(4)]
    assert found(("service.name", "planner")) == [trace(4), TRACE]
    assert found(("color", "blue")) == found(("color", "red"), ("tags", "x")) == []
    with opened(path, where=(("region", "eu"), ("color", "red"))) as store, opened(path) as all_:
        (chosen,) = seen(store)
        assert chosen in seen(all_)


def test_where_of_a_source_chooses_what_it_gives(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", *many(2), line(span(5, traceId=trace(5), attributes={"team": "x"})))
    write(tmp_path / "b.jsonl", line(span(6, traceId=trace(6))), line(span(7, traceId=trace(5))))
    sources = [TraceSource("otlp:a.jsonl", where={"team": "x"}), TraceSource("otlp:b.jsonl")]
    with open_traces(sources, ReadOptions(root=tmp_path)) as store:
        found = {r.trace_id for r in store.responses()}
        assert found == {trace(5), trace(6)}
        assert {id.partition(":")[0] for id in store.ids()} == found


def test_find_by_beginning_span_session_and_provider_id(tmp_path: Path) -> None:
    other = "4bf9" + "0" * 27 + "1"
    given = {"session.id": "Sess-1", "gen_ai.response.id": "chatcmpl-9"}
    nested = {"output.value": '{"id": "chatcmpl-7"}', "openinference.span.kind": "LLM"}
    path = write(
        tmp_path / "t.jsonl",
        line(span(1, name="root"), span(2, 1, attributes=given)),
        line(span(3, traceId=other, attributes=nested)),
        line(span(4, traceId=trace(4), kind=2, name="POST"), span(5, 4, traceId=trace(4))),
        line(span(6, traceId=trace(4), kind=2, name="POST"), span(7, 6, traceId=trace(4))),
    )
    with opened(path, sample=0, until_ns=1) as store:

        def found(prefix: str) -> set[str]:
            return {r.id for r in store.find(prefix)}

        assert list(store.responses()) == []
        assert found(TRACE[:6]) == found(TRACE.upper()) == found("Sess-1") == {TRACE}
        assert found("4bf9") == {TRACE, other}
        assert found("chatcmpl-9") == {TRACE}
        assert found("chatcmpl-7") == {other}
        assert len(found(trace(4))) == 2
        assert found(f"{trace(4)}:{5:016x}") == {f"{trace(4)}:{4:016x}"}
        assert found(f"{TRACE}:{2:016x}") == {TRACE}
        assert found("sess-1") == found("chatcmpl") == found("") == found("zz") == set()
        assert store.holds_trace(TRACE)
        assert store.holds_trace(TRACE.upper())
        assert not store.holds_trace(trace(9))
        assert not store.holds_trace("junk")
        assert store.holds_completion("chatcmpl-9")
        assert store.holds_completion("chatcmpl-7")
        assert not store.holds_completion("chatcmpl-8")


def test_the_output_of_a_tool_is_no_completion(tmp_path: Path) -> None:
    given = {"openinference.span.kind": "TOOL", "output.value": '{"id": "invoice-7"}'}
    with opened(write(tmp_path / "t.jsonl", line(span(1, attributes=given)))) as store:
        assert not store.holds_completion("invoice-7")


def test_services_show_what_they_show_anywhere(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.jsonl",
        line(span(1)),
        line(span(2, name="retrieval kb", traceId=trace(2))),
    )
    with opened(path, sample=1) as store:
        (response,) = store.responses()
        assert response.services[0].shows == {Kind.LLM, Kind.RETRIEVER}
        assert store.shows("planner") == {Kind.LLM, Kind.RETRIEVER}
        assert store.shows("nobody") == frozenset()


def test_a_teams_own_names_are_read(tmp_path: Path) -> None:
    doc = line(span(1, attributes={"app.prompt": "decide"}))
    path = write(tmp_path / "t.jsonl", doc)
    with opened(path) as store:
        assert not next(store.responses()).entry.fact("prompt.name")
    with opened(path, aliases={"prompt.name": ["app.prompt"]}) as store:
        assert next(store.responses()).entry.fact("prompt.name").text == "decide"


def test_the_survey_starts_with_what_was_read(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", *many(3))
    sources = [
        TraceSource("otlp:a.jsonl", retention_days=90),
        TraceSource("otlp:*.jsonl", retention_days=30),
    ]
    with open_traces(sources, ReadOptions(root=tmp_path, as_of_ns=5)) as store:
        survey = store.survey()
    assert (survey.first_ns, survey.last_ns) == (START + 1000, START + 3500)
    assert (survey.as_of_ns, survey.retention_days, survey.responses) == (5, 30, 0)


def evidence() -> list[Any]:
    """Lines of every kind: fixtures, logs, metrics, duplicates, conflicts, traces over lines."""
    docs = [
        json.loads(written)
        for path in sorted(FIXTURES.glob("*.jsonl"))
        for written in path.read_text().splitlines()
    ]
    at = {"spanId": f"{2:016x}", "eventName": "exception"}
    docs += [
        line(span(1, kind=2, name="POST"), span(2, 1)),
        line(span(2, 1, attributes={"session.id": "other"}), span(3, 1)),
        line(span(2, 1), span(1, kind=2, name="POST")),
        line(span(2, 1, status={"message": "later"}), span(4, 77)),
        line(span(3, 1, droppedAttributesCount=2)),
        logs(
            log(**at, attributes={"exception.type": "A"}),
            log(**at, attributes={"exception.type": "B"}),
        ),
        logs(log(**at, attributes={"exception.type": "A"}), log(severityNumber=9)),
        metric("process.memory.usage", {"service.instance.id": "i"}, START),
        line(span(8, traceId=trace(8)), resource={"service.instance.id": "i"}),
        line(span(9, 8, traceId=trace(8)), resource={"service.name": "b"}),
    ]
    docs += [line(span(n, 9, traceId=trace(n % 13 + 20))) for n in range(30, 90)]
    return docs


def split_up(docs: list[Any], order: random.Random) -> list[Any]:
    """One resource of one signal a line, in another order."""
    parts = [{key: [group]} for doc in docs for key, groups in doc.items() for group in groups]
    order.shuffle(parts)
    return parts


@pytest.mark.parametrize("seed", range(4))
def test_order_of_lines_and_files_reaches_nothing(tmp_path: Path, seed: int) -> None:
    docs = evidence()
    write(tmp_path / "one.jsonl", *docs)
    with opened("one.jsonl", root=tmp_path) as store:
        expected, traces = seen(store), store.ledgers()[0].traces
    order = random.Random(seed)
    parts = split_up(docs, order)
    for number in range(3):
        write(tmp_path / f"part-{order.random()}.jsonl.gz", *parts[number::3])
    with opened("part-*.gz", root=tmp_path) as store:
        found = seen(store)
        assert store.ledgers()[0].traces == traces
    assert json.dumps(found, default=str).replace("part-*.gz", "one.jsonl") == json.dumps(
        expected, default=str
    )


@pytest.mark.parametrize("memory", [0, 100_000])
def test_on_disk_is_as_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: int
) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(aside))
    monkeypatch.setattr("agentaudit.sources.traces.shelf._BUFFER", 50_000)
    path = write(tmp_path / "t.jsonl", *evidence())
    with opened(path) as store:
        expected, ids = seen(store), list(store.ids())
        found = [r.id for r in store.find(TRACE)]
        assert list(aside.iterdir()) == []
    with opened(path, memory=memory) as store:
        (directory,) = aside.iterdir()
        assert directory.stat().st_mode & 0o777 == 0o700
        assert seen(store) == expected
        assert seen(store) == expected
        assert list(store.ids()) == ids
        assert [r.id for r in store.find(TRACE)] == found
        assert store.holds_completion("nothing") is False
    assert list(aside.iterdir()) == []


def test_nothing_is_left_on_disk_when_opening_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(aside))
    write(tmp_path / "t.jsonl", *many(3))
    sources = [TraceSource("otlp:t.jsonl"), TraceSource("otlp:none")]
    with pytest.raises(Exception, match="does not exist"):
        open_traces(sources, ReadOptions(root=tmp_path, memory=0))
    assert list(aside.iterdir()) == []


def test_too_many_resources_go_with_their_spans(tmp_path: Path) -> None:
    docs = [line(span(n, 1), resource={"service.name": f"s{n}"}) for n in range(1, 30)]
    path = write(tmp_path / "t.jsonl", *docs)
    with opened(path) as store:
        expected = seen(store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agentaudit.sources.traces.rows.Resources.__init__.__defaults__", (3,))
        for memory in (0, 1 << 30):
            with opened(path, memory=memory) as store:
                assert seen(store) == expected
