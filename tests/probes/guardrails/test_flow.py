"""A verdict is followed from the row in which a score is compared to the end of the run."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.guardrails.evaluation_in_ci import evaluation_in_ci
from agentaudit.probes.guardrails.flow import Flow
from agentaudit.probes.guardrails.output_scored import output_scored
from agentaudit.probes.guardrails.pass_marks_numeric import pass_marks_numeric
from agentaudit.probes.guardrails.standing import standing

NEEDS = {
    "requirements.txt": "openai==1.93.0\n",
    "planner/app.py": "from openai import OpenAI\n\ndef answer(question):\n"
    "    return OpenAI().responses.create(model='gpt-4o', input=question).output_text\n",
}
SCORES = (
    "import sys\nfrom planner.app import answer\n\ndef score_answer(case):\n"
    "    return case['fact'] in answer(case['question'])\n"
)
CI = "on: [push]\njobs:\n  eval:\n    runs-on: ubuntu-latest\n    steps:\n{}"
STEP = "      - run: {}\n"
JAVA = (
    "package shop.chat;\n\nclass {0} {{\n  private final Finder finder = new Finder();\n\n  @Test\n"
    "  void finds() {{\n    int hits = 0;\n    for (Case each : load())\n"
    "      if (finder.find(each.question()).contains(each.id())) hits++;\n"
    "    double hitRate = (double) hits / cases.size();\n    assertThat(hitRate)\n"
    '        .as("questions")\n        .isGreaterThanOrEqualTo({1});\n  }}\n}}\n'
)
FINDER = (
    "package shop.{0};\nimport org.springframework.ai.chat.client.ChatClient;\n"
    "@Service\npublic class Finder {{ ChatClient client; Finder(ChatClient.Builder b) "
    "{{ client = b.build(); }} }}\n"
)
POM = (
    "<project><dependencies><dependency><groupId>org.springframework.ai</groupId>"
    "<artifactId>spring-ai-starter-model-openai</artifactId><version>1.0.0</version>"
    "</dependency></dependencies></project>"
)


def _asked(probe: Probe, files: dict[str, str]) -> Outcome:
    return probe.ask({"repo": testing.repository({"files": files})}).outcome


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("if faith < floor:\n    sys.exit(1)", 0),
        ("faith = scores['faithfulness']\nif faith < floor:\n    sys.exit(1)", 1),
        ("share = right / len(cases)\nif share < args.least:\n    return 2", 1),
        ("took = elapsed / len(cases)\nif took < args.least:\n    return 2", 0),
        ("if score < mark:\n    print('too low')", 0),
        ("if score < mark:\n    good = False\nsys.exit(0 if good else 1)", 1),
        ("if score < mark:\n    good = False\nprint(good)", 0),
        ("failures = [n for n in all_ if scores[n] < marks[n]]\nif failures:\n    exit(1)", 1),
        ("kept = [n for n in names if scores[n] >= mark]\nprint(kept)", 0),
        (
            "low = [\n    n\n    for n, v in scores\n    if v < m.k\n]\nif low:\n    exit(1)",
            1,
        ),
        ("def gate(score):\n    return score >= MARK\n\ngood = gate(x)\nsys.exit(not good)", 1),
        ("def gate(score):\n    return score >= MARK\n\npassed = gate(x)\nprint(passed)", 0),
        (
            "end = {\n    'passed': a_score >= mark,\n}\nsys.exit(0 if end['passed'] else 1)",
            1,
        ),
        (
            "end = {\n    'passed': a_score >= mark,\n}\nsys.exit(0 if end['cases'] else 1)",
            0,
        ),
        ("def a():\n    ok = score >= mark\n\ndef b():\n    if not ok:\n        sys.exit(1)", 0),
        ("process.exit(passRate >= MIN_RATE ? 0 : 1);", 1),
        ("process.exit(passRate >= MIN_RATE ? 1 : 0);", 0),
        ("const ok = average >= MIN_MEAN;\nif (!ok) {\n  process.exitCode = 1;\n}", 1),
        ("if score < 1 or score > 5:\n    raise ValueError(score)", 0),
        ("if score < best:\n    raise StopIteration", 0),
        ("assert score >= 0.0", 0),
        ("assert rating >= 6, said", 1),
        ("assert out.index('low score') < out.index('high score')", 0),
        ("awk -v p=\"$PASS_RATE\" 'BEGIN { exit !(p >= 0.9) }'", 1),
        ('if (( $(echo "$score < 0.85" | bc -l) )); then\n  exit 1\nfi', 1),
        ('if (( $(echo "$score < 0.85" | bc -l) )); then\n  echo low\nfi', 0),
        ("# if score < mark: sys.exit(1)", 0),
        ("if (score < mark)\n{\n    Environment.Exit(1);\n}", 1),
        ("if (score < mark)\n{\n    Log(1);\n}\nEnvironment.Exit(1);", 0),
        ("sys.exit(0 if score >= mark else 0)", 0),
        ("def go():\n    return 0 if score >= mark else 0\n\nsys.exit(go())", 0),
        ("def go():\n    if score < mark:\n        return 1\n\nsys.exit(go())", 1),
        ("def go():\n    if score < mark:\n        return 1\n\ngo()", 0),
        ("def go():\n    return 1 if score < mark else 0\n\nasyncio.run(go())", 0),
        ("from app.go import a\ndef go():\n    return 1 if score < mark else 0\n\ngo()", 0),
        ("from app.go import a\ndef go():\n    return 1 if score < mark else 0\n\nexit(go())", 1),
        ("assert sum(scores) / len(scores) >= 0.8", 1),
        ("assert sum(s.score for s in all_) / max(1, len(all_)) >= mark", 1),
        ("if (scores.reduce(add, 0) / scores.length < 0.8) {\n  process.exit(1);\n}", 1),
        ("assert len(scores) >= 10", 0),
        ("assert sum(len(s.score_text) for s in all_) / len(all_) >= 10", 0),
        ("assert score_tokens / len(all_) >= 10", 0),
        ("assert sum(one.hit for one in all_) / len(all_) >= 0.9", 1),
        ("assert sum(one.elapsed for one in all_) / len(all_) >= 0.9", 0),
        ("assert sum(scores) / len(scores) >= 0", 0),
        ("print(sum(scores) / len(scores) >= 0.8)", 0),
        ("LEAST = 0.0\nif score < LEAST:\n    exit(1)", 0),
        ("LEAST = 0.5\nif score < LEAST:\n    exit(1)", 1),
        ("p.add_argument('--least', default=0.0)\nif score < args.least:\n    exit(1)", 0),
        ("p.add_argument('--least', default=None)\nif score < args.least:\n    exit(1)", 0),
        ("p.add_argument('--least', default=0.7)\nif score < args.least:\n    exit(1)", 1),
        ("assert score <= 1.0", 0),
        ("assert score_drop < 0.1", 1),
        ("assert mean_delay < 2.0", 0),
        ("avg_words = n / len(cases)\nif avg_words < 20:\n    exit(1)", 0),
        ("if not score >= 0.8:\n    exit(1)", 1),
        ("if not score < 0.8:\n    raise Low", 0),
        ("if 0.8 > score:\n    raise Low", 1),
        ("if 0.8 < score:\n    raise Low", 0),
        ("if not all(s >= 0.7 for s in scores):\n    raise Low", 1),
        ("if score<0.8: exit(1)", 1),
        ("if (!(score >= 0.8)) throw new Error(low);", 1),
        ("if (!(score < 0.8)) throw new Error(low);", 0),
        ("if score >= 0.8:\n    print(1)\n    return\nsys.exit(1)", 1),
        ("if score >= 0.8:\n    print(1)\n    return\nprint(2)", 0),
        ("static int Main()\n{\n    if (score < mark)\n    {\n        return 1;\n    }\n}", 1),
    ],
)
def test_where_a_verdict_ends_the_run(text: str, held: int) -> None:
    assert len(Flow(text.split("\n")).held()) == held


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('"""How to\n\nif score < mark:\n    exit(1)\n"""', 0),
        ('said = \'"""\'\nif score < mark:\n    exit(1)', 1),
        ("/* once\nif (score < mark) exit(1);\n*/", 0),
        ("/* now */\nif (score < mark) exit(1);", 1),
        ("if False:\n    if score < mark:\n        exit(1)", 0),
        ("STRICT = False\nif STRICT and score < mark:\n    exit(1)", 0),
        (
            "STRICT = False\nif x:\n    STRICT = True\nif STRICT and score < mark:\n    exit(1)",
            1,
        ),
        ("def go():\n    return\n    if score < mark:\n        exit(1)", 0),
        ("def go():\n    if quick:\n        return\n    if score < mark:\n        exit(1)", 1),
        ("@pytest.mark.skip\ndef test_it():\n    assert score >= mark", 0),
        ("@pytest.mark.xfail(reason=why)\ndef test_it():\n    assert score >= mark", 0),
        ("@pytest.mark.skipif(quick)\ndef test_it():\n    assert score >= mark", 1),
    ],
)
def test_rows_that_are_never_run(text: str, held: int) -> None:
    assert len(Flow(standing(text.split("\n"))).held()) == held


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ("def go(score):\n    if score < 0.8:\n        sys.exit(1)\n\ngo(1)", Outcome.PASS),
        ("def go(score):\n    if score < 0.8:\n        sys.exit(1)", Outcome.FAIL),
        (
            "def go(score):\n    if score < 0.8:\n        raise ValueError\n\n"
            "try:\n    go(1)\nexcept Exception as e:\n    print(e)",
            Outcome.FAIL,
        ),
        (
            "def go(score):\n    if score < 0.8:\n        raise ValueError\n\n"
            "try:\n    go(1)\nexcept Exception as e:\n    print(e)\n    raise",
            Outcome.PASS,
        ),
    ],
)
def test_a_verdict_counts_where_its_function_is_called(rows: str, outcome: Outcome) -> None:
    files = {**NEEDS, "evals/run.py": f"{SCORES}print(score_answer({{}}))\n{rows}\n"}
    assert _asked(pass_marks_numeric, files) is outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"ask_quality.py": SCORES}, Outcome.FAIL),
        (
            {
                "evals/run.py": f"{SCORES}print(score_answer({{}}))\n",
                ".github/workflows/e.yml": CI.format(
                    STEP.format("python evals/run.py")
                    + STEP.format("|\n          score=$(jq .score out.json)\n")
                    + '          if (( $(echo "$score < 0.8" | bc -l) )); then\n'
                    "            exit 1\n          fi\n"
                ),
            },
            Outcome.PASS,
        ),
        (
            {
                "evals/run.py": f"{SCORES}print(score_answer({{}}))\n",
                "ci/hold.py": "import json, sys\nrate = json.load(open('out.json'))['pass_rate']\n"
                "if rate < float(sys.argv[1]):\n    sys.exit(1)\n",
                ".github/workflows/e.yml": CI.format(
                    STEP.format("python evals/run.py") + STEP.format("python ci/hold.py 0.8")
                ),
            },
            Outcome.PASS,
        ),
        (
            {
                "evals/run.py": f"{SCORES}print(score_answer({{}}))\n",
                "ci/hold.py": "import json, sys\nrate = json.load(open('out.json'))['pass_rate']\n"
                "if rate < float(sys.argv[1]):\n    sys.exit(1)\n",
                ".github/workflows/e.yml": CI.format(
                    STEP.format("python evals/run.py")
                    + STEP.format("python ci/hold.py --threshold 0.0")
                ),
            },
            Outcome.FAIL,
        ),
        (
            {
                "evals/run.py": f"{SCORES}print(score_answer({{}}))\n",
                "ci/hold.py": "import sys\nrate = int(sys.argv[1]) / len(sys.argv)\n",
                ".github/workflows/e.yml": CI.format(
                    STEP.format("python evals/run.py") + STEP.format("python ci/hold.py 0.8")
                ),
            },
            Outcome.FAIL,
        ),
        (
            {
                "evals/run.py": f"{SCORES}print(score_answer({{}}))\n",
                ".github/workflows/e.yml": CI.format(
                    STEP.format("python evals/run.py --fail-under 0.7")
                ),
            },
            Outcome.PASS,
        ),
        (
            {
                "evals/run.py": f"{SCORES}print(score_answer({{}}))\n",
                ".github/workflows/e.yml": CI.format(
                    STEP.format("python evals/run.py --fail-under 0")
                ),
            },
            Outcome.FAIL,
        ),
    ],
)
def test_what_later_steps_hold(files: dict[str, str], outcome: Outcome) -> None:
    assert _asked(pass_marks_numeric, {**NEEDS, **files}) is outcome


