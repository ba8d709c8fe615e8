"""Every machine format, read by a reader that is not ours; of hostile audits too."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from typing import Any
from xml.etree import ElementTree

import jsonschema
import junitparser
import pytest
from markdown_it import MarkdownIt

from agentaudit.reports import View, builtin
from agentaudit.reports.marked import fitted
from agentaudit.score import Scorecard
from tests.reports import schemas
from tests.reports.audits import every, nothing, repository, troubled

AUDITS = every()
CARDS = pytest.mark.parametrize("card", AUDITS.values(), ids=AUDITS)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe]")


def drawn(name: str, card: Scorecard) -> str:
    text = builtin()[name].render(card, View()).decode("utf-8")
    assert not _UNSEEN.search(text.replace("\r\n", "\n"))
    return text


def criteria(card: Scorecard) -> dict[str, Any]:
    return {c.id: c for d in card.dimensions for c in d.criteria}


def unmet(card: Scorecard) -> set[str]:
    waived = {w.criterion for w in card.waivers if w.state == "in_force"}
    found = criteria(card).values()
    return {c.id for c in found if c.met is False and c.counts.fail} - waived


@CARDS
def test_sarif(card: Scorecard) -> None:
    text = drawn("sarif", card)
    log = json.loads(text)
    jsonschema.Draft4Validator(schemas.SARIF).validate(log)
    assert len(gzip.compress(text.encode())) < 10_000_000
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(criteria(card))
    for rule in rules:
        for key in ("shortDescription", "fullDescription"):
            assert len(rule[key]["text"]) <= 1024
        assert len(rule["properties"]["tags"]) <= 10
        assert "security-severity" not in rule["properties"]
    assert {result["ruleId"] for result in run["results"]} == unmet(card)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert len(result["message"]["text"]) <= 1024
        assert not re.search(r"\]\(|\{\d", result["message"]["text"])
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9%._~-][A-Za-z0-9%._~/-]*", uri)
        assert ".." not in uri.split("/")
        assert set(location["physicalLocation"]["region"]) == {
            *("startLine", "startColumn", "endLine", "endColumn")
        }
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(prints) == len(set(prints))
    assert len(run["results"]) <= 5 * len(rules)


def test_a_result_is_a_criterion_at_a_place_and_never_a_trace() -> None:
    (run,) = json.loads(drawn("sarif", repository()))["runs"]
    places = {
        (r["ruleId"], r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]): r
        for r in run["results"]
    }
    assert len(places) == len(run["results"])
    alias = places["MOD-01", "services/wri%20ter/%C3%A4.py"]
    region = alias["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], alias["properties"]["subject"]) == (12, "git:.:services/writer")
    assert alias["message"]["text"].startswith("model id gpt-4o is an alias.")
    stripped = places["RAG-06", "agentaudit.yaml"]
    location = stripped["locations"][0]
    assert location["physicalLocation"]["region"]["startLine"] == 7
    assert "otlp:traces/*.jsonl" in location["logicalLocations"][0]["fullyQualifiedName"]


@pytest.mark.parametrize("format", ["sarif", "codequality"])
def test_code_that_only_moves_is_no_news(format: str) -> None:
    def prints(text: str) -> list[str]:
        return sorted(set(re.findall(r'"(?:primaryLocationLineHash|fingerprint)": "(\w+)"', text)))

    before, after = drawn(format, repository(12)), drawn(format, repository(22))
    assert before != after
    assert prints(before) == prints(after)
    assert len(prints(before)) > 5


@CARDS
def test_junit(card: Scorecard) -> None:
    data = drawn("junit", card).encode()
    root = ElementTree.fromstring(data)
    assert root.tag == "testsuites"
    assert {suite.tag for suite in root} == {"testsuite"}
    suites = list(junitparser.JUnitXml.fromstring(data))
    assert [suite.name for suite in suites][:-1] == [d.id for d in card.dimensions]
    results: dict[str, list[str]] = {}
    for suite in suites[:-1]:
        for case in suite:
            kinds = [type(result).__name__ for result in case.result]
            results[list(criteria(card))[len(results)]] = kinds
    assert {id for id, kinds in results.items() if kinds == ["Failure"]} == {
        id for id in unmet(card) if not criteria(card)[id].counts.error
    }
    crashed = {crash.criterion for crash in card.errors}
    assert {id for id, kinds in results.items() if kinds == ["Error"]} == crashed
    passed = {id for id, kinds in results.items() if not kinds}
    assert passed == {c.id for c in criteria(card).values() if c.met} - crashed
    for suite in suites:
        cases = list(suite)
        assert suite.tests == len(cases)
        for attribute, kind in (("failures", "Failure"), ("errors", "Error")):
            said = sum(type(r).__name__ == kind for case in cases for r in case.result)
            assert getattr(suite, attribute) == said
    assert root.get("tests") == str(sum(suite.tests for suite in suites))


@CARDS
@pytest.mark.parametrize("format", ["markdown", "comment"])
def test_markdown(card: Scorecard, format: str) -> None:
    text = drawn(format, card)
    assert len(text.encode()) <= 64 * 1024
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    live = {"link_open", "image", "html_inline", "html_block", "fence", "code_block", "s_open"}
    inline = [child for token in tokens for child in token.children or ()]
    used = {token.type for token in (*tokens, *inline) if token.type in live}
    html = {t.content.strip() for t in (*tokens, *inline) if t.type.startswith("html_")}
    assert used <= {"html_block", "html_inline"}
    assert html <= {"<!-- agentaudit -->", "<!-- -->"}
    rows = 0
    for table in _tables(tokens):
        assert len(set(table)) == 1, "every row has as many cells as the head"
        rows += len(table)
    assert rows > len(card.dimensions)


def _tables(tokens: list[Any]) -> list[list[int]]:
    """Cells of each row of each table."""
    found: list[list[int]] = []
    for token in tokens:
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append(0)
        elif token.type in {"td_open", "th_open"}:
            found[-1][-1] += 1
    return found


def test_a_summary_ends_before_the_limit_of_its_reader() -> None:
    long = drawn("markdown", AUDITS["hostile-long"])
    assert len(long.encode()) <= 64 * 1024
    cut = fitted(["ä" * 50] * 100, 1_000)
    assert len(cut.encode()) <= 1_000
    assert "Cut here" in cut


@CARDS
def test_code_quality(card: Scorecard) -> None:
    issues = json.loads(drawn("codequality", card))
    jsonschema.Draft202012Validator(schemas.CODE_QUALITY).validate(issues)
    prints = [issue["fingerprint"] for issue in issues]
    assert len(prints) == len(set(prints))
    assert unmet(card) <= {issue["check_name"] for issue in issues}


@CARDS
def test_shields(card: Scorecard) -> None:
    badge = json.loads(drawn("shields", card))
    jsonschema.Draft202012Validator(schemas.SHIELDS).validate(badge)
    reach = card.reconstructable
    start = f"{reach.full} of {reach.total}" if reach.total else "no response found"
    assert badge["message"].startswith(start)


@CARDS
def test_svg(card: Scorecard) -> None:
    root = ElementTree.fromstring(drawn("badge", card))
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags == {"svg", "title", "desc", "rect", "path", "g", "text"}
    assert not any("style" in e.attrib or "href" in str(e.attrib) for e in root.iter())
    shown = "".join(e.text or "" for e in root.iter() if e.tag.endswith("}text"))
    assert json.loads(drawn("shields", card))["message"] in shown


@CARDS
def test_csv(card: Scorecard) -> None:
    rows = list(csv.DictReader(io.StringIO(drawn("csv", card), newline=""), strict=True))
    assert [row["criterion"] for row in rows] == list(criteria(card))
    for row in rows:
        assert None not in row
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
        found = criteria(card)[row["criterion"]]
        counts = (found.counts.passed, found.counts.fail, found.counts.unknown, found.counts.error)
        assert tuple(int(row[key]) for key in ("pass", "fail", "unknown", "error")) == counts


@CARDS
def test_in_toto(card: Scorecard) -> None:
    statement = json.loads(drawn("in-toto", card))
    jsonschema.Draft202012Validator(schemas.IN_TOTO).validate(statement)
    predicate = statement["predicate"]
    groups = [predicate[key] for key in ("passedTests", "failedTests")]
    groups += [predicate["agentaudit"][key] for key in ("notAssessed", "crashed")]
    listed = [id for group in groups for id in group]
    assert sorted(listed) == sorted(c.id for c in criteria(card).values() if c.value is not None)
    if card.gate.verdict == "fail" or card.errors:
        assert predicate["result"] == "FAILED"


def test_an_audit_names_the_commit_it_is_about() -> None:
    subjects = json.loads(drawn("in-toto", repository()))["subject"]
    assert subjects[0] == {"name": "git:.", "digest": {"gitCommit": "9" * 40}}
    assert set(subjects[-1]["digest"]) == {"sha256"}


@CARDS
def test_github(card: Scorecard) -> None:
    lines = drawn("github", card).splitlines()
    assert len(lines) <= 10
    form = re.compile(r"::(error|warning|notice) (?:file=[^:,]+,line=\d+,)?title=[^:,]*::.+")
    assert all(form.fullmatch(line) for line in lines)
    if len(lines) == 10:
        assert re.search(r"::and \d+ more: see the job summary$", lines[-1])


SEEN = {
    "sarif": ("crashed", "no source of kind", "could not be looked at", "was waived until"),
    "junit": ("the probe crashed", "no source of kind", "could not be looked at", "which is over"),
    "markdown": ("crashed for", "no source of kind", "could not be looked at", "**expired**"),
    "comment": ("crashed for", "no source of kind", "not assessed", "**expired**"),
    "codequality": ("crashed", "no source of kind", "could not be looked at", "which is over"),
    "shields": ("1 crashed", "no images, registry", "not assessed", "1 expired waiver"),
    "badge": ("1 crashed", "no images, registry", "could not be looked at", "expired waiver"),
    "csv": ("crashed", "images; registry", "not assessed", "expired"),
    "in-toto": ("crashed", "no source of kind", "notAssessed", "which is over"),
    "github": ("crash GRD-05", "no source of kind", "more: see the", "waiver-expired COD-03"),
    "plain": ("error GRD-05", "source-absent images", "not_assessed=", "state=expired"),
    "terminal": ("crashed for", "images, registry", "not assessed", "waiver expired on"),
    "json": ('"errors": [', '"kind": "git"', '"unknown": ', '"expired"'),
}


@pytest.mark.parametrize("format", SEEN)
def test_what_must_be_seen_is_seen_in_every_format(format: str) -> None:
    """A crashed probe, an absent source, what is unknown, and an expired waiver."""
    text = drawn(format, troubled())
    for words in SEEN[format]:
        assert words in text, words


def test_no_format_is_left_out_of_what_must_be_seen() -> None:
    """The page for people has tests of its own."""
    assert set(builtin()) - {"html"} == set(SEEN)


def test_a_waived_criterion_is_neither_a_failure_nor_met() -> None:
    card = troubled()
    (run,) = json.loads(drawn("sarif", card))["runs"]
    assert "RAG-06" not in {result["ruleId"] for result in run["results"]}
    assert run["properties"]["waived"] == ["RAG-06"]
    said = [n["message"]["text"] for n in run["invocations"][0]["toolConfigurationNotifications"]]
    assert any(text.startswith("RAG-06 is waived until 2026-12-31") for text in said)
    cases = {
        c.name.split()[0]: c
        for s in junitparser.JUnitXml.fromstring(drawn("junit", card).encode())
        for c in s
    }
    assert "is waived until" in cases["RAG-06"].result[0].message
    assert type(cases["COD-03"].result[0]).__name__ == "Failure"


def test_a_run_that_ends_badly_says_so() -> None:
    for card, code, well in (
        (troubled(), 4, False),
        (nothing(), 3, False),
        (repository(), 0, True),
    ):
        (run,) = json.loads(drawn("sarif", card))["runs"]
        (invocation,) = run["invocations"]
        assert (invocation["exitCode"], invocation["executionSuccessful"]) == (code, well)


@pytest.mark.parametrize("format", sorted(builtin()))
def test_same_audit_same_bytes(format: str) -> None:
    assert drawn(format, troubled()) == drawn(format, troubled())
