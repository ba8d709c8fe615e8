"""Evaluation counts where the system is asked, a run can fail, and CI starts it by itself."""

from __future__ import annotations

import json

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.guardrails.cases import count
from agentaudit.probes.guardrails.evaluation_in_ci import evaluation_in_ci
from agentaudit.probes.guardrails.output_scored import output_scored
from agentaudit.probes.guardrails.pass_marks_numeric import pass_marks_numeric
from agentaudit.probes.guardrails.tested_adversarially import tested_adversarially

NEEDS = {
    "requirements.txt": "openai==1.93.0\ndeepeval==3.2.0\n",
    "planner/app.py": "from openai import OpenAI\n\ndef answer(question):\n"
    "    return OpenAI().responses.create(model='gpt-4o', input=question).output_text\n",
}
SUITE = (
    "import os\nimport pytest\nfrom deepeval import assert_test\n"
    "from deepeval.metrics import AnswerRelevancyMetric\n"
    "from deepeval.test_case import LLMTestCase\nfrom planner.app import answer\n\n{}"
    "def test_answers():\n    for row in CASES:\n"
    "        case = LLMTestCase(input=row['input'], actual_output={})\n"
    "        assert_test(case, [AnswerRelevancyMetric(threshold={})])\n"
)
SKIPPED = "@pytest.mark.skipif(not os.getenv('RUN_EVALS'), reason='slow')\n"
ASKED = "answer(row['input'])"
LIVE = (
    "import os\nimport pytest\n\npytestmark = pytest.mark.skipif(\n"
    "    not os.environ.get('OPENAI_API_KEY'), reason='needs a model')\n\n"
    "def test_diagnosis():\n    from planner.app import answer\n"
    "    from planner.scoring import score_run\n\n"
    "    graded = score_run({})\n    assert graded.score is not None\n"
)
ALIKE = (
    "from sentence_transformers import util\n\ndef test_answers(client, model):\n"
    "    said = client.{}.json()\n    similarity = util.cos_sim(\n"
    "        model.encode(said['{}']), model.encode('The sum is missing.')).item()\n"
    "    assert similarity >= 0.75\n"
)
EVALUATOR = (
    "package app;\nimport org.springframework.ai.chat.client.ChatClient;\n"
    "import org.springframework.ai.chat.evaluation.RelevancyEvaluator;\n"
    "import org.springframework.ai.evaluation.EvaluationRequest;\n"
    "@Service\npublic class {0} {{\n  RelevancyEvaluator evaluator;\n"
    "  String answer(String q) {{\n    var said = client.prompt(q).call().content();\n"
    "    evaluator.evaluate(new EvaluationRequest(q, List.of(), said));\n"
    "    return said;\n  }}\n}}\n"
)
POM = (
    "<project><dependencies><dependency><groupId>org.springframework.ai</groupId>"
    "<artifactId>spring-ai-starter-model-openai</artifactId><version>1.0.0</version></dependency>"
    "</dependencies></project>\n"
)


def _suite(head: str = "", said: str = ASKED, mark: str = "0.7", **more: str) -> dict[str, str]:
    return {**NEEDS, "evals/test_answers.py": SUITE.format(head, said, mark), **more}


def _asked(probe: Probe, files: dict[str, str]) -> Outcome:
    return probe.ask(testing.build({"repo": {"files": files}})).outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_suite(), Outcome.PASS),
        (_suite(said="row['expected']"), Outcome.FAIL),
        (_suite(said="row.get('expected_output')"), Outcome.FAIL),
        ({**NEEDS, "tests/test_eval_live.py": LIVE.format("answer('why?')")}, Outcome.PASS),
        (
            {**NEEDS, "tests/test_eval_live.py": LIVE.format("Mock()") + "from mock import Mock\n"},
            Outcome.FAIL,
        ),
        (
            {**NEEDS, "tests/test_answers.py": ALIKE.format('post("/ask")', "response")},
            Outcome.PASS,
        ),
        ({**NEEDS, "tests/test_answers.py": ALIKE.format('post("/ask")', "vector")}, Outcome.FAIL),
        ({**NEEDS, "tests/test_answers.py": ALIKE.format("mock()", "response")}, Outcome.FAIL),
        (
            {"pom.xml": POM, "src/main/java/app/Answers.java": EVALUATOR.format("Answers")},
            Outcome.FAIL,
        ),
        (
            {
                "pom.xml": POM,
                "src/main/java/app/Ask.java": "package app;\n"
                "import org.springframework.ai.chat.client.ChatClient;\n"
                "@Service\npublic class Ask { ChatClient client; }\n",
                "src/test/java/app/AnswersTest.java": EVALUATOR.format("AnswersTest")
                .replace("@Service", "@SpringBootTest")
                .replace("  String answer(String q)", "  @Test\n  void answers()")
                .replace("    return said;\n", ""),
            },
            Outcome.PASS,
        ),
    ],
)
def test_a_suite_asks_the_system(files: dict[str, str], outcome: Outcome) -> None:
    assert _asked(output_scored, files) is outcome


