from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.guardrails.in_ci import fetching, regular, runs
from agentaudit.probes.guardrails.suites import pretended
from agentaudit.source import Repo

HEAD = "on: [push]\njobs:\n  eval:\n    runs-on: ubuntu-latest\n    steps:\n      - "

BY_HAND = HEAD.replace("[push]", "workflow_dispatch") + "run: pytest evals/\n"
CLONED = (
    "set -e\ngit clone https://github.com/acme/agent-bench /tmp/agent-bench\n"
    "go build -C /tmp/agent-bench -o bin/agent-bench .\nbin/agent-bench run --agent bin/app\n"
)
SCORED = (
    "from deepeval import assert_test\nfrom deepeval.metrics import AnswerRelevancyMetric\n\n"
    "def test_answers():\n    assert_test(case, [AnswerRelevancyMetric(threshold=0.7)])\n"
)
TYPED = {
    "requirements.txt": "deepeval==3.2.0\n",
    "evals/test_answers.py": SCORED.replace(
        "    assert", "    case = LLMTestCase(input='why?', actual_output='so')\n    assert"
    ),
}
SCORES = {"requirements.txt": "deepeval==3.2.0\n", "evals/evaluate.py": SCORED}
KEY = "        env:\n          OPENAI_API_KEY: ${{ secrets.OPENAI_API_KEY }}"
JUDGED = {
    "requirements.txt": "livekit-agents==1.2.0\n",
    "tests/test_agent.py": "from livekit.agents import AgentSession, inference\n"
    "from agent import Assistant\n\nasync def test_greets():\n"
    "    async with AgentSession() as session:\n"
    "        await session.start(Assistant())\n"
    "        result = await session.run(user_input='Hello')\n"
    "        said = result.expect.next_event().is_message(role='assistant')\n"
    "        await said.judge(inference.LLM(model='openai/gpt-4.1-mini'), intent='greets')\n",
    "agent.py": "from livekit.agents import Agent\n\nclass Assistant(Agent):\n    pass\n",
}


def _workflow(step: str) -> dict[str, object]:
    return {"repo": {"files": {".github/workflows/eval.yml": f"{HEAD}{step}\n"}}}


def _files(step: str, **files: str) -> dict[str, object]:
    return {"repo": {"files": {".github/workflows/eval.yml": f"{HEAD}{step}\n", **files}}}


