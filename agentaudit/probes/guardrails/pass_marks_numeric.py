from __future__ import annotations

from itertools import islice

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.guardrails.marks import marks
from agentaudit.probes.guardrails.output_scored import (
    APP,
    DEEPEVAL,
    EVALITE,
    NODE,
    OWN,
    PYTHON,
    TYPED,
)
from agentaudit.probes.guardrails.suites import asks_models, nobody_asks, suite, unread_code
from agentaudit.probes.guardrails.swallowed import swallowed
from agentaudit.source import Repo

GATE = OWN.replace(
    "        print(judge_answer(case['input'], answer(case['input'])))\n\nmain()",
    "        score = judge_answer(case['input'], answer(case['input']))\n"
    "        if score < 0.8:\n            raise SystemExit(1)\n\nmain()",
)
GRADE = OWN.replace(
    "        print(judge_answer(case['input'], answer(case['input'])))",
    "        score = judge_answer(case['input'], answer(case['input']))\n        assert score >= 4",
)
NONE_FAILS = GRADE.replace(
    "        assert score >= 4",
    "        failed += [case] if score < 4 else []\n    assert not failed",
).replace("def main():\n", "def main():\n    failed = []\n")
ENDING = OWN.replace(
    "\nmain()", "\n    return 0 if report.passed else 1\n\nraise SystemExit(main())"
)
VITEST = (
    'import { Levenshtein } from "autoevals";\nimport { answer } from "../app";\n\n'
    'test("answers", async () => {\n'
    '  const found = await Levenshtein({ output: await answer("why?"), expected: "so" });\n'
    "  expect(found.score).toBeGreaterThan(0.7);\n});\n"
)
SUITE = (
    "prompts: [p.txt]\ntests:\n  - vars: {q: why}\n    assert:\n      - type: similar\n"
    "        value: so\n        threshold: 0.8\n"
)
CI = "on: [push]\njobs:\n  eval:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {}\n"
DESCRIBED = (
    'import {{ describeEval }} from "vitest-evals";\nimport {{ answer }} from "../app";\n\n'
    'describeEval("answers", {{ data: async () => [], task: answer{} }});\n'
)
VITEST_EVALS = {
    "package.json": '{"name": "web", "dependencies": {"ai": "5", "vitest-evals": "0.5"}}'
}


def _run(step: str, **files: str) -> dict[str, object]:
    """A suite with a mark, and how CI runs it."""
    suite = {"evals/test_answers.py": DEEPEVAL, ".github/workflows/eval.yml": CI.format(step)}
    return _files(PYTHON, **suite, **files)


def _files(manifest: dict[str, str], **files: str) -> dict[str, object]:
    return {"repo": {"files": {**manifest, "app.py": APP, **files}}}