@pytest.mark.parametrize(("mark", "outcome"), [("0.7", Outcome.PASS), ("0.0", Outcome.FAIL)])
def test_a_mark_can_be_missed(mark: str, outcome: Outcome) -> None:
    assert _asked(pass_marks_numeric, _suite(mark=mark)) is outcome


WITHIN = (
    "import json\nfrom fastapi.testclient import TestClient\nfrom planner.web import app\n\n"
    "def score_answer(case):\n    said = TestClient(app).post('/ask', json=case)\n"
    "    return float(case['fact'] in said.text)\n\n"
    "def main(pass_threshold: float = 0.9):\n    cases = json.load(open('cases.json'))\n"
    "    accuracy = sum(map(score_answer, cases)) / len(cases)\n"
    "    if accuracy < 0.9:\n        raise SystemExit(1)\n\nmain()\n"
)
SETTINGS = "class Settings(BaseSettings):\n    llm_provider: str = 'CHOSEN'\n"


@pytest.mark.parametrize(
    ("chosen", "suite", "outcome"),
    [
        ("openai", WITHIN, Outcome.PASS),
        ("none", WITHIN, Outcome.FAIL),
        ("none", f"import os\nos.environ['LLM_PROVIDER'] = 'openai'\n{WITHIN}", Outcome.PASS),
    ],
)
def test_templates_that_answer_are_no_model(chosen: str, suite: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\nfastapi==0.115.0\n",
        "planner/app.py": NEEDS["planner/app.py"],
        "planner/web.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "planner/settings.py": SETTINGS.replace("CHOSEN", chosen),
        "evaluation/run_eval.py": suite,
    }
    assert _asked(output_scored, files) is outcome
    assert _asked(pass_marks_numeric, files) is outcome


DEFENCE = (
    "import httpx\n\ndef score_run(rows):\n    return sum(rows) / len(rows)\n\n"
    "class Evaluator:\n    def __init__(self, pass_threshold: float = MARK):\n"
    "        self.pass_threshold = pass_threshold\n\n"
    "def main():\n    found = Evaluator().evaluate(httpx.get('http://app/ask'))\n"
    "    if not found.passed:\n        raise SystemExit(1)\n\nmain()\n"
)
JUDGED = (
    "package app.eval;\nimport java.net.http.HttpClient;\nimport app.chat.Answers;\n\n"
    "public class AnswerEval {\n  CaseResult evaluate(Case one) {\n"
    "    double score = judge.score(one.expected(), client.ask(one.input()));\n"
    "    if (score < LIMIT) {\n      return failure(one.id());\n    }\n    return null;\n  }\n}\n"
)


@pytest.mark.parametrize(("mark", "outcome"), [("0.9", Outcome.PASS), ("0.0", Outcome.FAIL)])
def test_a_mark_that_a_suite_is_made_with(mark: str, outcome: Outcome) -> None:
    files = {**NEEDS, "evals/run_eval.py": DEFENCE.replace("MARK", mark)}
    assert _asked(pass_marks_numeric, files) is outcome


@pytest.mark.parametrize(("limit", "outcome"), [("minScore", Outcome.PASS), ("x", Outcome.FAIL)])
def test_a_case_of_java_fails_below_its_mark(limit: str, outcome: Outcome) -> None:
    files = {
        "pom.xml": POM,
        "src/main/java/app/chat/Answers.java": "package app.chat;\n"
        "import org.springframework.ai.chat.client.ChatClient;\n"
        "@Service\npublic class Answers { ChatClient client; }\n",
        "eval-service/src/main/java/app/eval/AnswerEval.java": JUDGED.replace("LIMIT", limit),
    }
    assert _asked(pass_marks_numeric, files) is outcome