@probe(
    "guardrails-evaluation-in-ci",
    fix="Run the suite on every change, for instance in .github/workflows/eval.yml: "
    "`- run: npx promptfoo eval -c evals/promptfoo.yaml` or `- run: pytest evals/`.",
    examples=[
        Example(Outcome.PASS, _workflow("run: npx promptfoo@0.118 eval -c evals/suite.yaml")),
        Example(Outcome.PASS, _workflow("run: uv run pytest tests/evals/ -q")),
        Example(Outcome.PASS, _workflow("run: python -m evals.run --all")),
        Example(Outcome.PASS, _workflow("uses: promptfoo/promptfoo-action@v1")),
        Example(
            Outcome.PASS,
            _workflow("run: pytest evals/\n        continue-on-error: true"),
            "its scores are reported, whether a low one stops the change or not",
        ),
        Example(Outcome.PASS, _workflow("run: GOEVALS=1 go test ./..."), "a switch turns it on"),
        Example(Outcome.PASS, _workflow("run: dotnet run --project src/Evaluator")),
        Example(
            Outcome.PASS,
            _files("run: pytest -q\n        working-directory: evals", **SCORES),
            "where the suite lies",
        ),
        Example(Outcome.PASS, _workflow("run: uvx --from git+https://x.io/a@v1 acme_evals -n 3")),
        Example(
            Outcome.PASS,
            _files(
                "run: pytest validation/validate_retrieval.py",
                **{
                    "requirements.txt": "openai==1.93.0\n",
                    "app.py": "from openai import OpenAI\nOpenAI()\n",
                    "validation/validate_retrieval.py": "def get_top_k_accuracies(ranks):\n"
                    "    return [(ranks <= k).mean() for k in range(10)]\n",
                },
            ),
            "the share of questions for which the right text is found",
        ),
        Example(
            Outcome.PASS,
            _files("run: bash ci/nightly.sh", **{"ci/nightly.sh": "cd api\npytest evals/ -q\n"}),
            "a script of the repository runs it",
        ),
        Example(
            Outcome.PASS,
            _files(
                "run: npm run quality",
                **{"package.json": '{"scripts": {"quality": "vitest run evals/"}}'},
            ),
        ),
        Example(
            Outcome.PASS,
            _files("run: make quality", Makefile="quality: build\n\tgo test ./evals/...\n"),
        ),
        Example(
            Outcome.PASS,
            _files("run: ./ci/nightly.sh", **{"ci/nightly.sh": CLONED}),
            "a suite of another repository",
        ),
        Example(
            Outcome.PASS,
            _files(
                "run: pytest tests/llm/test_answers.py",
                **{"requirements.txt": "deepeval==3.2.0\n", "tests/llm/test_answers.py": SCORED},
            ),
            "the file that scores",
        ),
        Example(
            Outcome.PASS,
            _files(f"run: uv run pytest -v\n{KEY}", **JUDGED),
            "tests in which a model judges, with the key of the model",
        ),
        Example(Outcome.FAIL, _files("run: uv run pytest -v", **JUDGED), "no key, no model"),
        Example(
            Outcome.FAIL,
            _files("run: pytest evals/", **TYPED),
            "the answers are typed into the suite",
        ),
        Example(
            Outcome.FAIL,
            _files("run: python evals/compare_results.py evals/scores.json", **SCORES),
            "it holds committed scores against older ones, and asks nobody",
        ),
        Example(Outcome.FAIL, _files("run: make test", Makefile="test:\n\tpytest tests\n")),
        Example(
            Outcome.FAIL,
            {"repo": {"files": {".github/workflows/eval.yml": BY_HAND}}},
            "somebody must start it",
        ),
        Example(Outcome.FAIL, _workflow("run: pytest tests/")),
        Example(
            Outcome.FAIL,
            _workflow("name: Evaluate (echo backend)\n        run: python -m evals.run"),
            "the answers are canned",
        ),
        Example(Outcome.FAIL, _workflow("run: eval $(ssh-agent) && make evaluate-docs-links")),
        Example(Outcome.FAIL, _workflow("run: npm install promptfoo")),
        Example(Outcome.FAIL, _workflow("run: echo 'run pytest evals/'"), "printed, not run"),
        Example(Outcome.FAIL, _workflow("run: pytest tests --ignore evals/"), "left out"),
        Example(Outcome.FAIL, _workflow("run: pytest --collect-only evals/"), "listed, not run"),
        Example(Outcome.FAIL, _workflow("run: pytest evals/\n        if: false"), "never run"),
        Example(Outcome.FAIL, _workflow("run: python -m evals --help"), "explained, not run"),
        Example(Outcome.FAIL, _workflow("run: make eval-docs"), "another target"),
        Example(Outcome.FAIL, {"repo": {"files": {"evals/suite.yaml": "tests: []\n"}}}, "no CI"),
        Example(Outcome.UNKNOWN, {}, "no repository is configured"),
    ],
)
def evaluation_in_ci(repo: Repo) -> Answer:
    """Does CI run the evaluation suite?

    A suite that someone runs by hand is run before the easy changes and skipped before the urgent
    ones. In CI every prompt, model and code change meets the same cases. A run counts even where
    its failure does not stop the change: whether scores can fail a run is asked elsewhere. A
    workflow that only a person starts does not count.
    """
    if typed := pretended(repo):
        message = "the suite scores what was typed into it, and never asks the system"
        return failed(message, typed.evidence(), reason="typed", fact="evaluation suite")
    if run := next(runs(repo), None):
        shown = [run.step.place.evidence(run.step.text)]
        shown += [run.line.place.evidence()] if run.line.place != run.step.place else []
        return passed(f"CI runs {run.found}", *shown)
    steps = regular(repo)
    if fetched := fetching(repo, steps):
        message = f"CI runs a suite that it fetches: {fetched.text}"
        return passed(message, fetched.place.evidence())
    return failed(
        f"no step of CI runs an evaluation suite; searched {len(steps)} steps of "
        f"{len({s.workflow for s in steps})} workflows in {repo.name}",
        reason="missing",
        fact="evaluation in CI",
    )
