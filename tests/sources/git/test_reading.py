"""The small readers: patterns, roles, symbols, messages, workflow lines."""
# One case a line is easier to compare than a wrapped one.

from __future__ import annotations

import time
from pathlib import Path

import pytest

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.sources.git import MemoryRepo
from agentaudit.sources.git.globs import matches
from agentaudit.sources.git.knowledge import known
from agentaudit.sources.git.messages import parts, split
from agentaudit.sources.git.reader import Reader
from agentaudit.sources.git.roles import role
from agentaudit.sources.git.symbols import defines
from agentaudit.sources.git.text import CAP
from agentaudit.sources.git.tree import FilesOnDisk


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*.md", ["a.md", ".md"], ["a/b.md", "a.mdx"]),
        ("**/*.md", ["a.md", "a/b/c.md"], ["a.txt"]),
        ("prompts/**", ["prompts/a", "prompts/a/b"], ["prompts", "x/prompts/a"]),
        ("**/prompts/**/*.md", ["prompts/a.md", "a/prompts/b/c.md"], ["prompt/a.md"]),
        ("a?c", ["abc"], ["a/c", "ac"]),
        ("[ab]*.py", ["a.py", "bx.py"], ["c.py"]),
        ("[!ab].py", ["c.py"], ["a.py", "/.py"]),
        ("a*b*c.txt", ["abc.txt", "a-b-b-c.txt", "abbc.c.txt"], ["a/bc.txt", "acb.txt"]),
        ("a.b+(c)", ["a.b+(c)"], ["axb+(c)", "a.bb"]),
        ("[", ["["], ["a"]),
        ("*/x/*", ["a/x/b"], ["a/b/x/c", "a/x/b/c"]),
    ],
)
def test_patterns(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [path for path in yes if not matches(path, pattern)] == []
    assert [path for path in no if matches(path, pattern)] == []


@pytest.mark.parametrize(
    "last",
    [
        *("*.py", "*.env", "env", ".env", "*", "*.*", "*.Makefile", "Makefile", "*.gz", "*.tar.gz"),
        *("*test_config.json", "test_config.json", "*.", "*gz", "?.py", "**", "k[1].yml", ".env*"),
    ],
)
def test_a_name_or_suffix_anywhere_is_found_as_its_expression_finds_it(last: str) -> None:
    names = ["a.py", "py", ".py", "x.env", ".env", "env", "Makefile", "a.Makefile", "b.tar.gz"]
    names += ["gz", "test_config.json", "my-test_config.json", "a.", "k[1].yml", "A.YML"]
    paths = [folder + name for folder in ("", "a/", "a/b/", "src/x.py/", "env/") for name in names]
    repo = MemoryRepo(dict.fromkeys(paths, "x\n"))
    found = [place.path for place in repo.files(f"**/{last}")]
    assert found == sorted(path for path in paths if matches(path, f"**/{last}"))
    assert set(found) <= set(paths)


def test_files_that_say_one_of_some_words() -> None:
    repo = MemoryRepo(
        {
            "a.py": "import os\nos.environ['KEY']\n",
            "b.py": "größe = 1\n",
            "c.py": "import sys\n",
            "d.md": "KEY\n",
            "e.py": b"KEY\0binary",
            "f.py": "KEY = 'wide'\n".encode("utf-16"),
        }
    )
    for _ in range(2):  # as bytes first, then as the texts that were made of them
        assert [each.path for each in repo.files("**/*.py", saying=("KEY",))] == ["a.py", "f.py"]
        assert [each.path for each in repo.files("**", saying=("größe", "sys"))] == ["b.py", "c.py"]
        assert not list(repo.files("**", saying=("absent",)))
        for each in repo.files("**"):
            repo.read(each)


@pytest.mark.parametrize(
    ("repository", "own"), [("https://charts.example.com", False), ("file://../store", True)]
)
def test_a_chart_that_is_taken_from_elsewhere_is_not_ones_own(repository: str, own: bool) -> None:
    inner = "charts/app/charts/store/templates/rules.yaml"
    chart = f"name: app\ndependencies:\n- name: store\n  repository: {repository}\n"
    repo = MemoryRepo({"charts/app/Chart.yaml": chart, inner: "a: 1\n"})
    assert (inner in [each.path for each in repo.files("**")]) is own
    assert (repo.role(Place(repo.name, inner)) is not Role.VENDORED) is own


def test_no_pattern_takes_long() -> None:
    start = time.process_time()
    for pattern in ("*a" * 100 + "b", "**/a/" * 3 + "b", "**/a/" * 50 + "b", "[" * 400, "*" * 400):
        assert not matches("a" * 4000 + "c", pattern) or pattern == "*" * 400
        assert not matches("a/" * 150 + "c", pattern) or pattern == "*" * 400
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/app/main.py", Role.APP),
        ("tests/unit/a.py", Role.TEST),
        ("src/test_main.py", Role.TEST),
        ("web/a.spec.ts", Role.TEST),
        ("contest/a.py", Role.APP),
        ("src/Shop.Api.Tests/ChatTests.cs", Role.TEST),
        ("Shop.IntegrationTests/Asked.cs", Role.TEST),
        ("shop-integration-tests/src/Asked.java", Role.TEST),
        ("Shop.Tests.Api/Chat.cs", Role.APP),
        ("examples/a/Dockerfile", Role.EXAMPLE),
        ("docs/conf.py", Role.DOCS),
        ("web/node_modules/x/a.js", Role.VENDORED),
        ("a.egg-info/requires.txt", Role.GENERATED),
        ("{{cookiecutter.x}}/a.py", Role.TEMPLATE),
        ("shop/infrastructure/db.py", Role.APP),
        ("src/Infrastructure/Db.cs", Role.APP),
        ("server/src/infrastructure/vectorstore/store.service.ts", Role.APP),
        ("infrastructure/stack.py", Role.INFRA),
        ("src/shop/infrastructure/orders/orders.repository.ts", Role.APP),
        ("infra/src/network/vpc.ts", Role.INFRA),
        ("src/infrastructure/cdk/app.ts", Role.INFRA),
        ("apps/infra/stack.py", Role.INFRA),
        ("shop/infrastructure/main.bicep", Role.INFRA),
        ("shop/infrastructure/terraform/up.py", Role.INFRA),
        ("infra/tests/stack.test.ts", Role.TEST),
        ("terraform/modules/chat/examples/main.tf", Role.EXAMPLE),
        ("k8s/overlays/test/kustomization.yaml", Role.INFRA),
        ("backend/scripts/ci_evaluation.py", Role.EVAL),
        ("backend/evaluation_service.py", Role.APP),
        ("src/example/Chat.java", Role.EXAMPLE),
        ("src/main/java/com/example/Chat.java", Role.APP),
        ("src/main/java/org/example/tests/Chat.java", Role.APP),
        (".bmad/core/agents/planner.md", Role.TOOLING),
        ("web/.specify/templates/plan.md", Role.TOOLING),
        ("specify/planner.md", Role.APP),
    ],
)
def test_roles(path: str, expected: Role) -> None:
    assert role(path) is expected


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("def decide(x):", "decide"),
        ("    async def decide(self):", "Planner.decide"),
        ("class Planner(Base):", "app.Planner"),
        ("MODEL: str = 'x'", "MODEL"),
        ("graph = build()", "graph"),
        ("self.graph = build()", "graph"),
        ("export const decide = async () => {", "decide"),
        ("export default function decide() {", "decide"),
        ("  async decide(input: string): Promise<void> {", "decide"),
        ("  private decide(input: string) {", "decide"),
        ("func (p *Planner) Decide(ctx context.Context) error {", "Planner.Decide"),
        ("type Planner struct {", "Planner"),
        ("  public async Task<string> DecideAsync(string x)", "DecideAsync"),
        ("public String decide(Invoice invoice) throws X {", "decide"),
        ("pub async fn decide(x: i32) -> i32 {", "decide"),
        ("x = 1", "<module>"),
        ("f = lambda x: x", "f.<locals>.<lambda>"),
        ("def inner():", "outer.<locals>.inner"),
    ],
)
def test_definitions(text: str, symbol: str) -> None:
    assert defines(f"# first\n{text}\n", symbol)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("    return decide(x)", "decide"),
        ("    decide(x)", "decide"),
        ("if decide(x) {", "decide"),
        ("    await decide(", "decide"),
        ("import decide", "decide"),
        ("def decided():", "decide"),
        ("if x == decide:", "decide"),
        ("graph == 1", "graph"),
        ("def decide():", ""),
        ("def decide():", "dec ide"),
        ("def decide():", ".*"),
    ],
)
def test_what_defines_nothing(text: str, symbol: str) -> None:
    assert not defines(f"{text}\n", symbol)


