"""Suites that end the run over a failed case, hold scores in a step of CI, or ask nobody."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.guardrails.evaluation_in_ci import evaluation_in_ci
from agentaudit.probes.guardrails.output_scored import output_scored
from agentaudit.probes.guardrails.pass_marks_numeric import pass_marks_numeric
from agentaudit.probes.guardrails.tested_adversarially import tested_adversarially

NEEDS = {
    "requirements.txt": "openai==1.93.0\n",
    "planner/app.py": "from openai import OpenAI\n\ndef answer(question):\n"
    "    return OpenAI().responses.create(model='gpt-4o', input=question).output_text\n",
}
SUITE = (
    "import sys\nfrom planner.app import answer\n\ndef score_answer(case):\n"
    "    return case['fact'] in answer(case['text'])\n\ndef main(cases):\n"
    "    failed = sum(not score_answer(case) for case in cases)\n    {}\n"
)
NODE = {
    "package.json": '{"name": "web", "dependencies": {"openai": "5.0.0"}}',
    "src/ask.ts": 'import OpenAI from "openai";\n'
    "export const ask = (input: string) =>\n"
    '  new OpenAI().responses.create({ model: "gpt-4o", input });\n',
    "src/rag/evaluation/cases.eval.ts": 'import { ask } from "../../ask";\n'
    "export const scoreAnswer = async (q: string) => (await ask(q)) ? 1 : 0;\n"
    'scoreAnswer("why?");\n',
    "src/rag/evaluate-rag.ts": 'import { report } from "./evaluation/service";\n'
    "async function run() {\n  if (report.failed > 0) {\n    END\n  }\n}\nrun();\n",
}
FACTS = (
    "import sys\nfrom openai import OpenAI\n\ndef test_invoice():\n"
    "    said = OpenAI().responses.create(model='gpt-4o', input='why?').output_text\n"
    "    found = sum(word in said for word in ('sum', 'date', 'name'))\n"
    "    passed = {}\n    return passed\n\n"
    "def main(results):\n    failed = results.count(False)\n"
    "    if failed > 0:\n        sys.exit(1)\n"
)
OFTEN = "invoice:\n  max_attempts: 5\n  {}\n"
STEP = (
    "on: [push]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - name: Evaluate\n"
    "        run: |\n          RESULT=$(curl -sf {} http://localhost:5007/eval/retrieval)\n"
    "          python3 - \"$RESULT\" << 'END'\n          import json, sys\n"
    '          recall = json.loads(sys.argv[1])["recall"]\n          if recall < 0.50:\n'
    "              {}\n          END\n"
)
CI = ".github/workflows/a.yml"
MADE = {
    CI: "on: [push]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
    "      - run: make generation\n        env:\n          KEY: ${{ secrets.OPENAI_API_KEY }}\n",
    "Makefile": "generation:\n\t$(MAKE) cases\n\ncases:\n\tpytest -x tests/generation/test_it.py\n",
    "tests/generation/test_it.py": "from planner.app import answer\n\ndef test_it(case):\n"
    "    assert 'sum' in answer(case['text'])\n",
}
HANDED = (
    "from planner.app import answer\n\ndef score_similarity(said, expected):\n"
    "    return float(said == expected)\n\ndef run(cases, generate_fn=None):\n"
    "    for case in cases:\n        if generate_fn:\n"
    "            said = generate_fn(case['text'])\n        else:\n            {}\n"
    "        print(score_similarity(said, case['expected']))\n\n{}\n"
)
CHECKED = "refusal_check = refusal_rate >= args.min_refusal_rate\n    "
TEXT = 'said = "I cannot help with that."'
PAIR = (
    "from planner.app import answer\n\nCASES = [{{'good_response': 'Wear gloves.', {}: 'No.'}}]\n\n"
    "def score_grounding(said):\n    return float('gloves' in said)\n\n"
    "for case in CASES:\n    print(score_grounding(case['good_response']))\n"
)


def _asked(probe: Probe, files: dict[str, str]) -> Outcome:
    return probe.ask(testing.build({"repo": {"files": files}})).outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"evals/run.py": SUITE.format("if failed:\n        sys.exit(1)")}, Outcome.PASS),
        ({"evals/run.py": SUITE.format("if failed:\n        print(failed)")}, Outcome.FAIL),
        (
            {"evals/run.py": SUITE.format("if r['passed'] < r['total']:\n        sys.exit(1)")},
            Outcome.PASS,
        ),
        (
            {"evals/run.py": SUITE.format("if r['passed'] < r['total']:\n        print(failed)")},
            Outcome.FAIL,
        ),
        (
            {"evals/run.py": SUITE.format("if tries['passed'] < 3:\n        sys.exit(1)")},
            Outcome.FAIL,
        ),
        (
            {"evals/run.py": SUITE.format(CHECKED + "sys.exit(0 if refusal_check else 1)")},
            Outcome.PASS,
        ),
        ({"evals/run.py": SUITE.format(CHECKED + "print(refusal_check)")}, Outcome.FAIL),
        ({**NODE, "src/rag/evaluate-rag.ts": ""}, Outcome.FAIL),
        (
            {path: text.replace("END", "process.exitCode = 1;") for path, text in NODE.items()},
            Outcome.PASS,
        ),
        (
            {path: text.replace("END", "console.log(report);") for path, text in NODE.items()},
            Outcome.FAIL,
        ),
        ({"tests/test_planner_eval.py": FACTS.format("found >= 2")}, Outcome.PASS),
        ({"tests/test_planner_eval.py": FACTS.format("bool(said)")}, Outcome.FAIL),
        (
            {"tests/test_planner_eval.py": "agent = MagicMock()\n" + FACTS.format("found >= 2")},
            Outcome.FAIL,
        ),
        (
            {
                "evals/run.py": SUITE.format("return 0 if passed else 1"),
                "evaluation/constants.py": "REGRESSION_THRESHOLDS = {\n    'recall': 0.5,\n}\n",
            },
            Outcome.PASS,
        ),
        (
            {
                "evals/run.py": SUITE.format("print(failed)"),
                "evaluation/constants.py": "REGRESSION_THRESHOLDS = {\n    'recall': 0.5,\n}\n",
            },
            Outcome.FAIL,
        ),
        (
            {
                "evals/run.py": SUITE.format("print(failed)"),
                "tests/generation/cases.yaml": OFTEN.format("min_successes: 4"),
            },
            Outcome.PASS,
        ),
        (
            {
                "evals/run.py": SUITE.format("print(failed)"),
                "tests/generation/cases.yaml": OFTEN.format("min_successes: 1"),
            },
            Outcome.FAIL,
        ),
        (
            {
                "evals/run.py": SUITE.format("print(failed)"),
                CI: STEP.format("-X POST", "sys.exit(1)"),
            },
            Outcome.PASS,
        ),
        (
            {
                "evals/run.py": SUITE.format("print(failed)"),
                CI: STEP.format("-X POST", "print(recall)"),
            },
            Outcome.FAIL,
        ),
    ],
)
def test_what_ends_a_run_is_a_mark(files: dict[str, str], outcome: Outcome) -> None:
    assert _asked(pass_marks_numeric, {**NEEDS, **files}) is outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({CI: STEP.format("-X POST", "sys.exit(1)")}, Outcome.PASS),
        ({CI: STEP.format("", "sys.exit(1)")}, Outcome.FAIL),
        (
            {**MADE, "tests/generation/cases.yaml": OFTEN.format("min_successes: 4")},
            Outcome.PASS,
        ),
        ({**MADE, "tests/generation/cases.yaml": OFTEN.format("tries: 4")}, Outcome.FAIL),
        (
            {
                **MADE,
                CI: MADE[CI].replace("secrets.OPENAI_API_KEY", "github.sha"),
                "tests/generation/cases.yaml": OFTEN.format("min_successes: 4"),
            },
            Outcome.FAIL,
        ),
    ],
)
def test_ci_asks_the_route_or_repeats_the_cases(files: dict[str, str], outcome: Outcome) -> None:
    assert _asked(evaluation_in_ci, {**NEEDS, **files}) is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (HANDED.format(TEXT, "run([])"), Outcome.FAIL),
        (HANDED.format(TEXT, "run([], answer)"), Outcome.PASS),
        (HANDED.format(TEXT, "run([], generate_fn=answer)"), Outcome.PASS),
        (HANDED.format("said = answer(case['text'])", "run([])"), Outcome.PASS),
        (PAIR.format("'bad_response'"), Outcome.FAIL),
        (PAIR.format("'text'"), Outcome.PASS),
    ],
)
def test_a_text_in_place_of_an_answer_is_no_answer(text: str, outcome: Outcome) -> None:
    assert _asked(output_scored, {**NEEDS, "evaluation/run_eval.py": text}) is outcome


@pytest.mark.parametrize(
    ("call", "outcome"), [("run([])", Outcome.FAIL), ("run([], answer)", Outcome.PASS)]
)
def test_attacks_that_a_text_answers_are_none(call: str, outcome: Outcome) -> None:
    files = {
        "evaluation/red_team.py": HANDED.format(TEXT, call),
        "evaluation/reports/red_team_1.json": '{"passed": 20}\n',
    }
    assert _asked(tested_adversarially, {**NEEDS, **files}) is outcome


@pytest.mark.parametrize(
    ("called", "outcome"), [("ast.literal_eval", Outcome.FAIL), ("run_eval", Outcome.PASS)]
)
def test_reading_a_literal_scores_nothing(called: str, outcome: Outcome) -> None:
    files = {"evals/cases.py": f"import ast\nimport openai\n\nCASES = {called}(TEXT)\n"}
    assert _asked(output_scored, {**NEEDS, **files}) is outcome


SPEC = (
    'import {{ cases }} from "./cases.ts";\nfor (const {{ query, expected }} of cases) {{\n'
    "  const said = await {}\n  const text = await said.text();\n  const found = {};\n"
    "  console.log(query, found);\n}}\n"
)
FETCHED = 'fetch("http://localhost:3000/api/search", { body: query });'


@pytest.mark.parametrize(
    ("asks", "found", "outcome"),
    [
        (FETCHED, "text.includes(expected) ? 1 : 0", Outcome.PASS),
        (FETCHED, "text.includes(expected)", Outcome.FAIL),
        ("read(query);", "text.includes(expected) ? 1 : 0", Outcome.FAIL),
    ],
)
def test_a_script_asks_without_an_import(asks: str, found: str, outcome: Outcome) -> None:
    kept = {name: NODE[name] for name in ("package.json", "src/ask.ts")}
    files = {**kept, "evals/search.spec.ts": SPEC.format(asks, found)}
    assert _asked(output_scored, files) is outcome


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("return str(expected) in str(actual)", Outcome.PASS),
        ("return bool(expected and actual)", Outcome.FAIL),
    ],
)
def test_what_was_expected_is_held_against_what_came(row: str, outcome: Outcome) -> None:
    text = f"from planner.app import answer\n\ndef check(expected, actual):\n    {row}\n"
    assert _asked(output_scored, {**NEEDS, "planner/evaluation.py": text}) is outcome


JEST = (
    "describe('answers', () => {{\n  test('who founded it', async () => {{\n"
    "    await expect(await {}).toMatchSemanticSimilarity(\n      'Two brothers did.',\n"
    "      0.9,\n    );\n  }});\n}});\n"
)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [("callModel('Who founded it?')", Outcome.PASS), ("'Two brothers did.'", Outcome.FAIL)],
)
def test_a_matcher_of_meaning_holds_what_a_model_says(said: str, outcome: Outcome) -> None:
    files = {**NEEDS, "quality/index.test.js": JEST.format(said)}
    assert _asked(output_scored, files) is outcome
    assert _asked(pass_marks_numeric, files) is outcome


GATE = (
    "import sys\n\n{allowed}\n\ndef main(baseline, current, {given}):\n    regressions = [\n"
    "        name for name, mrr in baseline.items() if mrr - current[name] > limit()\n    ]\n"
    "    print(regressions)\n    {end}\n\nsys.exit(main(*read('baseline.json', 'now.json')))\n"
)
END = "return 1 if regressions else 0"
OPTION = "parser.add_argument('--tolerance', type=float, default={})"


@pytest.mark.parametrize(
    ("allowed", "given", "end", "outcome"),
    [
        ("TOLERANCE = 0.02", "", END, Outcome.PASS),
        ("MAX_DROP = 0.05", "", END, Outcome.PASS),
        ("DEFAULT_THRESHOLD: float = 0.1", "", END, Outcome.PASS),
        ("", "tolerance: float = 0.02", END, Outcome.PASS),
        (OPTION.format("0.02"), "", END, Outcome.PASS),
        ("allowed_drop = 5", "", "sys.exit(1 if regressions else 0)", Outcome.PASS),
        ("TOLERANCE = 0.02", "", "return 1 if report['has_regressions'] else 0", Outcome.PASS),
        ("TOLERANCE = 0.02", "", "if regressions:\n        sys.exit(1)", Outcome.PASS),
        ("TOLERANCE = 0.02", "", "return regressions", Outcome.FAIL),
        ("TOLERANCE = 0", "", END, Outcome.FAIL),
        ("LATENCY_THRESHOLD = 0.2", "", END, Outcome.FAIL),
        ("SIMILARITY_THRESHOLD = 0.8", "", END, Outcome.FAIL),
    ],
)
def test_what_scores_may_lose_against_an_earlier_run(
    allowed: str, given: str, end: str, outcome: Outcome
) -> None:
    suite = SUITE.format("print(failed)")
    gate = GATE.format(allowed=allowed, given=given, end=end)
    files = {**NEEDS, "evals/run.py": suite, "evals/compare.py": gate}
    assert _asked(pass_marks_numeric, files) is outcome
