"""Evaluation suites are seen however frameworks and teams write them, and nothing else is one."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.output_scored import output_scored
from agentaudit.probes.guardrails.pass_marks_numeric import pass_marks_numeric

ASK = (
    "from openai import OpenAI\n\ndef answer(question):\n"
    "    return OpenAI().responses.create(model='gpt-4o', input=question).output_text\n"
)


def _python(**more: str) -> dict[str, str]:
    files = {path.replace("__", "/") + ".py": text for path, text in more.items()}
    return {"requirements.txt": "openai==1.93.0\n", "app.py": ASK, **files}


SCORED = {
    "ragas": _python(
        evals__run="from ragas import evaluate\nfrom ragas.metrics import faithfulness\n"
        "evaluate(None, metrics=[faithfulness])\n"
    ),
    "langsmith": _python(
        evals__run="from langsmith import evaluate\nfrom app import answer\n"
        "evaluate(answer, data='kb', evaluators=[])\n"
    ),
    "langsmith client": _python(
        evals__run="from langsmith import Client\nfrom app import answer\n"
        "Client().evaluate(answer, data='kb', evaluators=[])\n"
    ),
    "pytest with deepeval": _python(
        tests__test_answers="from deepeval import assert_test\nfrom deepeval.metrics import GEval\n"
        "from app import answer\n\ndef test_it():\n    assert_test(answer('x'), [GEval()])\n"
    ),
    "pydantic-evals": _python(
        evals__run="from pydantic_evals import Case, Dataset\nfrom app import answer\n"
        "Dataset(cases=[Case(inputs='x')]).evaluate_sync(answer)\n"
    ),
    "azure": _python(
        evals__run="from azure.ai.evaluation import GroundednessEvaluator, evaluate\n"
        "evaluate(data='d.jsonl', evaluators={'g': GroundednessEvaluator(None)})\n"
    ),
    "llama-index": _python(
        evals__run="from llama_index.core.evaluation import FaithfulnessEvaluator\n"
        "FaithfulnessEvaluator().evaluate_response(response=None)\n"
    ),
    "inspect": _python(
        evals__task="from inspect_ai import Task, task\nfrom inspect_ai.scorer import match\n\n"
        "@task\ndef planner():\n    return Task(dataset=[], scorer=match())\n"
    ),
    "mlflow": _python(
        evals__run="import mlflow\nfrom app import answer\n"
        "mlflow.genai.evaluate(data=[], predict_fn=answer, scorers=[])\n"
    ),
    "braintrust": {
        "package.json": '{"name": "web", "dependencies": {"ai": "5.0.0", "braintrust": "0.3"}}',
        "src/app.ts": 'import { generateText } from "ai";\ngenerateText({ prompt: "x" });\n',
        "evals/a.eval.ts": 'import { Eval } from "braintrust";\n'
        'Eval("planner", { data: () => [], task: async (x) => x, scores: [] });\n',
    },
    "own judge over http": _python(
        evals__run="import httpx\n\ndef grade(text, wanted):\n    return text == wanted\n\n"
        "def main():\n    said = httpx.post('http://127.0.0.1:8000/ask', json={}).text\n"
        "    print(grade(said, 'so'))\n\nmain()\n"
    ),
    "csharp": {
        "app.csproj": '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference '
        'Include="Microsoft.SemanticKernel" Version="1.60.0" /></ItemGroup></Project>',
        "Program.cs": "using Microsoft.SemanticKernel;\nKernel.CreateBuilder();\n",
        "tests/Evals/AnswerTests.cs": "using Microsoft.Extensions.AI.Evaluation;\n"
        "using Microsoft.Extensions.AI.Evaluation.Quality;\nclass AnswerTests {\n"
        "  [Fact] public async Task Relevant() {\n    var it = new RelevanceEvaluator();\n"
        "    await it.EvaluateAsync(null);\n  }\n}\n",
    },
}
NONE = {
    "nothing": _python(),
    "only traced": _python(
        tracing="from langsmith import traceable\n\n@traceable\ndef run():\n    return 1\n\nrun()\n"
    ),
    "words of a prompt": _python(
        tests__evals__test_prompt="from langsmith import testing as t\nfrom app import answer\n\n"
        "def test_it():\n    t.log_inputs({})\n    assert 'invoice' in str(answer.__doc__)\n"
    ),
    "arithmetic": _python(tool="import numexpr\n\nnumexpr.evaluate('1 + 1')\n"),
    "maven help": {
        **_python(),
        ".github/workflows/a.yml": "on: [push]\njobs:\n  a:\n    runs-on: "
        "ubuntu-latest\n    steps:\n      - run: mvn help:evaluate -Dexpression=v\n",
    },
    "measurement of speed": _python(
        benchmarks__speed="import time\nfrom app import answer\n\ndef main():\n"
        "    start = time.time()\n    answer('x')\n    print(time.time() - start)\n\nmain()\n"
    ),
}
MARKED = {
    "assert": _python(
        evals__test_a="from ragas import evaluate\n\ndef test_it():\n"
        "    result = evaluate(None, metrics=[])\n    assert result['faithfulness'] >= 0.8\n"
    ),
    "exit code": _python(
        evals__run="import sys\nfrom ragas import evaluate\nTHRESHOLD = 0.8\n"
        "result = evaluate(None, metrics=[])\nif result.mean_score < THRESHOLD:\n    sys.exit(1)\n"
    ),
    "criteria of adk": {
        **_python(
            tests__test_agent="from google.adk.evaluation.agent_evaluator import AgentEvaluator\n"
            "async def test_it():\n    await AgentEvaluator.evaluate('app', 'tests/a.test.json')\n"
        ),
        "tests/test_config.json": '{"criteria": {"response_match_score": 0.8}}\n',
    },
}
UNMARKED = {
    "coverage": {
        **SCORED["ragas"],
        "pyproject.toml": "[tool.coverage.report]\nfail_under = 80\n",
    },
    "liveness probe": {
        **SCORED["ragas"],
        "k8s/app.yaml": "livenessProbe:\n  failureThreshold: 3\n",
    },
    "relevance of search": {
        **SCORED["ragas"],
        "search.py": "SCORE_THRESHOLD = 0.7\n\ndef keep(score):\n    return score >= 0.7\n",
    },
    "similarity of duplicates": {
        **SCORED["ragas"],
        "ingest.py": "def same(similarity):\n    assert similarity > 0.5\n"
        "    return similarity >= 0.92\n",
    },
    "tests of the suite itself": {
        **SCORED["ragas"],
        "planner_evals/tests/test_score.py": "from ragas import evaluate\n\ndef test_it():\n"
        "    assert evaluate(None).score > 0.5\n",
    },
}


GO = {
    "go.mod": "module x\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.0.0\n",
    "main.go": 'package main\n\nimport "github.com/openai/openai-go"\n\n'
    "func main() { openai.NewClient() }\n",
}
SHARE = (
    'package main\n\nimport "fmt"\n\nfunc tell(passes, total int) {\n'
    '\tfmt.Printf("%d passed/%d total\\n", passes, total)\n}\n'
)
STUDY = (
    "package x;\n\npublic class StudyRunner {\n"
    "    private double averageNdcgAtK(List<Row> rows, int k) {\n        return 0.5;\n    }\n}\n"
)

RANK = (
    "public class EvaluationPipelineService {{\n"
    "    public float Calculate{}(int rank) {{\n        return rank < 1 ? 0 : 1 / (float)rank;\n"
    "    }}\n}}\n"
)


@pytest.mark.parametrize(
    ("path", "text", "outcome"),
    [
        ("internal/cmd/labeleval/main.go", SHARE, Outcome.PASS),
        ("internal/cmd/labels/main.go", SHARE, Outcome.FAIL),
        ("src/test/java/x/AblationStudyRunner.java", STUDY, Outcome.PASS),
        ("src/main/java/x/StudyRunner.java", STUDY, Outcome.FAIL),
        ("src/Api/EvaluationPipelineService.cs", RANK.format("MRRValue"), Outcome.PASS),
        ("src/Api/EvaluationPipelineService.cs", RANK.format("Rent"), Outcome.FAIL),
        ("src/Api/RevenueService.cs", RANK.format("MRRValue"), Outcome.FAIL),
    ],
)
def test_programs_that_score(path: str, text: str, outcome: Outcome) -> None:
    answer = output_scored.ask(testing.build({"repo": {"files": {**GO, path: text}}}))
    assert answer.outcome is outcome, answer.message


@pytest.mark.parametrize("files", SCORED.values(), ids=SCORED)
def test_a_suite_is_seen(files: dict[str, str]) -> None:
    answer = output_scored.ask(testing.build({"repo": {"files": files}}))
    assert answer.outcome is Outcome.PASS, answer.message


@pytest.mark.parametrize("files", NONE.values(), ids=NONE)
def test_nothing_else_is_a_suite(files: dict[str, str]) -> None:
    answer = output_scored.ask(testing.build({"repo": {"files": files}}))
    assert answer.outcome is Outcome.FAIL, answer.message


@pytest.mark.parametrize("files", MARKED.values(), ids=MARKED)
def test_a_pass_mark_is_seen(files: dict[str, str]) -> None:
    answer = pass_marks_numeric.ask(testing.build({"repo": {"files": files}}))
    assert answer.outcome is Outcome.PASS, answer.message


@pytest.mark.parametrize("files", UNMARKED.values(), ids=UNMARKED)
def test_other_thresholds_are_no_pass_marks(files: dict[str, str]) -> None:
    answer = pass_marks_numeric.ask(testing.build({"repo": {"files": files}}))
    assert answer.outcome is Outcome.FAIL, answer.message