def test_symbols_in_a_hostile_text_take_no_time() -> None:
    start = time.process_time()
    assert not defines(("a " * 900 + "decide\n") * 300, "decide")
    assert not defines(("public " * 250 + "x(\n") * 300, "x" * 200)
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("message", "subject", "body"),
    [
        ("One line", "One line", ""),
        ("A\n\nBecause.\n\nSigned-off-by: A <a@b>\nRefs: #1\n", "A", "Because."),
        ("A\n\nSigned-off-by: A\n", "A", ""),
        ("A\n\nOne.\n\nTwo: but prose\ngoes on.\n", "A", "One.\n\nTwo: but prose\ngoes on."),
        ("A\nwrapped\r\n\r\nB\r\n", "A wrapped", "B"),
        ("", "", ""),
    ],
)
def test_messages(message: str, subject: str, body: str) -> None:
    assert parts(message) == (subject, body)


def test_commit_objects_with_odd_headers() -> None:
    raw = b"tree x\nauthor A <a@b> 1767225600 +9999\ncommitter A <a@b> 99999999999999999 +0000\nencoding latin-1\n\ncaf\xe9"
    message = split(raw)
    assert (message.subject, message.authored) == ("café", "2026-01-01T00:00:00+00:00")
    assert split(b"").authored == ""


