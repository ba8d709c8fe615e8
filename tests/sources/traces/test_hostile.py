"""Input written to harm costs a line or ends in a clear error, never in a crash or full memory."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sources.traces.written import TRACE, line, logs, opened, span, write

GOOD = line(span(1))
DEEP = 50_000


def nested(depth: int) -> dict[str, Any]:
    held: Any = {"stringValue": "x"}
    for _ in range(depth):
        held = {"arrayValue": {"values": [held]}}
    return dict(held)


BAD_LINES: dict[str, bytes] = {
    "truncated": json.dumps(GOOD).encode()[:-9],
    "trailing comma": json.dumps(GOOD).encode()[:-1] + b",}",
    "deep": b"[" * DEEP + b"]" * DEEP,
    "deep attribute": b'{"resourceSpans":' + b'{"a":[' * DEEP + b"1" + b"]}" * DEEP + b"}",
    "NUL": b'{"resourceSpans":[]}\x00',
    "NUL in text": b'{"resourceSpans":[],"a":"\x00"}',
    "lone surrogate": b'{"resourceSpans":[],"a":"\\ud800"}',
    "invalid UTF-8": b'{"resourceSpans":[],"a":"\xff"}',
    "NaN": b'{"resourceSpans":[NaN]}',
    "infinite": b'{"resourceSpans":[1e999]}',
    "not JSON": b"<html>",
    "number": b"5",
    "other JSON": b'{"message":"hello"}',
    "list of nothing": b"[]",
    "wrong shape": b'{"resourceSpans":5}',
    "wrong shape within": b'{"resourceSpans":[{"scopeSpans":"x"}]}',
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_costs_that_line(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "t.jsonl", GOOD, BAD_LINES[name], line(span(2, 1)))
    with opened("t.jsonl", root=tmp_path) as store:
        (response,) = store.responses()
        ledger = store.ledgers()[0]
    assert len(response.spans) == 2
    assert (ledger.read, ledger.unread) == (2, 1)
    (unread,) = ledger.unread_places
    assert unread.place == f"{path.name}:2"
    assert unread.why
    assert unread.why.isprintable()


BAD_SPANS: dict[str, Any] = {
    "no trace id": span(2, traceId=None),
    "short trace id": span(2, traceId="abc"),
    "zero trace id": span(2, traceId="0" * 32),
    "not hex": span(2, traceId="z" * 32),
    "spaces": span(2, traceId="ab " * 10 + "ab"),
    "endless prefix": span(2, traceId="tr-" * 100_000),
    "zero span id": span(2, spanId="0" * 16),
    "list for id": span(2, spanId=["0"] * 16),
    "object for name": span(2, name={"a": 1}),
    "bad parent": span(2, parentSpanId="xyz"),
    "list for kind": span(2, kind=[1]),
    "text for status": span(2, status="bad"),
    "a number": 5,
    "nothing": None,
    "text": "span",
}


@pytest.mark.parametrize("name", BAD_SPANS)
def test_a_bad_span_costs_that_span(tmp_path: Path, name: str) -> None:
    write(tmp_path / "t.jsonl", line(span(1), BAD_SPANS[name], span(3, 1)))
    with opened(tmp_path / "t.jsonl") as store:
        (response,) = store.responses()
        ledger = store.ledgers()[0]
    assert len(response.spans) == 2
    assert (ledger.read, ledger.unread, ledger.spans) == (1, 1, 2)
    assert ledger.unread_places[0].why.startswith("span ")


def test_a_deep_attribute_costs_its_span(tmp_path: Path) -> None:
    deep = span(2)
    deep["attributes"] = [{"key": "session.id", "value": nested(200)}]
    kept = span(3)
    kept["attributes"] = [{"key": "session.id", "value": nested(30)}]
    write(tmp_path / "t.jsonl", line(span(1), deep, kept))
    with opened(tmp_path / "t.jsonl") as store:
        assert sum(len(r.spans) for r in store.responses()) == 2
        assert store.ledgers()[0].unread == 1


def test_only_the_first_ten_unread_places_are_kept(tmp_path: Path) -> None:
    write(tmp_path / "t.jsonl", GOOD, *["x"] * 50)
    with opened(tmp_path / "t.jsonl") as store:
        ledger = store.ledgers()[0]
    assert (ledger.unread, len(ledger.unread_places)) == (50, 10)


def test_names_are_safe_at_capture_and_values_stay_raw(tmp_path: Path) -> None:
    secret = "gsk" + "_" + "A1b2" * 8
    evil = f"a\x1b[31m\u202eb {secret}"
    doc = line(
        span(1, name=f"chat {evil}", status={"code": 2, "message": evil},
             attributes={"session.id": evil, "gen_ai.operation.name": "chat"}),
        resource={"service.name": evil},
        scope=evil,
    )  # fmt: skip
    write(tmp_path / "t.jsonl", doc, logs({"traceId": TRACE, "severityText": evil}, service=evil))
    with opened(tmp_path / "t.jsonl") as store:
        (response,) = store.responses()
        ledger = store.ledgers()[0]
    (found,) = response.spans
    names = [found.name, found.scope, found.status_message, response.services[0].name]
    names += [*ledger.recognised, response.logs[0].service, response.logs[0].severity]
    for text in names:
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert secret not in text
    assert found.attributes["session.id"] == evil


def test_numbers_that_no_clock_shows_are_not_recorded(tmp_path: Path) -> None:
    times = ["-5", "x", 10**30, "9" * 5000, None, 1e308, [], True]
    spans = [span(n, startTimeUnixNano=t) for n, t in enumerate(times, 1)]
    write(tmp_path / "t.jsonl", line(*spans))
    with opened(tmp_path / "t.jsonl") as store:
        found = [s.start_ns for r in store.responses() for s in r.spans]
    assert sorted(found) == [0] * 7 + [1]


def test_many_resources_many_names_and_a_long_chain(tmp_path: Path) -> None:
    spans = [span(n, n - 1 if n > 1 else None, name=f"step {n}") for n in range(1, 5001)]
    spans.append(span(9999, 5000))
    docs = [line(s, resource={"service.name": f"s{n}"}) for n, s in enumerate(spans)]
    write(tmp_path / "t.jsonl", *docs)
    with opened(tmp_path / "t.jsonl", entry="step 1") as store:
        (response,) = store.responses()
    assert len(response.spans) == 5001
    assert len(response.services) == 5001


_MEASURED = """
import pathlib, resource, sys
from agentaudit.sources.traces import ReadOptions, TraceSource, open_traces
store = open_traces([TraceSource("otlp:" + sys.argv[1])], ReadOptions())
(response,) = store.responses()
ledger = store.ledgers()[0]
print(ledger.read, ledger.unread, ledger.unread_places[0].place.rpartition(":")[2],
      ledger.unread_places[0].why, sep="|")
# ru_maxrss is inherited from the process that started this one; the high-water mark is not
status = pathlib.Path("/proc/self/status")
marks = status.read_text().splitlines() if status.exists() else []
peak = [int(line.split()[1]) for line in marks if line.startswith("VmHWM")]
print((peak or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss])[0] // 1024)
"""


def test_a_line_of_a_gigabyte_is_never_held(tmp_path: Path) -> None:
    path = tmp_path / "bomb.jsonl.gz"
    member = gzip.compress(b"x" * (1 << 24), 1)
    with path.open("wb") as file:
        file.write(gzip.compress(json.dumps(GOOD).encode() + b"\n"))
        for _ in range(64):
            file.write(member)
        file.write(gzip.compress(b"\n" + json.dumps(line(span(2, 1))).encode() + b"\n"))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
        timeout=120,
    )
    counted, megabytes = done.stdout.splitlines()
    assert counted == "2|1|2|line over 64 MB"
    assert int(megabytes) < 200
