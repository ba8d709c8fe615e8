"""Which files a source is, and what happens when it is none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentaudit.errors import ConfigError, ExitCode, SourceError
from agentaudit.semconv import Vocabulary
from agentaudit.sources.traces import ReadOptions, TraceSource, open_traces
from agentaudit.span import Event, Kind, LogRecord, Resource, Span
from tests.sources.traces.written import (
    START,
    TRACE,
    counts,
    line,
    log,
    logs,
    metric,
    opened,
    span,
    write,
)

OTHER = "ab" * 16


def failing(uri: str, root: Path) -> SourceError:
    source = TraceSource(uri, place="agentaudit.yaml:7")
    with pytest.raises(SourceError) as caught:
        open_traces([source], ReadOptions(root=root))
    assert caught.value.exit_code is ExitCode.NO_VERDICT
    assert caught.value.where == "agentaudit.yaml:7"
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("otlp:none.jsonl", "does not exist"),
        ("otlp:none/*.jsonl", "matches no file"),
        ("otlp:", "names no file"),
        ("otlp:a\0b", "names no file"),
        ("otlp:" + "x" * 5000, "cannot be read"),
        ("otlp:empty", "holds no trace files"),
        ("otlp:pipe", "is no regular file"),
        ("otlp:text.jsonl", "holds no OTLP"),
        ("otlp:other.json", "holds no OTLP"),
        ("otlp:deep.json", "holds no OTLP"),
    ],
)
def test_a_source_that_is_none_is_an_error_at_its_place(
    tmp_path: Path, uri: str, says: str
) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    write(tmp_path / "text.jsonl", "hello", "world")
    write(tmp_path / "other.json", {"name": "package", "version": 1})
    write(tmp_path / "deep.json", "[" * 50_000 + "]" * 50_000)
    assert says in str(failing(uri, tmp_path))


def test_a_file_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "t.jsonl", line(span(1)))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "Permission denied" in str(failing("otlp:t.jsonl", tmp_path))


def test_an_empty_file_is_no_error(tmp_path: Path) -> None:
    write(tmp_path / "t.jsonl")
    with opened("t.jsonl", root=tmp_path) as store:
        assert list(store.responses()) == []
        assert store.ledgers()[0].read == 0


def test_a_line_still_being_written_is_unread_not_foreign(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(b'{"resourceSpans":[{"resource":{"attr')
    with opened("t.jsonl", root=tmp_path) as store:
        assert store.ledgers()[0].unread == 1


def test_a_stray_file_among_others_is_unread(tmp_path: Path) -> None:
    write(tmp_path / "a.json", {"name": "package"})
    write(tmp_path / "b.jsonl", line(span(1)))
    with opened("*", root=tmp_path) as store:
        ledger = store.ledgers()[0]
    assert (ledger.read, ledger.unread) == (1, 1)
    assert ledger.unread_places[0].place == "a.json:1"


def test_a_directory_is_its_trace_files(tmp_path: Path) -> None:
    held = tmp_path / "held"
    (held / "deeper").mkdir(parents=True)
    for number, name in enumerate(("a.jsonl", "b.json", "c.jsonl.gz", "notes.txt"), 1):
        write(held / name, line(span(number)))
    write(held / "deeper" / "d.jsonl", line(span(9)))
    with opened("held", root=tmp_path) as store:
        assert store.ledgers()[0].spans == 3
    with opened("held/**/*.jsonl", root=tmp_path) as store:
        assert {s.locator for r in store.responses() for s in r.spans} == {
            "held/a.jsonl:1",
            "held/deeper/d.jsonl:1",
        }


def test_no_directory_of_the_machine_is_shown(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    path = write(tmp_path / "t.jsonl", line(span(1)), "bad")
    with opened(path, root=tmp_path / "inside") as store:
        (found,) = next(store.responses()).spans
        assert found.locator == "t.jsonl:1"
        assert store.ledgers()[0].unread_places[0].place == "t.jsonl:2"
    with opened("../t.jsonl", root=tmp_path / "inside") as store:
        assert next(store.responses()).spans[0].locator == "../t.jsonl:1"


def test_an_unknown_scheme_names_the_known_and_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        open_traces([TraceSource("otpl:x", place="a.yaml:2")], ReadOptions())
    assert "known schemes: otlp" in str(caught.value)
    assert caught.value.hint == "did you mean 'otlp'?"
    assert caught.value.where == "a.yaml:2"
    with pytest.raises(ConfigError) as caught:
        open_traces([TraceSource("traces.jsonl")], ReadOptions())
    assert caught.value.hint == "write otlp:traces.jsonl"


def test_ledgers_count_each_source(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", line(span(1), span(2, 1, name="GET /", traceId=OTHER)), "bad")
    write(
        tmp_path / "b.jsonl",
        line(span(3, attributes={"openinference.span.kind": "EVALUATOR"}, traceId="cd" * 16)),
        logs(log(), log(traceId="")),
        metric("cpu.time", {}, START, START),
    )
    sources = [TraceSource("otlp:a.jsonl", role="reader"), TraceSource("otlp:b.jsonl")]
    with open_traces(sources, ReadOptions(root=tmp_path)) as store:
        first, second = store.ledgers()
        assert (store.name, store.logs_read) == ("otlp:a.jsonl, otlp:b.jsonl", True)
        assert (store.first_ns, store.last_ns) == (START + 1000, START + 3500)
    assert counts(first) == {
        "read": 1, "unread": 1, "spans": 2, "records": 0, "traces": 2, "responses": 1,
        "evaluator_only": 0,
    }  # fmt: skip
    assert (first.role, first.kind, first.uri) == ("reader", "traces", "otlp:a.jsonl")
    assert (first.recognised, first.unrecognised) == ({"planner": 1}, {"planner": 1})
    assert counts(second) == {
        "read": 3, "unread": 0, "spans": 1, "records": 2, "traces": 1, "responses": 0,
        "evaluator_only": 1,
    }  # fmt: skip
    assert second.notes == [
        "1 log records without a trace id",
        "2 metric points that no question asks for",
    ]


def test_the_same_source_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", line(span(1)))
    sources = [TraceSource("otlp:a.jsonl"), TraceSource("otlp:a.jsonl")]
    with open_traces(sources, ReadOptions(root=tmp_path)) as store:
        (ledger,) = store.ledgers()
    assert ledger.spans == 1


MINUTE = 60_000_000_000


@pytest.mark.parametrize(
    ("name", "resource", "times", "covered"),
    [
        ("process.memory.usage", {"service.instance.id": "i"}, (START - MINUTE, START + MINUTE), 1),
        ("process.memory.usage", {"service.instance.id": "i"}, (START - 9 * MINUTE,), 0),
        ("process.memory.usage", {"service.instance.id": "i"}, (START + 9 * MINUTE,), 0),
        ("process.memory.usage", {"service.instance.id": "j"}, (START,), 0),
        ("process.memory.usage", {"host.id": "h"}, (START,), 0),
        ("hw.gpu.memory.usage", {"host.id": "h"}, (START,), 1),
        ("hw.gpu.memory.usage", {}, (START,), 0),
        ("system.memory.usage", {"service.instance.id": "i"}, (START,), 0),
    ],
)
def test_series_cover_an_instance_and_a_time(
    tmp_path: Path, name: str, resource: dict[str, str], times: tuple[int, ...], covered: int
) -> None:
    who = {"service.name": "a", "service.instance.id": "i", "host.id": "h"}
    points = metric(name, resource, *times)
    write(tmp_path / "t.jsonl", line(span(1), resource=who), points)
    with opened(tmp_path / "t.jsonl") as store:
        (response,) = store.responses()
    key = {"process.memory.usage": "process.memory"}.get(name, "gpu.memory")
    assert response.series == (frozenset({key}) if covered else frozenset())


def test_a_series_must_cover_every_service(tmp_path: Path) -> None:
    points = metric("process.memory.usage", {"service.instance.id": "i"}, START)
    write(
        tmp_path / "t.jsonl",
        line(span(1), resource={"service.instance.id": "i"}),
        line(span(2, 1), resource={"service.instance.id": "j"}),
        points,
    )
    with opened(tmp_path / "t.jsonl") as store:
        (response,) = store.responses()
    assert not response.series


def made(number: int, trace: str = TRACE) -> Span:
    return Span(
        trace, f"{number:016x}", "", "chat\x1b x", Kind.LLM, "attribute", "CLIENT", START, 0, False,
        "", "", "", {"session.id": "s"}, Resource(None), "elsewhere", "row 5", Vocabulary(),
        [Event("exception", 1, {"exception.type": "E"})], [], None, None,
    )  # fmt: skip


def record() -> LogRecord:
    return LogRecord(1, "INFO", "hello", {"exception.type": "F"}, f"{1:016x}", "svc", "row 6")


Given = Callable[[TraceSource], Iterator[object]]


def test_a_plug_in_reads_a_scheme_of_its_own() -> None:
    def read(source: TraceSource) -> Iterator[object]:
        assert source.uri == "lake:spans"
        yield made(1)
        yield TRACE.upper(), record()
        yield made(2, "not a trace id")

    factories = {"lake": read}
    source = TraceSource("lake:spans", where={"session.id": "s"})
    with open_traces([source], ReadOptions(), factories) as store:  # type: ignore[arg-type]
        (response,) = store.responses()
        ledger = store.ledgers()[0]
        assert store.shows("unnamed service") == {Kind.LLM}
    (found,) = response.spans
    assert (found.name, found.source, found.resource.attributes) == (
        "chat\\u001b x",
        "lake:spans",
        None,
    )
    assert [e.attributes["exception.type"] for e in found.events] == ["E", "F"]
    assert (ledger.read, ledger.unread, ledger.spans, ledger.records) == (2, 1, 1, 1)


def test_a_plug_in_that_fails_is_a_clear_error() -> None:
    def crash(source: TraceSource) -> Iterator[object]:
        yield made(1)
        raise RuntimeError("boom")

    def refuse(source: TraceSource) -> Iterator[object]:
        raise SourceError("no table")

    for factory, says in ((crash, "RuntimeError: boom"), (refuse, "no table")):
        with pytest.raises(SourceError, match=says):
            open_traces([TraceSource("lake:x")], ReadOptions(), {"lake": factory})  # type: ignore[dict-item]
