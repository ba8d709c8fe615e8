"""`agentaudit explain`: every step, each of the eight links, and what to do about a wrong id."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests import dialects
from tests.cli.system import command
from tests.scanning import repository, write
from tests.system import example

Capture = pytest.CaptureFixture[bytes]
DIMENSIONS = (
    "environment",
    "telemetry",
    "models",
    "prompts",
    "inference_code",
    "rag",
    "guardrails",
    "fine_tuning",
)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example.part(tmp_path_factory.mktemp("example") / "invoice", traces=6)


@pytest.fixture(scope="module")
def spans(system: Path) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Spans as they were recorded, by trace, with the recording they are from."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for file in sorted((system / "traces").glob("*.spans.jsonl.gz")):
        for _, span in example._spans(file):
            found.setdefault(span["traceId"], []).append((file.name, span))
    return found


def said(capture: Capture) -> tuple[str, str]:
    held = capture.readouterr()
    return held.out.decode(), held.err.decode()


def told(system: Path, id: str, capture: Capture, code: int = 0) -> Any:
    assert command(system, "explain", id, "--format", "json", *example.AS_OF) == code
    return json.loads(said(capture)[0])


def one_of(spans: dict[str, list[tuple[str, dict[str, Any]]]], recording: str) -> str:
    """The longest trace of a recording."""
    of = {id: len(held) for id, held in spans.items() if held[0][0].startswith(recording)}
    return max(of, key=lambda id: (of[id], id))


@pytest.mark.parametrize("recording", ["v0.1.0", "v0.2.0", "v0.3.0", "v0.4.0"])
def test_every_step_and_each_of_the_eight_links(
    system: Path,
    spans: dict[str, list[tuple[str, dict[str, Any]]]],
    recording: str,
    capsysbinary: Capture,
) -> None:
    id = one_of(spans, recording)
    (dossier,) = told(system, id, capsysbinary)["dossiers"]
    assert [step["span_id"] for step in dossier["steps"]] == [
        span["spanId"]
        for _, span in sorted(
            spans[id], key=lambda held: (int(held[1]["startTimeUnixNano"]), held[1]["spanId"])
        )
    ]
    assert tuple(link["dimension"] for link in dossier["links"]) == DIMENSIONS
    for link in dossier["links"]:
        if link["state"] == "not_applicable":
            continue
        assert link["answers"], link["dimension"]
        for fact in link["facts"]:
            assert fact["recorded"], fact
            assert bool(fact["where"]) or not fact["there"], fact
        if link["state"] == "broken":
            assert any(answer["outcome"] == "fail" for answer in link["answers"])


def test_an_early_response_is_broken_and_a_late_one_leads_to_its_commit(
    system: Path, spans: dict[str, list[tuple[str, dict[str, Any]]]], capsysbinary: Capture
) -> None:
    early = told(system, one_of(spans, "v0.1.0"), capsysbinary)["dossiers"][0]
    late = told(system, one_of(spans, "v0.4.0"), capsysbinary)["dossiers"][0]

    def states(dossier: Any) -> dict[str, str]:
        return {link["dimension"]: link["state"] for link in dossier["links"]}

    assert states(early)["inference_code"] == "broken"
    assert states(late)["inference_code"] == "resolved"
    code = next(link for link in late["links"] if link["dimension"] == "inference_code")
    commits = [fact for fact in code["facts"] if fact["what"].endswith(": commit")]
    assert {fact["resolution"] for fact in commits} <= {"resolved", "verified"}
    assert all("4a9fbb6" in fact["recorded"] for fact in commits)
    assert all(fact["where"] for fact in commits)
    assert all("exists in git:history.bundle" in fact["leads_to"] for fact in commits)
    assert list(states(late).values()).count("resolved") > list(states(early).values()).count(
        "resolved"
    )


@pytest.mark.parametrize("form", ["plain", "terminal"])
def test_a_person_sees_the_same(
    system: Path,
    spans: dict[str, list[tuple[str, dict[str, Any]]]],
    form: str,
    capsysbinary: Capture,
) -> None:
    id = one_of(spans, "v0.2.0")
    (dossier,) = told(system, id, capsysbinary)["dossiers"]
    assert command(system, "explain", id[:12], "--format", form, *example.AS_OF) == 0
    out, _ = said(capsysbinary)
    flat = "".join(out.replace("│", " ").split())
    assert id in out
    for step in dossier["steps"]:
        assert "".join(step["name"].split())[:14] in flat, step["name"]
    for link in dossier["links"]:
        name = link["dimension"] if form == "plain" else link["title"]
        assert "".join(name.split()) in flat
        for fact in link["facts"]:
            assert "".join(fact["what"].split()) in flat, fact
            place = fact["where"].replace(f"{id}/", "span " if form == "terminal" else f"{id}/")
            assert "".join(place.split()) in flat, fact
            assert "".join(fact["leads_to"].split())[:60] in flat, fact


def test_a_wrong_id_lists_the_nearest(
    system: Path, spans: dict[str, list[tuple[str, dict[str, Any]]]], capsysbinary: Capture
) -> None:
    id = one_of(spans, "v0.3.0")
    wrong = id[:-1] + ("0" if id[-1] != "0" else "1")
    assert command(system, "explain", wrong) == 2
    out, err = said(capsysbinary)
    assert out == ""
    assert err.splitlines()[0] == f"error: no response starts with '{wrong}'"
    assert f"hint: nearest: {id}, " in err


def test_a_prefix_that_several_share_names_them(tmp_path: Path, capsysbinary: Capture) -> None:
    steps = dialects.gen_ai()
    documents = [d for n in range(20) for d in dialects.trace(n, steps, {"service.name": "a"})]
    write(tmp_path / "t.jsonl", documents)
    ids = sorted({d["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"] for d in documents
                  if "resourceSpans" in d})  # fmt: skip
    shared = next(id[0] for id, other in pairwise(ids) if id[0] == other[0])
    alike = [id for id in ids if id.startswith(shared)]
    assert command(tmp_path, "explain", shared, "--traces", "otlp:t.jsonl") == 2
    _, err = said(capsysbinary)
    assert f"{len(alike)} traces start with '{shared}': {', '.join(alike[:5])}" in err
    assert command(tmp_path, "explain", ids[0], "--traces", "otlp:t.jsonl") == 0


def test_one_of_several_responses_of_a_trace(tmp_path: Path, capsysbinary: Capture) -> None:
    """A batch: `responses.entry` cuts the trace, and `trace:span` names one of them."""
    commit = repository(tmp_path, dialects.REPOSITORY)
    whole = [d for n in (1, 2) for d in dialects.trace(n, dialects.gen_ai(), {
        **dialects.resource(commit)})]  # fmt: skip
    first = whole[0]["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"]
    text = json.dumps(whole)
    for document in whole:
        for group in document.get("resourceSpans", ()):
            for scope in group["scopeSpans"]:
                for span in scope["spans"]:
                    text = text.replace(span["traceId"], first)
    write(tmp_path / "t.jsonl", json.loads(text))
    (tmp_path / "agentaudit.yaml").write_text(
        "sources: {traces: ['otlp:t.jsonl']}\nresponses: {entry: invoke_agent planner}\n"
    )
    dossiers = told(tmp_path, first, capsysbinary)["dossiers"]
    ids = [dossier["id"] for dossier in dossiers]
    assert len(ids) == 2
    assert all(id.startswith(f"{first}:") for id in ids)
    for id in ids:
        (dossier,) = told(tmp_path, id, capsysbinary)["dossiers"]
        assert dossier["id"] == id
        (by_prefix,) = told(tmp_path, id[: len(first) + 7], capsysbinary)["dossiers"]
        assert by_prefix == dossier
    assert command(tmp_path, "explain", f"{first}:0123") == 2
    _, err = said(capsysbinary)
    assert ids[0] in err


def test_without_traces_it_says_what_to_declare(tmp_path: Path, capsysbinary: Capture) -> None:
    assert command(tmp_path, "explain", "abc") == 2
    _, err = said(capsysbinary)
    assert "hint: declare one: --traces" in err
