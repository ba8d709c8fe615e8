"""One contract, held by real repositories of every form and by the one in memory."""
# One case a line is easier to compare than a wrapped one.

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentaudit.response import CodePlace, Commit, PromptText, Resolution
from agentaudit.source import Place, Repo
from agentaudit.sources.git import GitRepos, MemoryCommit, MemoryRepo

from .conftest import Lab

FIRST = {
    "pyproject.toml": '[project]\nname = "invoice"\nrequires-python = ">=3.11"\n'
    'dependencies = ["openai>=1", "chromadb"]\n',
    "services/planner/agent.py": "import os\n\n\nclass Planner:\n    def decide(self):\n        pass\n",
    "prompts/planner/1.md": "You decide.\n",
}
SECOND = {
    **FIRST,
    "prompts/planner/1.md": "You decide about invoices.\n",
    "node_modules/x/prompts/a.md": "no",
    ".github/workflows/ci.yml": "on: push\njobs:\n  t:\n    steps:\n      - run: |\n          uv sync\n"
    "          uv run pytest\n      - uses: actions/checkout@v4\n        with: {fetch-depth: 0}\n",
    "binary.bin": b"\0\1",
    "bom.txt": b"\xef\xbb\xbfhello\xff",
}
WHY = "Name the invoice\n\nThe planner approved reminders as invoices; name the document.\n\nRefs: #12\n"


def _real(path: Path) -> tuple[str, str]:
    lab = Lab(path)
    first = lab.commit(FIRST, "Start")
    return first, lab.commit(SECOND, WHY)


def _memory(path: Path) -> tuple[Repo, str, str]:
    commits = [
        MemoryCommit(FIRST, "Start", "a" * 40),
        MemoryCommit(SECOND, WHY, "b" * 40),
    ]
    return MemoryRepo(SECOND, commits), "a" * 40, "b" * 40


@pytest.fixture(params=["work tree", "bare", "bundle", "memory"])
def repo(
    request: pytest.FixtureRequest, tmp_path: Path, opened: Callable[..., GitRepos]
) -> tuple[Repo, str, str]:
    if request.param == "memory":
        return _memory(tmp_path)
    first, second = _real(tmp_path / "repo")
    lab = Lab(tmp_path / "repo")
    uri = "repo"
    if request.param == "bare":
        lab.git("clone", "-q", "--bare", ".", "../bare.git")
        uri = "bare.git"
    if request.param == "bundle":
        lab.git("bundle", "create", "-q", "../history.bundle", "--all")
        uri = "history.bundle"
    return opened(uri, under=tmp_path), first, second


def test_files_match_patterns_sorted_and_without_vendored_trees(
    repo: tuple[Repo, str, str],
) -> None:
    found, _, _ = repo
    assert [place.path for place in found.files("**/*.md")] == ["prompts/planner/1.md"]
    assert [place.path for place in found.files("*.toml")] == ["pyproject.toml"]
    assert list(found.files("*.md")) == []
    assert {place.repo for place in found.files("**")} == {found.name}


def test_reading_gives_text_or_nothing(repo: tuple[Repo, str, str]) -> None:
    found, _, _ = repo
    read = {path: found.read(Place(found.name, path)) for path in (*SECOND, "missing")}
    assert read["prompts/planner/1.md"] == "You decide about invoices.\n"
    assert read["bom.txt"] == "hello\ufffd"
    assert read["binary.bin"] is None
    assert read["missing"] is None
    assert found.read(Place("git:elsewhere", "pyproject.toml")) is None


def test_a_commit_is_found_by_its_full_and_its_short_id(repo: tuple[Repo, str, str]) -> None:
    found, _, second = repo
    for given in (second, second[:7], second[:12].upper()):
        target = found.commit(given)
        assert target.resolution is Resolution.RESOLVED
        assert isinstance(target.content, Commit)
        assert target.content.sha == second
        assert target.content.repo == found.name
        assert target.content.reachable is True
        assert target.content.refs == ("main",)
        assert target.content.subject == "Name the invoice"
        assert target.content.authored.startswith("2026-01-0")


@pytest.mark.parametrize("given", ["f" * 40, "1234567", "e" * 64])
def test_a_commit_that_is_nowhere_is_broken(repo: tuple[Repo, str, str], given: str) -> None:
    target = repo[0].commit(given)
    assert (target.resolution, target.reason) == (Resolution.BROKEN, "broken")
    assert target.content is None


@pytest.mark.parametrize("given", ["", "main", "abc", "--all", "HEAD~1", "g" * 40, "a" * 65])
def test_what_is_no_commit_id_is_malformed(repo: tuple[Repo, str, str], given: str) -> None:
    target = repo[0].commit(given)
    assert (target.resolution, target.reason) == (Resolution.BROKEN, "malformed")


def test_a_prompt_opens_as_it_stood_at_the_commit(repo: tuple[Repo, str, str]) -> None:
    found, first, second = repo
    texts = []
    for sha in (first, second[:10]):
        target = found.text_at(sha, "prompts/planner/1.md")
        assert isinstance(target.content, PromptText)
        texts.append(target.content.text)
    assert texts == ["You decide.\n", "You decide about invoices.\n"]
    missing = found.text_at(first, "prompts/planner/2.md")
    assert (missing.resolution, missing.reason) == (Resolution.BROKEN, "no_file")
    assert found.text_at("f" * 40, "prompts/planner/1.md").resolution is Resolution.BROKEN
    assert found.text_at(second, "binary.bin").resolution is Resolution.NOT_LOOKED


