"""References: what counts as recorded, what is looked up, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agentaudit import testing
from agentaudit.evidence import Evidence, Location
from agentaudit.lineage import Lineage
from agentaudit.lineage.collect import periodic
from agentaudit.lineage.declared import Declared, ModelEntry
from agentaudit.response import CodePlace, Commit, PromptText, Reference, Resolution, Target
from agentaudit.span import Recorded

SHA = "3f1c9a7be2d40856b1f7c3e9d2a4680f5b7c1e93"
OTHER = "9b2e71c4d5f6803a1e7c9d2b4f6a8c0e1d3b5f70"
DIGEST = "sha256:" + "3f1c9a7be2d40856b1f7c3e9d2a4680f5b7c1e930011223344556677889900ab"[:64]
NO_CODE = {"openinference.span.kind": "AGENT"}


class Repo:
    """Knows one commit with one prompt and one file; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def commit(self, sha: str) -> Target:
        self.asked.append(("commit", sha))
        if SHA.startswith(sha):
            found = Commit(sha, "git:.", True, ("main",), "one", "2026-11-01T00:00:00Z")
            return Target(Resolution.RESOLVED, "is on main", content=found)
        return Target(Resolution.BROKEN, f"{sha} is in no repository", "broken")

    def text_at(self, sha: str, path: str) -> Target:
        self.asked.append(("text", sha, path))
        if path == "prompts/planner/3.md":
            return Target(Resolution.RESOLVED, path, content=PromptText(path, sha, "You plan."))
        return Target(Resolution.BROKEN, f"{path} is not there", "broken")

    def code_at(self, sha: str, path: str, line: int | None, symbol: str) -> Target:
        self.asked.append(("code", sha, path, line, symbol))
        place = CodePlace(path, line, symbol, sha)
        return Target(Resolution.RESOLVED, path, content=place)


class Traces:
    """Holds one other trace."""

    name = "otlp:x"

    def holds_trace(self, id: str) -> bool:
        return id == "a" * 31 + "b"

    def holds_completion(self, id: str) -> bool:
        return id == "chatcmpl-0"


def followed(
    spans: list[dict[str, Any]], declared: Declared | None = None, **sources: Any
) -> tuple[tuple[Reference, ...], Mapping[str, Any]]:
    response = testing.response({"spans": spans})
    sources = {"repo": Repo(), "traces": Traces(), **sources}
    Lineage({k: v for k, v in sources.items() if v}, declared or Declared()).follow(response)
    return response.references, sources


def one(kind: str, spans: list[dict[str, Any]], **given: Any) -> Reference:
    references, _ = followed(spans, **given)
    (found,) = [r for r in references if r.kind == kind]
    return found


def agent(resource: dict[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    return {
        "name": "planner",
        "attributes": {**NO_CODE, **attributes},
        "resource": {"service.name": "planner", **(resource or {})},
    }


def llm(**attributes: Any) -> dict[str, Any]:
    return {
        "name": "chat m",
        "attributes": {"openinference.span.kind": "LLM", **attributes},
        "resource": {"service.name": "planner", "vcs.ref.head.revision": SHA},
    }


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (SHA, Recorded.RECORDED),
        (SHA[:7], Recorded.RECORDED),
        (SHA.upper(), Recorded.RECORDED),
        ("", Recorded.PLACEHOLDER),
        ("unknown", Recorded.PLACEHOLDER),
        ("HEAD", Recorded.PLACEHOLDER),
        ("main", Recorded.PLACEHOLDER),
        ("v1.4.2", Recorded.MALFORMED),
        ("--output=x", Recorded.MALFORMED),
        ("a" * 40, Recorded.MALFORMED),
        ("0123456789abcdef0123456789abcdef01234567", Recorded.MALFORMED),
    ],
)
def test_a_commit_is_recorded_or_not(value: str, state: Recorded) -> None:
    ref = one("commit", [agent({"vcs.ref.head.revision": value})])
    assert ref.recorded is state
    assert ref.resolved is (state is Recorded.RECORDED)


