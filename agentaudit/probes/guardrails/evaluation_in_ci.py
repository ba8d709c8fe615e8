from __future__ import annotations

import re

from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.commands import commands
from agentaudit.source import Repo

_RUNS = re.compile(
    r"""(?xi)
    (?<![\w./-])(?:
        promptfoo(?:@[\w.]+)?\s+(?:eval|redteam)\b
      | promptfoo/promptfoo-action\b
      | deepeval\s+test\b
      | (?:python3?\s+-m\s+)?ragas\s+(?:evaluate|experiment|test)\b
      | inspect\s+eval(?:-set)?\b
      | lm[_-]eval(?:\s+(?:run|--)|\b)
      | lighteval\s+\w
      | braintrust\s+eval\b | braintrustdata/eval-action\b
      | langfuse[\w./-]*\s+(?:experiments?|eval)\b
      | langsmith\s+(?:eval|evaluate)\b
      | langwatch\s+evaluation\b
      | (?:arize-?)?phoenix\s+(?:experiments?|evals?)\b
      | azure/genai-evals\b | (?:microsoft|azure)/ai-agent-evals\b
      | adk\s+eval\b
      | (?:npx|bunx|pnpm(?:\ exec)?|yarn)\s+evalite\b
      | (?:python3?|uv\ run(?:\ python3?)?)\s+-m\s+evaltools\s+evaluate\b
      | vitest\s(?:[^\n;&|]{0,200}[\s/.])?evals?(?:\.config|/|\s|$)
      | dotnet\s+test\s(?:[^\n;&|]{0,200}[\s/.])?(?:evals?|evaluations?)(?:[./]|\s|$)
      | go\s+test\s(?:[^\n;&|]{0,200}[\s/])?(?:evals?|evaluations?)(?:/|\s|$)
      | evidently\s+(?:run|test)\b | giskard\s+(?:scan|test)\b
      | pytest\s(?:[^\n;&|]{0,200}[\s/])?(?:evals?|evaluations?|llm_evals)(?:/|\.py|\s|::|$)
      | pytest\s[^\n;&|]{0,200}-m\s*["']?(?:llm_)?evals?\b
      | (?:python3?|uv\ run(?:\ python3?)?|poetry\ run(?:\ python3?)?)\s+(?:-m\s+)?
        (?:\.{1,2}/)?(?:[\w-]{1,60}[./]){0,8}(?:evals?|evaluations?|run_evals?|run_evaluations?|evaluate)
        (?:[./][\w./-]{1,100}|\.py)?(?=\s|$|["';&|])
      | (?:make|just|task|npm\ run|pnpm(?:\ run)?|yarn|bun\ run|nox\ -s|tox\ -e|hatch\ run)\s+
        (?:[\w:-]{1,40}[-:_])?evals?(?:[-:_][\w:-]{1,40})?(?=\s|$|["';&|])
    )"""
)
"""Commands and actions that run an evaluation suite of models, agents or retrieval."""
_ASIDE = re.compile(
    r"--(?:ignore|ignore-glob|deselect|rootdir|junitxml|cov)[=\s]+\S+"
    r"|\s-k[=\s]*(?:\"[^\"]*\bnot\b[^\"]*\"|'[^']*\bnot\b[^']*')"
)
"""Options that name what is left out, or where something is put."""
_TARGET = re.compile(r"(?i)(?:make|just|task|npm|pnpm|yarn|nox|tox|hatch)\s")
_AROUND = frozenset(
    re.findall(
        r"\w+",
        "docs doc lint format fmt install deps setup build clean image types typecheck help report "
        "dashboard notebook deploy download list",
    )
)
"""Words of targets that do something with the suite and do not run it."""
_INSTALL = re.compile(r"(?i)\b(?:npm|pip3?|uv|pnpm|yarn|poetry)\s+(?:install|add|i)\b")

HEAD = "on: [push]\njobs:\n  eval:\n    runs-on: ubuntu-latest\n    steps:\n      - "


def _workflow(step: str) -> dict[str, object]:
    return {"repo": {"files": {".github/workflows/eval.yml": f"{HEAD}{step}\n"}}}


@probe(
    "guardrails-evaluation-in-ci",
    fix="Run the suite on every change, for instance in .github/workflows/eval.yml: "
    "`- run: npx promptfoo eval -c evals/promptfoo.yaml` or `- run: pytest evals/`.",
    examples=[
        Example(Outcome.PASS, _workflow("run: npx promptfoo@0.118 eval -c evals/suite.yaml")),
        Example(Outcome.PASS, _workflow("run: uv run pytest tests/evals/ -q")),
        Example(Outcome.PASS, _workflow("run: python -m evals.run --all")),
        Example(Outcome.PASS, _workflow("uses: promptfoo/promptfoo-action@v1")),
        Example(Outcome.FAIL, _workflow("run: pytest tests/")),
        Example(Outcome.FAIL, _workflow("run: eval $(ssh-agent) && make evaluate-docs-links")),
        Example(Outcome.FAIL, _workflow("run: npm install promptfoo")),
        Example(Outcome.FAIL, _workflow("run: echo 'run pytest evals/'"), "printed, not run"),
        Example(Outcome.FAIL, _workflow("run: pytest tests --ignore evals/"), "left out"),
        Example(Outcome.FAIL, _workflow("run: pytest --collect-only evals/"), "listed, not run"),
        Example(Outcome.FAIL, _workflow("run: pytest evals/ || true"), "no failure is seen"),
        Example(
            Outcome.FAIL,
            _workflow("run: pytest evals/\n        continue-on-error: true"),
            "nor here",
        ),
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
    ones. In CI every prompt, model and code change meets the same cases.
    """
    steps = repo.steps()
    for step in steps:
        texts = [_ASIDE.sub(" ", text) for text, fails in commands(step) if fails]
        found = next((m for m in map(_RUNS.search, texts) if m and _is_run(m)), None)
        if found:
            place = step.place
            where = Location(place.repo, place.path, place.line)
            return passed(f"CI runs {found[0].strip()}", Evidence(where, step.text))
    return failed(
        f"no step of CI runs an evaluation suite; searched {len(steps)} steps of "
        f"{len({s.workflow for s in steps})} workflows in {repo.name}",
        reason="missing",
        fact="evaluation in CI",
    )


def _is_run(found: re.Match[str]) -> bool:
    """Whether it is neither installed nor a target that only has the suite in its name."""
    words = set(re.split(r"[^a-z]+", found[0].lower()))
    around = _TARGET.match(found[0]) and words & _AROUND
    return not around and not _INSTALL.search(found.string, 0, found.start())