@pytest.mark.parametrize(
    ("path", "line", "symbol"),
    [
        ("services/planner/agent.py", 6, ""),
        ("services/planner/agent.py", None, "Planner.decide"),
        ("services/planner/agent.py", 5, "decide"),
        ("/app/services/planner/agent.py", 4, "Planner"),
        ("/srv/agent.py", 4, "Planner"),
        ("planner/agent.py", 4, "<module>"),
        ("C:\\app\\planner\\agent.py", 1, ""),
        ("", None, "services.planner.agent.Planner.decide"),
        ("", None, "planner.agent.Planner"),
    ],
)
def test_a_place_in_the_code_is_found(
    repo: tuple[Repo, str, str], path: str, line: int | None, symbol: str
) -> None:
    found, first, _ = repo
    target = found.code_at(first, path, line, symbol)
    assert target.resolution is Resolution.RESOLVED, target
    assert target.content == CodePlace("services/planner/agent.py", line, _own(path, symbol), first)


def _own(path: str, symbol: str) -> str:
    return symbol if path else symbol.rpartition("agent.")[2]


@pytest.mark.parametrize(
    ("path", "line", "symbol", "reason"),
    [
        ("services/planner/agent.py", 7, "", "no_line"),
        ("services/planner/agent.py", 0, "", "no_line"),
        ("services/planner/agent.py", None, "Planner.deny", "no_symbol"),
        ("agents/agent.py", 1, "", "no_file"),
        ("/app/other.py", 1, "", "no_file"),
        ("../services/planner/agent.py", 1, "", "no_file"),
        ("", None, "services.other.Planner", "no_file"),
    ],
)
def test_a_place_that_is_not_there_is_broken(
    repo: tuple[Repo, str, str], path: str, line: int | None, symbol: str, reason: str
) -> None:
    target = repo[0].code_at(repo[1], path, line, symbol)
    assert (target.resolution, target.reason) == (Resolution.BROKEN, reason)


@pytest.mark.parametrize(
    ("path", "symbol", "reason"),
    [
        ("/usr/lib/python3.11/site-packages/openai/client.py", "x", "third_party"),
        ("/usr/lib/python3.11/json/decoder.py", "x", "third_party"),
        ("", "decide", "no_path"),
    ],
)
def test_a_place_that_cannot_be_looked_for(
    repo: tuple[Repo, str, str], path: str, symbol: str, reason: str
) -> None:
    target = repo[0].code_at(repo[1], path, 1, symbol)
    assert (target.resolution, target.reason) == (Resolution.NOT_LOOKED, reason)


def test_changes_say_why_without_subject_and_trailers(repo: tuple[Repo, str, str]) -> None:
    found, first, second = repo
    changes = found.changes(("prompts/**",), 50)
    assert changes is not None
    assert [change.sha for change in changes] == [second, first]
    assert changes[0].subject == "Name the invoice"
    assert changes[0].body == "The planner approved reminders as invoices; name the document."
    assert changes[0].paths == ("prompts/planner/1.md",)
    assert changes[1].body == ""
    assert found.changes(("prompts/**",), 1) == changes[:1]
    assert found.changes(("*.md",), 9) == ()


def test_rows_of_changes(repo: tuple[Repo, str, str]) -> None:
    found, first, second = repo
    changes = found.changes(("prompts/**",), 50)
    assert changes is not None
    rows = found.rows(changes)
    path = "prompts/planner/1.md"
    assert "You decide." in rows[first, path]
    assert {"You decide.", "You decide about invoices."} <= set(rows[second, path])
    assert found.rows(()) == {}


def test_steps_carry_their_line(repo: tuple[Repo, str, str]) -> None:
    steps = [(step.place.line, step.text, step.place.text) for step in repo[0].steps()]
    assert steps == [
        (6, "uv sync", "uv sync"),
        (7, "uv run pytest", "uv run pytest"),
        (8, "uses: actions/checkout@v4 fetch-depth=0", "- uses: actions/checkout@v4"),
    ]


def test_components_declare_known_libraries(repo: tuple[Repo, str, str]) -> None:
    (component,) = repo[0].components()
    assert (component.path, component.name) == (".", "invoice")
    assert component.id == f"{repo[0].name}:."
    assert component.agentic
    assert {trade: [d.name for d in ds] for trade, ds in component.declares.items()} == {
        "model": ["openai"],
        "vector_store": ["chromadb"],
    }
    assert component.declares["model"][0].place.line == 4
    assert [value for _, value in component.runtime_pins] == [">=3.11"]


def test_a_clone_with_gaps_never_says_that_a_commit_is_missing() -> None:
    shallow = MemoryRepo({}, [MemoryCommit({}, sha="a" * 40)], gap="shallow")
    assert shallow.commit("f" * 40).reason == "shallow"
    assert "fetch-depth: 0" in shallow.commit("f" * 40).detail
    plain = MemoryRepo({"a.py": ""}, None)
    assert (plain.commit("f" * 40).resolution, plain.commit("f" * 40).reason) == (
        Resolution.NOT_LOOKED,
        "no_git",
    )
    assert plain.changes(("**",), 5) is None


def test_plain_data_makes_a_repository() -> None:
    repo = MemoryRepo.of(
        {"files": {"a.py": "x"}, "commits": [{"sha": "c" * 40, "files": {}, "refs": ["v1"]}]}
    )
    commit = repo.commit("c" * 40).content
    assert isinstance(commit, Commit)
    assert commit.refs == ("v1",)
    assert MemoryRepo.of({"commits": None}).changes(("a",), 1) is None
