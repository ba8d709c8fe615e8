"""Questions written in YAML: what each answers, and how precisely a wrong one is refused."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from agentaudit import parse, testing
from agentaudit.errors import RubricError
from agentaudit.finding import Answer, Outcome
from agentaudit.parse.closed import Record, fill
from agentaudit.probe import Probe
from agentaudit.response import Resolution, Target
from agentaudit.semconv import Vocabulary
from agentaudit.shapes import Shape
from agentaudit.shapes.pattern import Search, bounded
from agentaudit.source import Component, Place
from agentaudit.sources.git.globs import matches
from agentaudit.subject import ImageSubject

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
NOT_APPLICABLE = Outcome.NOT_APPLICABLE


class Asked(Record):
    """Where a shape stands in a rubric."""

    probe: Shape


def shape(text: str) -> Any:
    return fill(Asked, parse.yaml(f"probe: {text}", strict=True), "team.yaml", RubricError).probe


def compiled(text: str) -> Probe:
    return shape(text).compile("t-01-shape", "do it")  # type: ignore[no-any-return]


def ask(text: str, available: Mapping[str, Any]) -> Answer:
    answer = compiled(text).ask(available)
    assert answer.outcome is not Outcome.ERROR, answer.message
    return answer


class Files:
    """A repository of given files; None stands for one that cannot be read."""

    name = "git:."

    def __init__(self, files: Mapping[str, str | None]) -> None:
        self._files = files

    def files(self, pattern: str, saying: Collection[str] = ()) -> Iterator[Place]:
        found = (path for path in sorted(self._files) if matches(path, pattern))
        return (Place(self.name, path) for path in found if not saying or self._says(path, saying))

    def _says(self, path: str, words: Collection[str]) -> bool:
        return any(word in (self._files[path] or "") for word in words)

    def read(self, place: Place) -> str | None:
        return self._files[place.path]


def component(path: str) -> Component:
    return Component(path.rsplit("/", 1)[-1], "git:.", path, (), (), (), (), (), (), (), {})


PRESENT = "{kind: file_present, any_of: [RUNBOOK.md, 'docs/**/runbook*.md']}"
OWN = "{kind: file_present, any_of: [RUNBOOK.md], subject: component}"
PINNED = "{kind: file_matches, any_of: ['**/*.txt'], pattern: '^openai==[0-9]'}"


@pytest.mark.parametrize(
    ("text", "files", "path", "outcome", "said"),
    [
        (PRESENT, {"RUNBOOK.md": ""}, "", PASS, "RUNBOOK.md is committed"),
        (PRESENT, {"docs/a/b/runbook-1.md": ""}, "", PASS, "docs/a/b/runbook-1.md is committed"),
        (PRESENT, {"a/RUNBOOK.md": ""}, "", FAIL, "no file matches RUNBOOK.md or docs/"),
        (OWN, {"svc/a/RUNBOOK.md": ""}, "svc/a", PASS, "svc/a/RUNBOOK.md is committed"),
        (OWN, {"svc/b/RUNBOOK.md": ""}, "svc/a", FAIL, "no file matches"),
        (OWN, {"RUNBOOK.md": ""}, ".", PASS, "RUNBOOK.md is committed"),
        (OWN, {"ab/RUNBOOK.md": ""}, "[ab]*", FAIL, "no file matches"),
        (OWN, {"[ab]*/RUNBOOK.md": ""}, "[ab]*", PASS, "is committed"),
        (PINNED, {"r.txt": "a\nopenai==1.2\n"}, "", PASS, "r.txt:2 matches"),
        (PINNED, {"a.txt": None, "b.txt": "openai==1"}, "", PASS, "b.txt:1 matches"),
        (PINNED, {"r.txt": "openai>=1"}, "", FAIL, "no line of 1 files matches"),
        (PINNED, {}, "", FAIL, "no file matches **/*.txt"),
        (PINNED, {"r.txt": None}, "", UNKNOWN, "could not be read"),
        (PINNED, {"r.txt": "x" * 10_001}, "", UNKNOWN, "lines too long"),
    ],
)
def test_file_shapes(
    text: str, files: dict[str, str | None], path: str, outcome: Outcome, said: str
) -> None:
    available = {"repo": Files(files)} | ({"component": component(path)} if path else {})
    answer = ask(text, available)
    assert answer.outcome is outcome
    assert said in answer.message
    if outcome is PASS:
        assert answer.evidence
    else:
        assert answer.causes


def test_a_match_shows_its_line_without_secrets() -> None:
    files = Files({"r.txt": "\n  openai==1  # sk-abcdefghijklmnopqrstuvwx\x1b[2J\n"})
    (evidence,) = ask(PINNED.replace("^", ""), {"repo": files}).evidence
    assert str(evidence.location) == "r.txt:2"
    assert evidence.excerpt.startswith("openai==1  # [redacted:openai:")
    assert "\x1b" not in evidence.excerpt


def test_files_of_another_repository_are_not_the_components() -> None:
    own = component("svc")
    files = Files({"svc/RUNBOOK.md": ""})
    files.name = "git:other"
    assert ask(OWN, {"repo": files, "component": own}).outcome is FAIL


@pytest.mark.parametrize(
    ("text", "needs", "question"),
    [
        (PRESENT, {"repo"}, "Is a file like RUNBOOK.md or docs/**/runbook*.md committed?"),
        (OWN, {"repo", "component"}, "Is a file like RUNBOOK.md committed?"),
        (PINNED, {"repo"}, "Does a line of **/*.txt match '^openai==[0-9]'?"),
        (
            "{kind: span_attribute, spans: [LLM], where: {tool.name: x}, require: [prompt.name]}",
            {"response"},
            "Does every LLM span with tool.name=x carry prompt.name?",
        ),
        (
            "{kind: reference, of: commit, must_be: resolved}",
            {"response"},
            "Is every commit reference of the response resolved?",
        ),
        (
            "{kind: image_label, labels: [a.b]}",
            {"image"},
            "Does the image carry the labels a.b?",
        ),
        (
            "{kind: registry_tag, tags: [stage]}",
            {"registry", "model"},
            "Does the model version carry the tags stage?",
        ),
    ],
)
def test_a_compiled_shape_is_a_whole_probe(text: str, needs: set[str], question: str) -> None:
    probe = compiled(text)
    assert (probe.id, probe.fix) == ("t-01-shape", "do it")
    assert probe.needs == needs
    assert probe.question == question
    assert type(shape(text)).__doc__
    unconfigured = probe.ask({})
    assert unconfigured.outcome is UNKNOWN
    assert unconfigured.reason == "not_configured"


LLM = {"openinference.span.kind": "LLM"}
RETRIEVER = {"openinference.span.kind": "RETRIEVER"}


def spans(*attributes: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"response": {"spans": [{"attributes": each} for each in attributes], **more}}


@pytest.mark.parametrize(
    ("text", "given", "outcome", "reason"),
    [
        ("spans: [LLM], require: [prompt.version]", [LLM | {"prompt.version": "v7"}], PASS, ""),
        (
            "spans: [LLM], require: [prompt.version]",
            [LLM | {"llm.prompt_template.version": "v7"}],
            PASS,
            "",
        ),
        ("spans: [LLM], require: [prompt.version]", [LLM], FAIL, "missing"),
        (
            "spans: [LLM], require: [prompt.version]",
            [LLM | {"prompt.version": "latest"}],
            FAIL,
            "placeholder",
        ),
        (
            "spans: [LLM], require: [prompt.version]",
            [LLM | {"prompt.version": "v7"}, LLM],
            FAIL,
            "missing",
        ),
        ("spans: [TOOL], require: [tool.version]", [LLM], NOT_APPLICABLE, ""),
        ("spans: [GUARDRAIL], require: [guardrail.version]", [LLM], UNKNOWN, "step_not_visible"),
        ("spans: [RETRIEVER], require: [a.b]", [LLM], UNKNOWN, "retrieval_not_visible"),
        ("require: [acme.cost_center]", [LLM | {"acme.cost_center": "7"}], PASS, ""),
        ("require: [acme.cost_center]", [LLM | {"acme.cost_center": ""}], FAIL, "placeholder"),
        ("require: [acme.cost_center]", [LLM], FAIL, "missing"),
        (
            "where: {tool.name: erp}, require: [tool.version]",
            [{"gen_ai.tool.name": "erp", "openinference.span.kind": "TOOL"}],
            FAIL,
            "missing",
        ),
        (
            "where: {gen_ai.tool.name: crm}, require: [tool.version]",
            [{"gen_ai.tool.name": "erp", "openinference.span.kind": "TOOL"}],
            NOT_APPLICABLE,
            "",
        ),
    ],
)
def test_span_attribute(
    text: str, given: list[dict[str, Any]], outcome: Outcome, reason: str
) -> None:
    text = f"{{kind: span_attribute, {text}}}"
    available = testing.build(spans(*given))
    for span in available["response"].spans:
        span.vocabulary = Vocabulary(further=shape(text).attributes)
    answer = ask(text, available)
    assert answer.outcome is outcome, answer.message
    assert answer.reason == reason
    assert answer.evidence


def test_an_attribute_that_no_reader_kept_is_unknown_not_missing() -> None:
    text = "{kind: span_attribute, require: [acme.cost_center]}"
    answer = ask(text, testing.build(spans(LLM)))
    assert answer.outcome is UNKNOWN
    assert answer.reason == "not_read"
    assert shape(text).attributes == {"acme.cost_center"}


def test_a_resource_that_the_store_dropped_is_unknown() -> None:
    given = {"response": {"spans": [{"attributes": LLM, "resource": None}]}}
    text = "{kind: span_attribute, spans: [LLM], require: [git.commit]}"
    assert ask(text, testing.build(given)).reason == "dropped_by_store"


def test_retrieval_is_absent_only_where_it_shows_elsewhere_or_nothing_declares_it() -> None:
    text = "{kind: span_attribute, spans: [RETRIEVER], require: [retrieval.source]}"
    available = testing.build(spans(LLM, shows={"planner": ["RETRIEVER"]}))
    assert ask(text, available).outcome is NOT_APPLICABLE
    available = testing.build(spans(LLM))
    available["response"].services[0].declares = frozenset({"model"})
    assert ask(text, available).outcome is NOT_APPLICABLE
    available["response"].services[0].declares = frozenset({"vector_store"})
    assert ask(text, available).outcome is UNKNOWN


def reference(kind: str, **given: Any) -> dict[str, Any]:
    return spans(LLM, references=[{"kind": kind, "value": "v", **given}])


@pytest.mark.parametrize(
    ("of", "must_be", "given", "outcome", "reason"),
    [
        ("commit", "recorded", reference("commit"), PASS, ""),
        ("commit", "recorded", reference("commit", recorded="missing"), FAIL, "missing"),
        ("commit", "recorded", reference("commit", recorded="malformed"), FAIL, "malformed"),
        (
            "commit",
            "recorded",
            reference("commit", recorded="dropped_by_store"),
            UNKNOWN,
            "dropped_by_store",
        ),
        ("commit", "resolved", reference("commit", resolution="resolved"), PASS, ""),
        (
            "commit",
            "resolved",
            reference("commit", resolution="broken", reason="broken"),
            FAIL,
            "broken",
        ),
        (
            "commit",
            "resolved",
            reference("commit", reason="not_configured"),
            UNKNOWN,
            "not_configured",
        ),
        ("commit", "resolved", reference("commit", recorded="missing"), FAIL, "missing"),
        ("index snapshot", "recorded", reference("index snapshot"), PASS, ""),
    ],
)
def test_reference(
    of: str, must_be: str, given: dict[str, Any], outcome: Outcome, reason: str
) -> None:
    answer = ask(f"{{kind: reference, of: {of}, must_be: {must_be}}}", testing.build(given))
    assert answer.outcome is outcome, answer.message
    assert answer.reason == reason


@pytest.mark.parametrize(
    ("of", "outcome"),
    [
        ("commit", UNKNOWN),
        ("image", UNKNOWN),
        ("code", UNKNOWN),
        ("index snapshot", UNKNOWN),
        ("prompt", NOT_APPLICABLE),
        ("trace", NOT_APPLICABLE),
    ],
)
def test_a_response_without_such_a_reference(of: str, outcome: Outcome) -> None:
    available = testing.build(spans(LLM))
    available["response"].references = ()
    assert ask(f"{{kind: reference, of: {of}, must_be: recorded}}", available).outcome is outcome


class Content:
    """A model version with tags."""

    def __init__(self, tags: Mapping[str, str]) -> None:
        self.tags = tags


class Shelf:
    """A registry that gives one answer."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def version(self, uri: str) -> Target:
        return self.target