@probe(
    "guardrails-pass-marks-numeric",
    fix="Write the mark into the suite and let it fail the run: `assert mean(scores) >= 0.8`, "
    "`AnswerRelevancyMetric(threshold=0.7)` with `assert_test`, or `threshold: 0.8` in "
    "promptfooconfig.yaml.",
    examples=[
        Example(Outcome.PASS, _files(PYTHON, **{"evals/test_answers.py": DEEPEVAL})),
        Example(Outcome.PASS, _files(PYTHON, **{"evals/run.py": GATE}), "the run ends with 1"),
        Example(Outcome.PASS, _files(PYTHON, **{"evals/promptfooconfig.yaml": SUITE})),
        Example(
            Outcome.PASS, _files(PYTHON, **{"evals/run.py": GRADE}), "a grade from one to five"
        ),
        Example(Outcome.PASS, _files(PYTHON, **{"evals/run.py": NONE_FAILS}), "no case may fail"),
        Example(Outcome.PASS, _files(NODE, **{"evals/answers.eval.ts": VITEST})),
        Example(
            Outcome.PASS,
            _files(PYTHON, **{"evals/quality.yaml": f"providers: [openai:gpt-4.1]\n{SUITE}"}),
            "a suite of promptfoo under another name",
        ),
        Example(
            Outcome.PASS,
            _files(PYTHON, **{"evals/run.py": ENDING, "configs/eval.yaml": "min_score: 0.85\n"}),
            "the mark stands in the configuration, and the run ends with the verdict",
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, **{"evals/run.py": OWN, "configs/eval.yaml": "min_score: 0.85\n"}),
            "the mark is written down, and the run always ends well",
        ),
        Example(Outcome.FAIL, _files(PYTHON, **{"evals/run.py": OWN}), "scores are only printed"),
        Example(Outcome.FAIL, _files(NODE, **{"evals/answers.eval.ts": EVALITE})),
        Example(
            Outcome.FAIL,
            _files(
                PYTHON,
                **{
                    "evals/run.py": OWN,
                    "pyproject.toml": "[tool.coverage.report]\nfail_under = 80\n",
                    "search.py": "THRESHOLD = 0.75\n\ndef keep(score):\n"
                    "    assert score > 0.5\n    return score > THRESHOLD\n",
                },
            ),
            "thresholds of coverage and of relevance mark no evaluation",
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, **{"evals/test_answers.py": TYPED}),
            "the answers are typed into the suite",
        ),
        Example(Outcome.PASS, _run("pytest evals/")),
        Example(Outcome.PASS, _run("pytest evals/ || exit 1")),
        Example(Outcome.FAIL, _run("pytest evals/ || true"), "CI goes on in any case"),
        Example(
            Outcome.FAIL,
            _run("pytest evals/\n        continue-on-error: ${{ true }}"),
            "CI goes on in any case",
        ),
        Example(
            Outcome.PASS,
            _run("pytest evals/ || true\n      - run: python ci/compare_scores.py"),
            "a later step looks at the results",
        ),
        Example(
            Outcome.FAIL,
            _run("|\n          set +e\n          pytest evals/\n          echo done"),
            "the shell is told to go on",
        ),
        Example(
            Outcome.PASS,
            _run(
                "|\n          set +e\n          pytest evals/\n          code=$?\n"
                "          exit $code"
            ),
        ),
        Example(
            Outcome.FAIL,
            _run("pytest evals/ | tee scores.txt"),
            "a pipe ends as its last command does",
        ),
        Example(
            Outcome.PASS, _run("pytest evals/ | tee scores.txt\n        shell: bash"), "not in bash"
        ),
        Example(
            Outcome.FAIL, _run("make quality", Makefile="quality:\n\t-pytest evals/\n"), "the dash"
        ),
        Example(
            Outcome.FAIL,
            _run("bash ci/eval.sh", **{"ci/eval.sh": "#!/bin/bash\npytest evals/\nexit 0\n"}),
            "the script always ends well",
        ),
        Example(
            Outcome.PASS,
            _run("bash ci/eval.sh", **{"ci/eval.sh": "set -euo pipefail\npytest evals/\nexit 0\n"}),
        ),
        Example(
            Outcome.PASS,
            _files(
                NODE,
                **{
                    "evals/answers.eval.ts": EVALITE,
                    ".github/workflows/eval.yml": CI.format("npx evalite run --threshold=80"),
                },
            ),
            "the mark stands on the command line",
        ),
        Example(
            Outcome.PASS,
            _files(VITEST_EVALS, **{"evals/a.eval.ts": DESCRIBED.format(", threshold: 0.8")}),
        ),
        Example(Outcome.FAIL, _files(PYTHON), "there is no suite"),
        Example(
            Outcome.UNKNOWN,
            {"repo": {"files": {"requirements.txt": "flask==3.1.0\n", "web.py": "x = 1\n"}}},
            "nothing is known to ask a model",
        ),
        Example(Outcome.UNKNOWN, {}, "no repository is configured"),
    ],
)
def pass_marks_numeric(repo: Repo) -> Answer:
    """Are numeric pass marks written down that can fail an evaluation run?

    A score that nobody holds against a number is a decoration: quality sinks by a little with every
    release, and no run ever says no.
    """
    if not asks_models(repo) and suite(repo) is None:
        return nobody_asks(repo)
    found = list(islice(marks(repo), 3))
    if found and (lost := swallowed(repo)):
        return failed(
            f"CI goes on whatever the suite ends with: {lost.line.text[:200]}",
            lost.line.place.evidence(),
            *(place.evidence() for place in found[:1]),
            reason="swallowed",
            fact="pass marks",
        )
    if found:
        message = f"a score is held against a number: {found[0].text or found[0].path}"
        return passed(message, *(place.evidence() for place in found))
    there = suite(repo)
    if there is None and (missing := unread_code(repo)):
        return missing
    if there is None:
        message = f"no evaluation suite; searched {len(repo.components())} components"
        return failed(message, reason="missing", fact="evaluation suite")
    return failed(
        "the suite holds no score against a number that fails the run",
        *(place.evidence() for place in there.places),
        reason="missing",
        fact="pass marks",
    )