@pytest.mark.parametrize(
    ("path", "home", "mark", "outcome"),
    [
        ("RetrievalEvalTest", "chat", "0.8", Outcome.PASS),
        ("RetrievalEvalTest", "chat", "0.0", Outcome.FAIL),
        ("RetrievalEvalTest", "orders", "0.8", Outcome.FAIL),
    ],
)
def test_a_test_of_java_imports_nothing_of_its_package(
    path: str, home: str, mark: str, outcome: Outcome
) -> None:
    files = {
        "pom.xml": POM,
        f"src/main/java/shop/{home}/Finder.java": FINDER.format(home),
        f"src/test/java/shop/chat/{path}.java": JAVA.format(path, mark),
        ".github/workflows/ci.yml": CI.format(STEP.format("mvn -B verify")),
    }
    for probe in (output_scored, pass_marks_numeric, evaluation_in_ci):
        assert _asked(probe, files) is outcome
    quick = CI.format(STEP.format("mvn -B package -DskipTests"))
    assert _asked(evaluation_in_ci, {**files, ".github/workflows/ci.yml": quick}) is Outcome.FAIL


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ("cases = json.load(open('data/golden.json'))\n", Outcome.PASS),
        ("cases = [('why', 'so')]\n", Outcome.FAIL),
        ("cases = json.load(open('data/golden.json'))\nchat = MagicMock()\n", Outcome.FAIL),
    ],
)
def test_any_test_that_goes_through_kept_cases(rows: str, outcome: Outcome) -> None:
    text = (
        "import json\nfrom planner.app import answer\n\ndef test_answers():\n"
        + "".join(f"    {row}\n" for row in rows.splitlines())
        + "    right = sum(said in answer(asked) for asked, said in cases)\n"
        "    accuracy = right / len(cases)\n    assert accuracy >= 0.6\n"
    )
    files = {**NEEDS, "tests/test_model.py": text}
    assert _asked(output_scored, files) is outcome
    assert _asked(pass_marks_numeric, files) is outcome


@pytest.mark.parametrize(
    ("brings", "outcome"),
    [("from planner.app import answer", Outcome.PASS), ("import math", Outcome.FAIL)],
)
def test_a_script_that_asks_and_ends_badly_is_a_suite(brings: str, outcome: Outcome) -> None:
    text = (
        f"import sys\n{brings}\n\ndef main():\n    failed = []\n"
        "    for asked, expected in CASES:\n        if expected not in answer(asked):\n"
        "            failed.append(asked)\n    return 0 if not failed else 1\n\nsys.exit(main())\n"
    )
    files = {**NEEDS, "evals/dialogues.py": text}
    assert _asked(output_scored, files) is outcome
    assert _asked(pass_marks_numeric, files) is outcome