def opened(content: object) -> Target:
    return Target(Resolution.RESOLVED, "opens", content=content)


def both(held: Mapping[str, str]) -> tuple[Target, Target]:
    """An image with these labels, and a model version with these tags."""
    return opened(testing.image({"labels": held})), opened(Content(held))


GONE = Target(Resolution.BROKEN, "is not there", "broken")
CLOSED = Target(Resolution.NOT_LOOKED, "refused", "not_allowed")


@pytest.mark.parametrize(
    ("targets", "subject", "outcome", "reason"),
    [
        (both({"a.b": "1"}), "sha256:1", PASS, ""),
        (both({"a.b": " "}), "sha256:1", FAIL, "missing"),
        (both({}), "sha256:1", FAIL, "missing"),
        ((opened(None), opened(None)), "sha256:1", UNKNOWN, "not_looked"),
        ((GONE, GONE), "sha256:1", FAIL, "broken"),
        ((CLOSED, CLOSED), "sha256:1", UNKNOWN, "not_allowed"),
        (both({"a.b": "1"}), "", FAIL, "missing"),
    ],
)
def test_labels_and_tags(
    targets: tuple[Target, Target], subject: str, outcome: Outcome, reason: str
) -> None:
    label, tag = "{kind: image_label, labels: [a.b]}", "{kind: registry_tag, tags: [a.b]}"
    for answer in (
        ask(label, {"image": ImageSubject(subject, target=targets[0])}),
        ask(tag, {"registry": Shelf(targets[1]), "model": subject}),
    ):
        assert (answer.outcome, answer.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("{kind: file_presnt}", "unknown kind 'file_presnt'", "did you mean 'file_present'?"),
        (
            "{kind: expression}",
            "unknown kind 'expression'",
            "known: file_matches, file_present, image_label, reference, registry_tag, "
            "span_attribute",
        ),
        ("{any_of: [a]}", "key 'kind' is missing", "add `kind:`"),
        ("{kind: file_present}", "key 'any_of' is missing", "add `any_of:`"),
        ("{kind: file_present, anyof: [a]}", "unknown key 'anyof'", "did you mean 'any_of'?"),
        ("{kind: file_present, any_of: []}", "at least one entry", "add one"),
        ("{kind: file_present, any_of: a}", "must be a list, not 'a'", "write it as [a, b]"),
        ("{kind: file_present, any_of: [/etc]}", "not a path pattern", "relative"),
        ("{kind: file_present, any_of: [a/../b]}", "not a path pattern", "without `..`"),
        (
            "{kind: file_present, any_of: [a], subject: response}",
            "'response' is not a known word",
            "known: component, system",
        ),
        ("{kind: file_matches, any_of: [a], pattern: '('}", "not a regular expression", "split"),
        ("{kind: file_matches, any_of: [a], pattern: '(a+)+'}", "take for ever", "possessive"),
        (
            "{kind: span_attribute, where: {git.commit: x}, require: [a]}",
            "'git.commit' is a fact",
            "would take the question away",
        ),
        (
            "{kind: span_attribute, where: {llm.model_name: x}, require: [a]}",
            "'llm.model_name' is a fact",
            "would take the question away",
        ),
        (
            "{kind: span_attribute, where: {tool.nme: x}, require: [a]}",
            "'tool.nme' is not a marker",
            "did you mean 'tool.name'?",
        ),
        (
            "{kind: span_attribute, spans: [LLN], require: [a]}",
            "'LLN' is not a known word",
            "did you mean 'LLM'?",
        ),
        ("{kind: span_attribute, require: ['']}", "between 1 and 200", "name the attribute"),
        (
            "{kind: reference, of: comit, must_be: resolved}",
            "'comit' is not a known word",
            "did you mean 'commit'?",
        ),
        ("{kind: reference, of: adapter, must_be: resolved}", "'adapter' is not", "known: code"),
        ("{kind: image_label, labels: ['']}", "labels[0]", ""),
    ],
)
def test_a_wrong_shape_is_refused_precisely(text: str, message: str, hint: str) -> None:
    with pytest.raises(RubricError) as caught:
        shape(text)
    assert message in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.where == "team.yaml:1"