def test_a_missing_commit_is_a_reference_too() -> None:
    ref = one("commit", [agent()])
    assert ref.recorded is Recorded.MISSING
    assert ref.evidence


def test_a_commit_on_a_span_counts_where_the_store_drops_resources() -> None:
    ref = one("commit", [agent(None, **{"vcs.ref.head.revision": SHA})])
    assert ref.resolved


def test_two_commits_of_one_service_are_a_conflict() -> None:
    ref = one("commit", [agent({"vcs.ref.head.revision": SHA}, **{"vcs.ref.head.revision": OTHER})])
    assert ref.conflicts == (OTHER,)


def test_two_commits_of_one_instance_are_a_conflict() -> None:
    same = {"service.instance.id": "1"}
    spans = [
        agent({**same, "vcs.ref.head.revision": SHA}),
        agent({**same, "vcs.ref.head.revision": OTHER}),
    ]
    references, _ = followed(spans)
    assert [r.conflicts for r in references if r.kind == "commit"].count(()) == 0


def test_instances_may_run_different_commits() -> None:
    spans = [
        agent({"service.instance.id": "1", "vcs.ref.head.revision": SHA}),
        agent({"service.instance.id": "2", "vcs.ref.head.revision": OTHER}),
    ]
    references, _ = followed(spans)
    commits = [r for r in references if r.kind == "commit"]
    assert [r.conflicts for r in commits] == [(), ()]
    assert sorted(r.target.resolution for r in commits) == ["broken", "resolved"]


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ([f"registry.example/app@{DIGEST}"], Recorded.RECORDED),
        (DIGEST, Recorded.RECORDED),
        ("app:1.2", Recorded.MALFORMED),
        (["r@sha256:b"], Recorded.MALFORMED),
        ([f"r@sha256:{'a' * 64}"], Recorded.MALFORMED),
        ([], Recorded.PLACEHOLDER),
        ("latest", Recorded.PLACEHOLDER),
    ],
)
def test_an_image_is_recorded_or_not_and_never_resolved_without_a_source(
    value: Any, state: Recorded
) -> None:
    ref = one("image", [agent({"container.image.repo_digests": value})])
    assert ref.recorded is state
    assert ref.target.resolution is Resolution.NOT_LOOKED


def test_an_unconfigured_source_is_not_a_failure() -> None:
    ref = one("commit", [agent({"vcs.ref.head.revision": SHA})], repo=None)
    assert ref.target.resolution is Resolution.NOT_LOOKED
    assert ref.target.reason == "not_configured"


def test_a_prompt_opens_at_the_commit_of_its_service() -> None:
    ref = one("prompt", [llm(**{"gen_ai.prompt.name": "planner", "gen_ai.prompt.version": "3"})])
    assert ref.value == "planner@3"
    assert ref.resolved


def test_a_prompt_needs_name_and_version() -> None:
    named = one("prompt", [llm(**{"gen_ai.prompt.name": "planner"})])
    assert (named.recorded, named.fact) == (Recorded.MISSING, "prompt.version")
    versioned = one("prompt", [llm(**{"gen_ai.prompt.version": "3"})])
    assert (versioned.recorded, versioned.fact) == (Recorded.MISSING, "prompt.name")


def test_a_prompt_cannot_climb_out_of_its_directory() -> None:
    ref = one("prompt", [llm(**{"gen_ai.prompt.name": "../../etc", "gen_ai.prompt.version": "3"})])
    assert ref.recorded is Recorded.MALFORMED


def test_a_prompt_version_that_is_a_commit_is_read_there() -> None:
    spans = [llm(**{"gen_ai.prompt.name": "planner", "gen_ai.prompt.version": OTHER})]
    declared = Declared(prompts="prompts/{name}/3.md")
    _, sources = followed(spans, declared)
    assert ("text", OTHER, "prompts/planner/3.md") in sources["repo"].asked


