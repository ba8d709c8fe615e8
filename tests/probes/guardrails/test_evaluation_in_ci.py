"""Which commands run an evaluation suite of models, agents or retrieval."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes import builtin
from agentaudit.probes.guardrails.evaluation_in_ci import SCORED
from agentaudit.source import Component, Place, Step

PROBE = builtin()["guardrails-evaluation-in-ci"]


@dataclass
class Ci:
    """A repository of which only the CI is asked."""

    text: str
    name: str = "git:."

    def steps(self) -> tuple[Step, ...]:
        return (Step("ci.yml", self.text, Place("git:.", "ci.yml", 3)),)

    def components(self) -> tuple[Component, ...]:
        return ()

    def files(self, pattern: str, saying: Collection[str] = ()) -> Iterator[Place]:
        return iter(())

    def read(self, place: Place) -> str | None:
        return None


RUNS = [
    "npx evalite",
    "python -m evaltools evaluate --config=evals/config.json",
    "npx vitest run evals/",
    "dotnet test tests/Planner.Evals/Planner.Evals.csproj",
    "go test ./evals/...",
    "bun run evals",
    "npx promptfoo@latest eval -c promptfoo.yaml --no-cache",
    "promptfoo eval",
    "uses: promptfoo/promptfoo-action@v1",
    "deepeval test run tests/llm",
    "uv run deepeval test run suite.py",
    "inspect eval tasks/ctf.py --model openai/gpt-4o",
    "lm_eval --model hf --tasks hellaswag",
    "lm-eval --tasks arc",
    "npx braintrust eval evals/",
    "uses: braintrustdata/eval-action@v1",
    "langsmith evaluate suite.py",
    "pytest evals/",
    "pytest -q tests/evals -k smoke",
    "uv run pytest tests/evaluation/",
    "pytest -m eval",
    "python -m evals",
    "python -m app.evals.run --all",
    "python evals/run.py",
    "python ./scripts/run_evals.py",
    "python scripts/evaluate.py --fail-under 0.8",
    "uv run python -m evaluation",
    "make eval",
    "make run-evals",
    "npm run eval",
    "npm run eval:ci",
    "just llm-eval",
    "pip install promptfoo && promptfoo eval",
    "pytest evals/ || (echo bad; exit 1)",
    "echo start && pytest evals/",
    "pytest evals/ || true",
    "pytest -m 'slow and llm_eval'",
    "RUN_EVALS=1 pytest tests",
    "GOEVALS=1 go test ./...",
    "go run ./cmd/eval --cases cases.json",
    "dotnet run --project src/Evaluator",
    "dotnet test test/EvaluationTests",
    "npx tsx evals/run.ts",
    "node scripts/run-evals.mjs",
    "python scripts/run_rag_evals.py",
    "./mvnw verify -Pevals",
    "turbo run eval",
    "gh models eval prompt.yml",
    "curl -sf -X POST http://localhost:5007/eval/retrieval",
]
OTHERS = [
    'eval "$(ssh-agent -s)"',
    "helm template . | kubectl evaluate",
    "opa eval -d policy.rego",
    "conftest test evals.rego",
    "pip install deepeval ragas",
    "npm install promptfoo",
    "pytest tests/",
    "pytest tests/test_retrieval.py",
    "make evaluate-links",
    "make retrieval",
    "python -m medieval",
    "python manage.py migrate",
    "python evaluator_server.py",
    "terraform evaluate",
    "mvn help:evaluate -Dexpression=project.version -q -DforceStdout",
    "echo evals are great",
    "ruff check evals/",
    "mypy evals",
    'echo "a && pytest evals/"',
    "printf 'pytest evals/'",
    "ls # pytest evals/",
    "pytest tests --ignore evals/",
    "pytest tests --ignore=tests/evals/",
    "pytest --collect-only evals/",
    "pytest tests -k 'not evals and fast'",
    "python -m evals --help",
    "make eval-docs",
    "pytest -m 'not eval'",
    "python scripts/analyze_evals.py",
    "node scripts/upload-eval-results.mjs",
    "python upload_eval_results.py",
    "RUN_EVALS=0 pytest tests",
    "npm run lint:evals",
    "curl -sf http://localhost:5007/eval/retrieval",
    "curl -X POST http://localhost:5007/eval/results",
    "python evals/scorers/build.py",
    "python evals/deploy_scorers.py",
    "python -m evals.upload",
]


@pytest.mark.parametrize("text", RUNS)
def test_runs_the_suite(text: str) -> None:
    assert PROBE.ask({"repo": Ci(text)}).outcome is Outcome.PASS


@pytest.mark.parametrize("text", OTHERS)
def test_does_something_else(text: str) -> None:
    assert PROBE.ask({"repo": Ci(text)}).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "piece", ["a.", "a/", "python ", "pytest ", "pytest a/", "langfuse", "eval-", "make a-"]
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    start = time.process_time()
    PROBE.ask({"repo": Ci("python " + piece * 20_000)})
    assert time.process_time() - start < 2


SCORES = (
    "from openai import OpenAI\n\ndef score_answer(answer):\n    return len(answer)\n\n"
    "for case in CASES:\n    print(score_answer(OpenAI().responses.create(input=case)))\n"
)
"""A suite among scripts of other things."""


@pytest.mark.parametrize(
    ("step", "script", "found"),
    [
        ("python scripts/evaluate_rag.py", "", Outcome.PASS),
        ("python scripts/start_pod.py", "", Outcome.FAIL),
        ("bash scripts/nightly.sh", "python scripts/evaluate_rag.py\n", Outcome.PASS),
        ("bash scripts/nightly.sh", "python scripts/start_pod.py\n", Outcome.FAIL),
        ("test -x scripts/nightly.sh", "python scripts/evaluate_rag.py\n", Outcome.FAIL),
        ("chmod +x scripts/nightly.sh", "python scripts/evaluate_rag.py\n", Outcome.FAIL),
    ],
)
def test_a_script_beside_the_suite_is_another(step: str, script: str, found: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "scripts/evaluate_rag.py": SCORES,
        "scripts/start_pod.py": "print('started')\n",
        "scripts/nightly.sh": script,
        ".github/workflows/ci.yml": "on: [push]\njobs:\n  a:\n    runs-on: ubuntu-24.04\n"
        f"    steps:\n      - run: {step}\n",
    }
    assert PROBE.ask({"repo": testing.repository({"files": files})}).outcome is found


@pytest.mark.parametrize(
    ("files", "found"),
    [({}, Outcome.PASS), ({"evals/Dockerfile": "FROM python:3.12\nCOPY . .\n"}, Outcome.FAIL)],
)
def test_all_tests_of_a_service_that_evaluates(files: dict[str, str], found: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "evals/requirements.txt": "openai==1.93.0\n",
        "evals/evaluate_rag.py": SCORES,
        ".github/workflows/ci.yml": "on: [push]\njobs:\n  a:\n    runs-on: ubuntu-24.04\n"
        "    steps:\n      - run: pytest -q\n        working-directory: evals\n",
        **files,
    }
    assert PROBE.ask({"repo": testing.repository({"files": files})}).outcome is found


@pytest.mark.parametrize(
    ("step", "recipe", "entry", "found"),
    [
        ("make eval", "python scripts/judge.py", "", Outcome.PASS),
        ("make eval", '@echo "run: promptfoo eval"', "", Outcome.FAIL),
        ("make eval", "echo later && promptfoo eval", "", Outcome.PASS),
        ("npm run eval", "", "echo 'later: promptfoo eval'", Outcome.FAIL),
        ("npm run eval", "", "node judge.js", Outcome.PASS),
        ("|\n          cat <<EOF\n          promptfoo eval\n          EOF", "", "", Outcome.FAIL),
        ("|\n          cat x.txt\n          promptfoo eval", "", "", Outcome.PASS),
    ],
)
def test_what_only_tells_of_the_suite_runs_none(
    step: str, recipe: str, entry: str, found: Outcome
) -> None:
    scripts = f'{{"name": "a", "scripts": {{"eval": "{entry}"}}}}'
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "promptfooconfig.yaml": "prompts: [a]\nproviders: [openai:gpt-4o]\ntests: []\n",
        "Makefile": f"eval:\n\t{recipe}\n" if recipe else "all:\n\ttrue\n",
        "package.json": scripts if entry else '{"name": "a"}',
        ".github/workflows/ci.yml": "on: [push]\njobs:\n  a:\n    runs-on: ubuntu-24.04\n"
        f"    steps:\n      - run: {step}\n",
    }
    assert PROBE.ask({"repo": testing.repository({"files": files})}).outcome is found


ASKS = (
    "from openai import OpenAI\n\ndef test_it():\n    assert 'sum' in OpenAI().responses.create()\n"
)
QUIET = '"""Tests of the scorers ({})."""\n\nfrom evals.scorers import score\n'


@pytest.mark.parametrize(
    ("step", "path", "text", "found"),
    [
        ("pytest evals/test_answers.py", "evals/test_answers.py", ASKS, Outcome.PASS),
        ("pytest evals/test_answers.py::test_it", "evals/test_answers.py", ASKS, Outcome.PASS),
        ("cd web && npx vitest run eval/a.test.ts", "web/eval/a.test.ts", "", Outcome.PASS),
        ("pytest evals/test_answers.py", "evals/run.py", ASKS, Outcome.FAIL),
        ("npx vitest run eval/deep/a.test.ts", "web/eval/a.test.ts", "", Outcome.FAIL),
        ("git clone $SUITE evals && pytest evals/deep/test_a.py", "README.md", "", Outcome.PASS),
        ("pytest evals/", "evals/test_answers.py", ASKS, Outcome.PASS),
        ("pytest evals/$CASE/test_a.py", "evals/a/test_a.py", ASKS, Outcome.PASS),
        *(
            ("pytest evals/test_a.py", "evals/test_a.py", QUIET.format(said), Outcome.FAIL)
            for said in (
                *("no Bedrock, no crew", "no LLM calls", "without a model", "no API key"),
                *("No network", "zero LLM calls", "needs no gateway", "without any real model"),
            )
        ),
        *(
            ("pytest evals/test_a.py", "evals/test_a.py", QUIET.format(said), Outcome.PASS)
            for said in ("no model judge", "no surprises", "the model answers", "no models as yet")
        ),
    ],
)
def test_files_of_tests_that_ask_no_model(step: str, path: str, text: str, found: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        path: text,
        ".github/workflows/ci.yml": "on: [push]\njobs:\n  a:\n    runs-on: ubuntu-24.04\n"
        f"    steps:\n      - run: {step}\n",
    }
    assert PROBE.ask({"repo": testing.repository({"files": files})}).outcome is found


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("if false; then\n  pytest evals/\nfi", Outcome.FAIL),
        ("if false; then pytest evals/; fi", Outcome.FAIL),
        ("if false\nthen\n  echo a\n  pytest evals/\nfi", Outcome.FAIL),
        ("if false; then\n  if test -f a; then\n    pytest evals/\n  fi\nfi", Outcome.FAIL),
        ("echo off for now\nexit 0\npytest evals/", Outcome.FAIL),
        ("echo off; exit 0; pytest evals/", Outcome.FAIL),
        ("if test -f a; then\n  echo a\nfi\nexit 0\npytest evals/", Outcome.FAIL),
        ("f() {\n  echo a\n}\nexit 0\npytest evals/", Outcome.FAIL),
        ("if false; then\n  echo a\nfi\npytest evals/", Outcome.PASS),
        ("if false; then\n  echo a\nelse\n  pytest evals/\nfi", Outcome.PASS),
        ("if false || test -f a; then\n  pytest evals/\nfi", Outcome.PASS),
        ('if test -z "$KEY"; then\n  exit 0\nfi\npytest evals/', Outcome.PASS),
        ('test -n "$KEY" || exit 0\npytest evals/', Outcome.PASS),
        ("f() {\n  exit 0\n}\npytest evals/", Outcome.PASS),
        ('test -n "$KEY" || {\n  exit 0\n}\npytest evals/', Outcome.PASS),
        ("case $A in\n  b)\n    exit 0 ;;\nesac\npytest evals/", Outcome.PASS),
        ("for a in b c; do\n  exit 0\ndone\npytest evals/", Outcome.PASS),
        ("cat > a.sh <<END\nexit 0\nEND\npytest evals/", Outcome.PASS),
        ("pytest evals/\nexit 0", Outcome.PASS),
        ("if false; then\n  if test 'a;b' = c; then echo a; fi\nfi\npytest evals/", Outcome.PASS),
        ('test -n "$KEY" ||\nexit 0\npytest evals/', Outcome.PASS),
        ("( exit 0 )\npytest evals/", Outcome.PASS),
        ("if true; then echo a; else exit 0; fi; pytest evals/", Outcome.PASS),
        ("ssh host <<END\n  date\n  exit\nEND\npytest evals/", Outcome.PASS),
        ("date | awk '\n/a/ { print;\n exit }'\npytest evals/", Outcome.PASS),
        ("test -f a && {\n  date\n} || {\n  exit 0\n}\npytest evals/", Outcome.PASS),
        ("date\nexit $?\npytest evals/", Outcome.FAIL),
    ],
)
def test_what_a_script_never_comes_to(script: str, found: Outcome) -> None:
    rows = script.replace("\n", "\n          ")
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "evals/test_answers.py": ASKS,
        ".github/workflows/ci.yml": "on: [push]\njobs:\n  a:\n    runs-on: ubuntu-24.04\n"
        f"    steps:\n      - run: |\n          {rows}\n",
    }
    assert PROBE.ask({"repo": testing.repository({"files": files})}).outcome is found
    files[".github/workflows/ci.yml"] = files[".github/workflows/ci.yml"].partition("|")[0]
    files[".github/workflows/ci.yml"] += "bash ci/nightly.sh\n"
    files["ci/nightly.sh"] = f"#!/bin/bash\nset -e\n{script}\n"
    assert PROBE.ask({"repo": testing.repository({"files": files})}).outcome is found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("false", Outcome.FAIL),
        ("${{ always() && false }}", Outcome.FAIL),
        ("github.repository_owner == 'acme' && false", Outcome.FAIL),
        ("false && (github.actor == 'a' || github.actor == 'b')", Outcome.FAIL),
        ("github.event_name == 'workflow_dispatch'", Outcome.FAIL),
        ("${{ github.event_name == 'release' || false }}", Outcome.FAIL),
        ("always()", Outcome.PASS),
        ("false || github.actor == 'a'", Outcome.PASS),
        ("contains(github.actor, 'a && false')", Outcome.PASS),
        ("github.event_name == 'push' && github.actor != 'a'", Outcome.PASS),
        ("github.event_name == 'release' || github.event_name == 'push'", Outcome.PASS),
        ("github.event_name != 'release'", Outcome.PASS),
    ],
)
def test_conditions_that_never_hold(condition: str, found: Outcome) -> None:
    step = f'if: "{condition}"\n        run: pytest evals/'
    assert PROBE.ask(_suite(f"    runs-on: a\n    steps:\n      - {step}\n")).outcome is found
    job = f'    if: "{condition}"\n    runs-on: a\n    steps:\n      - run: pytest evals/\n'
    assert PROBE.ask(_suite(job)).outcome is found


@pytest.mark.parametrize(
    ("gate", "waits", "found"),
    [
        ("if: false", "needs: gate", Outcome.FAIL),
        ("if: false", "needs: [gate]", Outcome.FAIL),
        ("if: github.event_name == 'release'", "needs: [gate]", Outcome.FAIL),
        ("if: false", "needs: gate\n    if: always()", Outcome.PASS),
        ("if: false", "needs: gate\n    if: ${{ !cancelled() }}", Outcome.PASS),
        ("if: false", "timeout-minutes: 5", Outcome.PASS),
        ("if: github.event_name == 'push'", "needs: gate", Outcome.PASS),
    ],
)
def test_jobs_that_need_one_that_never_runs(gate: str, waits: str, found: Outcome) -> None:
    rest = f"  gate:\n    {gate}\n    runs-on: a\n    steps:\n      - run: date\n"
    job = f"    {waits}\n    runs-on: a\n    steps:\n      - run: pytest evals/\n{rest}"
    assert PROBE.ask(_suite(job)).outcome is found


def _suite(job: str, more: dict[str, str] | None = None) -> dict[str, object]:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "evals/test_answers.py": ASKS,
        ".github/workflows/ci.yml": f"on: [push]\njobs:\n  a:\n{job}",
        **(more or {}),
    }
    return {"repo": testing.repository({"files": files})}


MARKED = "import pytest\n" + SCORED.replace("def test", "@pytest.mark.llm\ndef test", 1)


@pytest.mark.parametrize(
    ("command", "settings", "found"),
    [
        ("pytest", "testpaths = evals", Outcome.PASS),
        ("python -m pytest -q", "testpaths = tests evals", Outcome.PASS),
        ("pytest -q -m llm", "addopts = -m 'not llm'", Outcome.PASS),
        ("pytest -m llm -q", "testpaths = tests", Outcome.PASS),
        ("pytest", "testpaths = tests", Outcome.FAIL),
        ("pytest tests", "testpaths = evals", Outcome.FAIL),
        ("pytest -m 'not llm'", "testpaths = evals", Outcome.FAIL),
        ("pytest -m smoke", "testpaths = evals", Outcome.FAIL),
        ("pytest --ignore=evals", "testpaths = evals", Outcome.FAIL),
        ("pytest", "testpaths = evals\naddopts = -m 'not llm'", Outcome.FAIL),
    ],
)
def test_what_pytest_collects_by_itself(command: str, settings: str, found: Outcome) -> None:
    job = f"    runs-on: a\n    steps:\n      - run: {command}\n"
    more = {
        "requirements.txt": "openai==1.93.0\ndeepeval==3.2.0\n",
        "evals/test_answers.py": MARKED,
        "pytest.ini": f"[pytest]\n{settings}\n",
    }
    assert PROBE.ask(_suite(job, more)).outcome is found