RUNS = "jobs:\n  eval:\n    runs-on: ubuntu-latest\n{}    steps:\n      - run: pytest evals\n"
PUSHED = "on: [push]\n" + RUNS
CALLED = "on:\n  workflow_call:\n" + RUNS.format("")
CALLS = "on: [push]\njobs:\n  eval:\n    uses: ./.github/workflows/eval.yml\n"
EVAL, LAB = ".github/workflows/eval.yml", ".gitlab-ci.yml"


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_suite(**{EVAL: PUSHED.format("")}), Outcome.PASS),
        (_suite(SKIPPED, **{EVAL: PUSHED.format("")}), Outcome.FAIL),
        (_suite(SKIPPED, **{EVAL: PUSHED.format("    env: {RUN_EVALS: 1}\n")}), Outcome.PASS),
        (_suite(**{EVAL: PUSHED.format("    if: vars.RUN_EVALS == 'true'\n")}), Outcome.FAIL),
        (_suite(**{EVAL: PUSHED.format("    if: github.ref == 'main'\n")}), Outcome.PASS),
        (_suite(**{EVAL: CALLED}), Outcome.FAIL),
        (_suite(**{EVAL: CALLED, ".github/workflows/ci.yml": CALLS}), Outcome.PASS),
        (_suite(**{LAB: "eval:\n  script: [pytest evals]\n"}), Outcome.PASS),
        (_suite(**{LAB: ".eval:\n  script: [pytest evals]\n"}), Outcome.FAIL),
        (
            _suite(**{LAB: ".eval:\n  script: [pytest evals]\nnow:\n  extends: .eval\n"}),
            Outcome.PASS,
        ),
        (
            _suite(
                **{LAB: 'eval:\n  script: [pytest evals]\n  rules:\n    - if: $RUN_EVAL == "1"\n'}
            ),
            Outcome.FAIL,
        ),
    ],
)
def test_ci_starts_it_by_itself(files: dict[str, str], outcome: Outcome) -> None:
    assert _asked(evaluation_in_ci, files) is outcome


@pytest.mark.parametrize(
    ("result", "outcome"),
    [('{"passed": 41}\n', Outcome.PASS), ("{}\n", Outcome.FAIL), ('{"passed": 0}\n', Outcome.FAIL)],
)
def test_results_that_are_kept_say_something(result: str, outcome: Outcome) -> None:
    attack = "targets: [x]\nredteam:\n  plugins: [harmful]\n"
    kept = {"redteam/promptfooconfig.yaml": attack, "redteam/results/a.json": result}
    assert _asked(tested_adversarially, {**NEEDS, **kept}) is outcome


def test_passages_by_topic_are_cases() -> None:
    passage = "A long passage about a topic, from which a dialogue is made. " * 4
    topics = {f"topic {n}": f"{passage}{n}" for n in range(30)}
    assert count(json.dumps(topics), "benchmark/topics.json") == len(topics)
    labels = {f"label {n}": "some words" for n in range(30)}
    assert count(json.dumps(labels), "benchmark/labels.json") == 0


@pytest.mark.parametrize(
    ("path", "text", "outcome"),
    [
        ("evals/promptfooconfig.yaml", "- type: similar\n  threshold: 0.8\n", Outcome.PASS),
        ("evals/promptfooconfig.yaml", "- type: similar\n  threshold: 0\n", Outcome.FAIL),
        ("evals/promptfooconfig.yaml", "- type: latency\n  threshold: 5000\n", Outcome.FAIL),
        (
            "evals/promptfooconfig.yaml",
            "- type: latency\n  threshold: 5000\n- type: similar\n  threshold: 0.8\n",
            Outcome.PASS,
        ),
        ("evals/promptfooconfig.yaml", "- threshold: 0.1\n  type: cost\n", Outcome.FAIL),
        ("evals/test_config.json", '{"criteria": {"match_score": 0.0}}', Outcome.FAIL),
        ("evals/test_config.json", '{"criteria": {"match_score": 0.5}}', Outcome.PASS),
    ],
)
def test_a_mark_of_zero_or_of_time_marks_no_answer(path: str, text: str, outcome: Outcome) -> None:
    app = "from openai import OpenAI\n\nsaid = OpenAI().responses.create(model='m', input=q)\n"
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": app, path: text}
    given = {"repo": testing.repository({"files": files})}
    assert pass_marks_numeric.ask(given).outcome is outcome


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ("score = len(answer('q')) / 9\n", Outcome.PASS),
        ("score = 0.9\n", Outcome.FAIL),
        ("# score = len(answer('q')) / 9\n", Outcome.FAIL),
        ('"""Later:\nscore = judge(text)\n"""\n', Outcome.FAIL),
    ],
)
def test_a_score_that_is_typed_or_only_written_of_is_none(rows: str, outcome: Outcome) -> None:
    files = {
        **NEEDS,
        "evals/run.py": f"from planner.app import answer\n\nprint(answer('q'))\n{rows}",
    }
    given = {"repo": testing.repository({"files": files})}
    assert output_scored.ask(given).outcome is outcome