def test_a_prompt_in_no_usual_place_is_not_called_broken() -> None:
    ref = one("prompt", [llm(**{"gen_ai.prompt.name": "other", "gen_ai.prompt.version": "3"})])
    assert ref.target.resolution is Resolution.NOT_LOOKED


def test_a_prompt_in_no_configured_place_is_broken() -> None:
    spans = [llm(**{"gen_ai.prompt.name": "other", "gen_ai.prompt.version": "3"})]
    ref = one("prompt", spans, declared=Declared(prompts="prompts/{name}/{version}.md"))
    assert ref.target.resolution is Resolution.BROKEN


def test_what_needs_a_commit_says_so_when_there_is_none() -> None:
    spans = [agent(None, **{"code.file.path": "a b/planner.py", "code.line.number": 3})]
    ref = one("code", spans)
    assert (ref.target.needs, ref.target.reason) == ("git.commit", "missing")


def test_code_is_found_by_file_line_and_symbol_or_by_symbol_alone() -> None:
    resource = {"vcs.ref.head.revision": SHA}
    where = {"code.file.path": "a b/planner.py", "code.line.number": 3, "code.function.name": "f"}
    _, sources = followed([agent(resource, **where)])
    assert ("code", SHA, "a b/planner.py", 3, "f") in sources["repo"].asked
    _, sources = followed([agent(resource, **{"code.function.name": "pkg.mod.f"})])
    assert ("code", SHA, "", None, "pkg.mod.f") in sources["repo"].asked


def test_frames_of_libraries_are_left_out() -> None:
    trace = (
        'Traceback:\n  File "/srv/app/planner.py", line 7, in plan\n'
        '  File "/usr/lib/python3.11/site-packages/openai/x.py", line 9, in call\n'
    )
    span = agent({"vcs.ref.head.revision": SHA})
    span["events"] = [{"name": "exception", "attributes": {"exception.stacktrace": trace}}]
    references, _ = followed([span])
    frames = [r.value for r in references if r.fact == "exception.stacktrace"]
    assert frames == ["/srv/app/planner.py:7"]


def test_linked_traces_and_earlier_responses_open_or_are_broken() -> None:
    held, lost = "a" * 31 + "b", "c" * 31 + "d"
    spans = [
        {**agent(), "links": [held, lost]},
        llm(**{"gen_ai.request.previous_response.id": "chatcmpl-0"}),
    ]
    references, _ = followed(spans)
    found = {r.value: r.target.resolution.value for r in references if r.kind == "trace"}
    assert found == {
        f"trace:{held}": "resolved",
        f"trace:{lost}": "broken",
        "response:chatcmpl-0": "resolved",
    }


def test_each_distinct_value_is_looked_up_once() -> None:
    repo = Repo()
    lineage = Lineage({"repo": repo})
    for _ in range(3):
        lineage.follow(testing.response({"spans": [agent({"vcs.ref.head.revision": SHA})]}))
    assert repo.asked == [("commit", SHA)]


def test_a_model_map_holds_only_for_its_time() -> None:
    line = Evidence(Location("config", "agentaudit.yaml", 9), "planner")
    before = ModelEntry("models:/old/1", 0, testing.START_NS, line)
    now = ModelEntry("models:/planner/7", testing.START_NS, 2 * testing.START_NS, line)
    declared = Declared(models={"planner": (before, now)})
    ref = one("registry version", [llm(**{"server.address": "10.0.0.1"})], declared=declared)
    assert ref.value == "models:/planner/7"
    assert ref.evidence == (line,)


def test_hosted_models_need_no_registry() -> None:
    asked = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
    answered = {"gen_ai.response.model": "gpt-4o-2024-08-06"}
    references, _ = followed([llm(**asked, **answered)])
    assert not [r for r in references if r.kind == "registry version"]
    assert one("registry version", [llm(**asked)]).recorded is Recorded.MISSING


@pytest.mark.parametrize("text", ["ab" * 20, "0123456789abcdef" * 3, "0" * 64])
def test_made_up_digests_repeat(text: str) -> None:
    assert periodic(text)
    assert not periodic(SHA)