WORKFLOWS = {
    ".github/workflows/a.yml": """on:
  schedule: [{cron: "0 0 * * *"}]
defaults:
  run: {working-directory: app}
jobs:
  one:
    steps:
      - name: x
        run: |
          # a comment
          uv sync \\
            --frozen
          pytest
      - run: >-
          folded
          text
      - {run: "flow"}
      - uses: ./.github/actions/build
        with:
          context: .
          tags: |
            a
            b
  two:
    uses: acme/shared/.github/workflows/x.yml@v1
""",
    ".github/actions/build/action.yml": "runs:\n  steps:\n    - run: make\n",
    "sub/.github/workflows/b.yml": "jobs: {a: {steps: [{run: no}]}}",
    ".gitlab-ci.yml": "before_script:\n  - a\nbuild:\n  script: b\ntest:\n  script:\n    - |\n      c\n      d\n    - e\n",
}


def test_every_step_has_its_line() -> None:
    steps = [(s.workflow, s.place.line, s.text) for s in MemoryRepo(WORKFLOWS).steps()]
    assert steps == [
        (".github/actions/build/action.yml", 3, "make"),
        (".github/workflows/a.yml", 11, "uv sync --frozen"),
        (".github/workflows/a.yml", 13, "pytest"),
        (".github/workflows/a.yml", 15, "folded text"),
        (".github/workflows/a.yml", 17, "flow"),
        (".github/workflows/a.yml", 18, "uses: ./.github/actions/build context=. tags=a b"),
        (".github/workflows/a.yml", 25, "uses: acme/shared/.github/workflows/x.yml@v1"),
        (".gitlab-ci.yml", 2, "a"),
        (".gitlab-ci.yml", 4, "b"),
        (".gitlab-ci.yml", 8, "c"),
        (".gitlab-ci.yml", 9, "d"),
        (".gitlab-ci.yml", 10, "e"),
    ]


def test_what_never_runs_is_no_step_and_what_may_fail_is_told() -> None:
    text = """jobs:
  off: {if: false, steps: [{run: a}]}
  off_too: {if: "${{ false }}", steps: [{run: b}]}
  on:
    steps:
      - {run: c, if: "false"}
      - {run: d, if: "github.ref == 'x'"}
      - {run: e, continue-on-error: true}
  loose: {continue-on-error: true, steps: [{run: f}]}
"""
    gitlab = "a: {script: [g], rules: [{when: never}]}\nb: {script: [h], allow_failure: true}\n"
    files = {".github/workflows/a.yml": text, ".gitlab-ci.yml": gitlab}
    steps = [(s.text, s.gating) for s in MemoryRepo(files).steps()]
    assert steps == [("d", True), ("e", False), ("f", False), ("h", False)]


def test_the_table_of_libraries_is_whole() -> None:
    packages, trades = known().packages, set(known().trades)
    assert set(packages) == {"python", "node", "go", "java", "dotnet", "rust"}
    for names in packages.values():
        for name, of in names.items():
            assert name == name.strip()
            assert of <= trades
    assert all(name == name.lower().replace("_", "-") for name in packages["python"])
    assert {trade for of in packages["python"].values() for trade in of} <= trades


@pytest.mark.parametrize("data", [b"{" + b" " * CAP, b"\0\1"])
def test_what_cannot_be_read_is_not_read_again(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(data)
    tree = FilesOnDisk(tmp_path, ("a.json",))
    reader, loaded = Reader("git:.", tree), list[str]()
    load = tree.load
    tree.load = lambda path, cap: (loaded.append(path), load(path, cap))[1]  # type: ignore[method-assign]
    for _ in range(3):
        assert isinstance(reader.data("a.json"), str)
        assert reader.text("a.json") is None
    assert loaded == ["a.json"]