@pytest.mark.parametrize(
    "text",
    [
        "(a+)+$",
        "(a|aa)+$",
        "(a*)*",
        "([a-z]+x?)*",
        r"(a)\1",
        "(?P<x>a)(?P=x)",
        "(a{1,9}){1,9}",
        ".*a.*b.*c.*d",
        "a?" * 13 + "a" * 13,
        "x" * 501,
        "[[a]",
        "a{99999999999}",
        "(?x) # )(",
        "(?#()a",
        "(a)?(?(1)b|c)",
        "(?i-x:a)\\1",
        "(",
    ],
)
def test_patterns_without_a_bound_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        bounded(text)


@pytest.mark.parametrize(
    ("text", "power"),
    [
        ("abc", 1),
        ("https?://x{3}", 1),
        ("a.*b", 2),
        (r"\s*=\s*x", 3),
        (r"a\s*+=\s*+b", 2),
        (r"[*+?]{2}\*\+", 1),
        ("(?:a|b)c", 1),
        ("(?i)a", 1),
        ("(?:ab+)?", 2),
        ("(abc){3}", 1),
    ],
)
def test_patterns_cost_what_they_can_repeat(text: str, power: int) -> None:
    assert bounded(text).power == power


@pytest.mark.parametrize("text", [".*a.*b", "a.*b", "a.*b.*c", "a?a?a?a?a?a?a?a?aaaaaaaab", "x"])
def test_a_search_stops_in_time_and_says_so(text: str) -> None:
    search = Search(bounded(text))
    began = time.process_time()
    assert search.first("\n".join(["a" * 1_000, "a" * 10_000, "a" * 100_000] * 10)) is None
    assert time.process_time() - began < 20
    assert search.cut


def test_shapes_ask_the_real_reader_of_repositories() -> None:
    files = {"[ab]*/Dockerfile": "FROM a", "[ab]*/RUNBOOK.md": "", "b/Dockerfile": "FROM b"}
    repo = testing.build({"repo": {"files": files}})["repo"]
    own = {"repo": repo, "component": replace(component("[ab]*"), repo=repo.name)}
    other = {"repo": repo, "component": replace(component("b"), repo=repo.name)}
    assert ask(OWN, own).outcome is PASS
    assert ask(OWN, other).outcome is FAIL
    matched = "{kind: file_matches, any_of: [Dockerfile], pattern: '^FROM a', subject: component}"
    assert str(ask(matched, own).evidence[0].location) == "[ab]*/Dockerfile:1"
